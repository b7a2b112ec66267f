#include "ui/dialogs/diagnostics_panel.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"

namespace timeripple::ui {

DiagnosticsPanel::DiagnosticsPanel(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Diagnostics"));
    setModal(false);
    resize(720, 520);
    auto* what = makeLabel(tr("Versions, devices, settings and the last log. Nothing is sent anywhere: it is written into a folder that "
                              "you can look at and pass on."),
                           "text", this);
    what->setWordWrap(true);
    private_ = new QCheckBox(tr("With prompts, names and paths"), this);
    view_ = new QPlainTextEdit(this);
    view_->setReadOnly(true);
    view_->setLineWrapMode(QPlainTextEdit::NoWrap);
    view_->setTabChangesFocus(true);
    view_->setAccessibleName(tr("What is written"));
    outcome_ = makeLabel(QString(), "caption", this);
    outcome_->setWordWrap(true);
    outcome_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* copy = new QPushButton(tr("Copy"), this);
    copy->setAccessibleName(tr("Copy the diagnostics"));
    auto* save = new QPushButton(tr("Write to a folder…"), this);
    save->setProperty("primary", true);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(private_);
    buttons->addStretch(1);
    buttons->addWidget(copy);
    buttons->addWidget(save);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(kSpaceLarge);
    column->addWidget(what);
    column->addWidget(view_, 1);
    column->addWidget(outcome_);
    column->addLayout(buttons);
    outcome_->hide();
    connect(private_, &QCheckBox::toggled, this, &DiagnosticsPanel::showText);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(save, &QPushButton::clicked, this, &DiagnosticsPanel::chooseFolder);
}

void DiagnosticsPanel::setInput(const DiagnosticsInput& input, const QString& folder) {
    input_ = input;
    folder_ = folder;
    outcome_->hide();
    showText();
}

void DiagnosticsPanel::setDevices(const std::vector<engine::DeviceInfo>& devices) {
    input_.devices = devices;
    showText();
}

QString DiagnosticsPanel::text() const { return view_->toPlainText(); }
QString DiagnosticsPanel::outcome() const { return outcome_->text(); }

void DiagnosticsPanel::showText() {
    input_.with_private = private_->isChecked();
    QString all;
    const auto files = diagnosticsOf(input_);
    for (auto it = files.begin(); it != files.end(); ++it) all += QStringLiteral("== %1 ==\n%2\n").arg(it.key(), it.value());
    view_->setPlainText(all);
}

void DiagnosticsPanel::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Write the diagnostics into this folder"), folder_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &DiagnosticsPanel::write);
    dialog->open();
}

void DiagnosticsPanel::write(const QString& parent) {
    const auto written = writeDiagnostics(input_, parent);
    outcome_->setText(written ? tr("Written: %1").arg(*written) : QString::fromStdString(written.error().message));
    outcome_->show();
}

}  // namespace timeripple::ui
