#include "ui/docks/log_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kReadMs = 500;
constexpr qint64 kMostBytes = 128 * 1024;  // at first of the end of the file, then at a time

}  // namespace

LogPanel::LogPanel(const QString& folder, QWidget* parent) : QWidget(parent), folder_(folder) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    level_ = new QComboBox(this);
    level_->addItems({tr("All"), tr("Warnings and errors"), tr("Errors")});
    level_->setAccessibleName(tr("Which lines"));
    level_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    level_->setMinimumContentsLength(4);
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Search"));
    search_->setAccessibleName(tr("Search the log"));
    search_->setClearButtonEnabled(true);
    auto* copy = new QPushButton(tr("Copy"), this);
    copy->setAccessibleName(tr("Copy the log"));
    auto* open = new QPushButton(tr("Folder"), this);
    open->setAccessibleName(tr("Open the folder of the log"));
    auto* diagnostics = new QPushButton(tr("Diagnostics…"), this);
    diagnostics->setToolTip(tr("What helps to find a fault, in one folder"));
    view_ = new QPlainTextEdit(this);
    view_->setReadOnly(true);
    view_->setMaximumBlockCount(kMostLines);
    view_->setLineWrapMode(QPlainTextEdit::NoWrap);
    view_->setTabChangesFocus(true);
    view_->setAccessibleName(tr("Log"));

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(search_, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{level_, copy, open, diagnostics}) row->addWidget(widget);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpaceLarge, kSpaceSmall, kSpace, kSpace);
    column->setSpacing(kSpaceSmall);
    column->addLayout(row);
    column->addWidget(view_, 1);

    timer_.setInterval(kReadMs);
    connect(&timer_, &QTimer::timeout, this, &LogPanel::readOn);
    connect(level_, &QComboBox::currentIndexChanged, this, &LogPanel::showLines);
    connect(search_, &QLineEdit::textChanged, this, &LogPanel::showLines);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(open, &QPushButton::clicked, this, [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder_)); });
    connect(diagnostics, &QPushButton::clicked, this, &LogPanel::diagnosticsRequested);
}

QString LogPanel::text() const { return view_->toPlainText(); }

void LogPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    readOn();
    timer_.start();
}

void LogPanel::hideEvent(QHideEvent* event) {
    timer_.stop();
    QWidget::hideEvent(event);
}

bool LogPanel::wanted(const QString& line) const {
    // "2026-11-25T03:04:05.678Z 123 warning room: text"
    const QString level = line.section(QLatin1Char(' '), 2, 2);
    if (level_->currentIndex() == 1 && level != QLatin1String("warning") && level != QLatin1String("error")) return false;
    if (level_->currentIndex() == 2 && level != QLatin1String("error")) return false;
    return line.contains(search_->text(), Qt::CaseInsensitive);
}

void LogPanel::readOn() {
    QFile file(QDir(folder_).filePath(QStringLiteral("timeripple.log")));
    if (folder_.isEmpty() || !file.open(QIODevice::ReadOnly)) return;
    if (read_ < 0) {
        read_ = std::max<qint64>(0, file.size() - kMostBytes);
        file.seek(read_);
        if (read_ > 0) read_ += file.readLine().size();  // the rest of a line
    }
    if (file.size() < read_) read_ = 0;  // the log was begun anew
    file.seek(read_);
    const bool at_end = view_->verticalScrollBar()->value() >= view_->verticalScrollBar()->maximum() - 2;
    const QByteArray read = file.read(kMostBytes);
    read_ += read.size();
    rest_ += read;
    QStringList fresh;
    for (qsizetype end = rest_.indexOf('\n'); end >= 0; end = rest_.indexOf('\n')) {
        const QString line = QString::fromUtf8(rest_.left(end));
        rest_.remove(0, end + 1);
        lines_ << line;
        if (wanted(line)) fresh << line;
    }
    if (lines_.size() > kMostLines) lines_ = lines_.mid(lines_.size() - kMostLines);
    if (fresh.isEmpty()) return;
    view_->appendPlainText(fresh.join(QLatin1Char('\n')));
    if (at_end) view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
}

void LogPanel::showLines() {
    QStringList shown;
    for (const QString& line : std::as_const(lines_)) {
        if (wanted(line)) shown << line;
    }
    view_->setPlainText(shown.join(QLatin1Char('\n')));
    view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
}

}  // namespace timeripple::ui
