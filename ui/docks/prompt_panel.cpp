#include "ui/docks/prompt_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "engine/api/presets.h"
#include "ui/docks/attention_section.h"
#include "ui/docks/clip_section.h"
#include "ui/docks/prompt_section.h"
#include "ui/docks/undo_keys.h"
#include "ui/session/settings_undo.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/panel_scroll.h"

namespace timeripple::ui {
namespace {

constexpr int kSmallestWidth = 296;

}  // namespace

PromptPanel::PromptPanel(QWidget* parent)
    : QWidget(parent), undo_(new SettingsUndo([this](const engine::GenerationRequest& request) { setRequest(request); }, this)) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    auto* content = new QWidget(this);
    content->setProperty("surface", "panel");
    prompt_ = new PromptSection(content);
    clip_ = new ClipSection(content);
    attention_ = new AttentionSection(content);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpace);
    column->setSpacing(kSpace);
    column->addWidget(prompt_);
    column->addSpacing(kSpaceSmall);
    column->addWidget(clip_);
    column->addSpacing(kSpaceSmall);
    column->addWidget(attention_);
    column->addStretch(1);

    problem_ = makeLabel(QString(), "hint", this);
    problem_->setWordWrap(true);
    problem_->setContentsMargins(kSpaceLarge, kSpaceSmall, kSpaceLarge, 0);
    problem_->hide();
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(new PanelScroll(content, kSmallestWidth, this), 1);
    all->addWidget(problem_);
    all->addWidget(makeButtons());

    connect(prompt_, &PromptSection::edited, this, &PromptPanel::onEdited);
    connect(clip_, &ClipSection::edited, this, &PromptPanel::onEdited);
    connect(attention_, &AttentionSection::edited, this, [this] {
        user_chose_ = true;
        onEdited();
    });
    connect(attention_, &AttentionSection::steered, this, &PromptPanel::steered);
    new UndoKeys(this);
    setRequest(base_);
    undo_->begin(request());
    user_chose_ = false;
}

QWidget* PromptPanel::makeButtons() {
    auto* buttons = new QWidget(this);
    generate_ = new QPushButton(tr("Generate  Ctrl+⏎"), buttons);
    generate_->setProperty("primary", true);
    generate_->setAccessibleName(tr("Generate"));
    generate_->setToolTip(tr("Make a clip from these settings (Ctrl+Return)"));
    compare_ = new QPushButton(tr("Compare"), buttons);
    compare_->setToolTip(tr("Make the clip dense and accelerated from the same noise, and measure the difference"));
    auto* row = new QHBoxLayout(buttons);
    row->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpaceLarge);
    row->setSpacing(kSpace);
    row->addWidget(generate_, 1);
    row->addWidget(compare_);
    connect(generate_, &QPushButton::clicked, this, &PromptPanel::generateRequested);
    connect(compare_, &QPushButton::clicked, this, &PromptPanel::compareRequested);
    return buttons;
}

// The key is told on the button where there is room for it.
void PromptPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    generate_->setText(tr("Generate  Ctrl+⏎"));
    const int room = width() - 2 * kSpaceLarge - kSpace - compare_->sizeHint().width();
    if (generate_->sizeHint().width() > room) generate_->setText(tr("Generate"));
}

void PromptPanel::setModel(const engine::ModelInfo& model) {
    const bool first = model_.name.empty();
    model_ = model;
    prompt_->setModel(model);
    clip_->setModel(model);
    const bool chose = user_chose_;
    engine::GenerationRequest request = this->request();
    if (!chose) {
        request = model.defaults;
        request.seed = base_.seed;
        request.prompt = this->request().prompt;
        if (request.prompt.empty() && !model.vocabulary.examples.empty()) request.prompt = model.vocabulary.examples.front();
    }
    auto take = [&] {
        setRequest(request);
        if (chose) return;
        attention_->applyPreset(2);
        onEdited();
    };
    // What the first model of a session brings is no edit.
    first ? undo_->quietly(take) : take();
    user_chose_ = chose;
}

void PromptPanel::setRequest(const engine::GenerationRequest& request) {
    base_ = request;
    prompt_->setRequest(request);
    clip_->setRequest(request);
    attention_->setRequest(request);
    user_chose_ = true;
    readPresets();
    // All at once, from a clip or a file: a step of its own, however soon after and before other edits.
    undo_->separate();
    onEdited();
    undo_->separate();
}

engine::GenerationRequest PromptPanel::request() const {
    engine::GenerationRequest request = base_;
    prompt_->fill(request);
    clip_->fill(request);
    attention_->fill(request);
    return request;
}

engine::GenerationRequest PromptPanel::nextRequest() {
    clip_->freshenSeed();
    return request();
}

engine::GenerationRequest PromptPanel::nextCompareRequest() {
    engine::GenerationRequest request = nextRequest();
    attention_->fillAccelerated(request);
    return request;
}

void PromptPanel::drawSeed() { clip_->drawSeed(); }
bool PromptPanel::ready() const { return generate_->isEnabled(); }
bool PromptPanel::seedLocked() const { return clip_->seedLocked(); }
void PromptPanel::setSeedLocked(bool on) { clip_->setSeedLocked(on); }
void PromptPanel::focusPrompt() { prompt_->focusPrompt(); }
void PromptPanel::showRun(const RunRecordPtr& run) { attention_->showRun(run); }
void PromptPanel::setLosses(const std::vector<LossPoint>& points) { attention_->setLosses(points); }
const std::vector<engine::RipplePreset>& PromptPanel::presets() const { return attention_->presets(); }

void PromptPanel::fillAccelerated(engine::GenerationRequest& request) const { attention_->fillAccelerated(request); }

void PromptPanel::readPresets() {
    const engine::GenerationRequest now = request();
    presets_key_ = engine::preset_key(model_, now);
    attention_->setPresets(engine::presets_for(model_, now));
}

void PromptPanel::refreshPresets() {
    readPresets();
    onEdited();
}

void PromptPanel::choosePreset(int index) { attention_->choosePreset(index); }

void PromptPanel::onEdited() {
    if (const auto key = engine::preset_key(model_, request()); key != presets_key_) {
        presets_key_ = key;
        attention_->changePresets(engine::presets_for(model_, request()));
    }
    prompt_->refresh();
    attention_->refresh(clip_->steps());
    showProblem();
    if (isVisible()) user_chose_ = true;
    undo_->record(request());
    Q_EMIT changed();
}

void PromptPanel::showProblem() {
    QString problem = clip_->problem();
    if (problem.isEmpty()) {
        if (const auto status = engine::validate(request()); !status) problem = QString::fromStdString(status.error().message);
    }
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    generate_->setEnabled(problem.isEmpty());
    compare_->setEnabled(problem.isEmpty());
}

}  // namespace timeripple::ui
