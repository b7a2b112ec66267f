#include "ui/docks/prompt_section.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "ui/docks/form_rows.h"
#include "ui/widgets/chips_panel.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/prompt_words.h"

namespace timeripple::ui {
namespace {

constexpr int kPromptHeight = 68;
constexpr int kMostUnknownWords = 6;

}  // namespace

PromptSection::PromptSection(QWidget* parent) : QWidget(parent) {
    auto* heading = makeHeading(tr("Prompt"), this);
    prompt_ = new QPlainTextEdit(this);
    prompt_->setFixedHeight(kPromptHeight);
    prompt_->setTabChangesFocus(true);
    prompt_->setAcceptDrops(false);  // files dropped here belong to the window
    prompt_->viewport()->setAcceptDrops(false);
    prompt_->setAccessibleName(tr("Prompt"));
    prompt_->setPlaceholderText(tr("What should move, and where"));
    heading->setBuddy(prompt_);
    chips_ = new ChipsPanel(this);
    chips_->hide();
    unknown_ = makeLabel(QString(), "caption", this);
    unknown_->setWordWrap(true);
    unknown_->hide();
    without_ = new QLineEdit(this);
    without_->setPlaceholderText(tr("nothing"));
    without_->setAcceptDrops(false);
    without_->setAccessibleName(tr("Without (negative prompt)"));
    without_->setToolTip(tr("What the clip should not show (negative prompt)"));
    auto* column = makeFormColumn(this);
    column->addWidget(heading);
    column->addWidget(prompt_);
    column->addWidget(chips_);
    column->addWidget(unknown_);
    auto* grid = makeFormGrid();
    addFormRow(grid, tr("Without"), without_);
    column->addLayout(grid);
    connect(prompt_, &QPlainTextEdit::textChanged, this, &PromptSection::edited);
    connect(without_, &QLineEdit::textEdited, this, &PromptSection::edited);
    connect(chips_, &ChipsPanel::toggled, this, [this](const QString& phrase, const QStringList& group) {
        prompt_->setPlainText(promptToggled(prompt_->toPlainText(), phrase, group));
    });
}

void PromptSection::setModel(const engine::ModelInfo& model) {
    model_ = model;
    chips_->setVocabulary(model.vocabulary);
}

void PromptSection::setRequest(const engine::GenerationRequest& request) {
    const QSignalBlocker quiet(prompt_);
    // The cursor of a text that stays the same stays where it is.
    if (const QString text = QString::fromStdString(request.prompt); text != prompt_->toPlainText()) {
        prompt_->setPlainText(text);
        prompt_->moveCursor(QTextCursor::End);
    }
    if (const QString text = QString::fromStdString(request.negative_prompt); text != without_->text()) without_->setText(text);
}

void PromptSection::fill(engine::GenerationRequest& request) const {
    request.prompt = prompt_->toPlainText().toStdString();
    request.negative_prompt = without_->text().toStdString();
}

void PromptSection::refresh() {
    chips_->showPrompt(prompt_->toPlainText());
    QStringList unknown;
    for (const auto& word : engine::unknown_words(model_.vocabulary, prompt_->toPlainText().toStdString())) {
        unknown << QString::fromStdString(word);
    }
    unknown_->setVisible(!unknown.isEmpty());
    if (unknown.isEmpty()) return;
    unknown_->setText(tr("%1 was not taught: %2. It may be ignored.")
                          .arg(QString::fromStdString(model_.name), unknown.mid(0, kMostUnknownWords).join(QStringLiteral(", "))));
}

void PromptSection::focusPrompt() {
    prompt_->setFocus(Qt::ShortcutFocusReason);
    prompt_->selectAll();
}

}  // namespace timeripple::ui
