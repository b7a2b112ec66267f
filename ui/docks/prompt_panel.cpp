#include "ui/docks/prompt_panel.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QRegularExpressionValidator>
#include <QScrollArea>
#include <QToolButton>
#include <cmath>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/chips_panel.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/prompt_words.h"
#include "ui/widgets/schedule_view.h"
#include "ui/widgets/segmented_control.h"

namespace timeripple::ui {
namespace {

constexpr int kLabelWidth = 92;
constexpr int kPromptHeight = 68;
constexpr int kNarrowestField = 80;  // the panel may be narrower than the longest text of a field
constexpr int kMaxFrames = 1'001;
constexpr int kMaxSteps = 1'000;
constexpr double kMaxGuidance = 100.0;

QString sizeText(int width, int height) { return QStringLiteral("%1 × %2").arg(width).arg(height); }

// "832 x 480", with any cross or star between.
std::optional<QSize> sizeOf(const QString& text) {
    static const QRegularExpression kSize(QStringLiteral("^\\s*(\\d{1,5})\\s*[x×X*]\\s*(\\d{1,5})\\s*$"));
    const auto match = kSize.match(text);
    if (!match.hasMatch()) return std::nullopt;
    return QSize(match.captured(1).toInt(), match.captured(2).toInt());
}

void addRow(QGridLayout* grid, const QString& text, QWidget* field) {
    const int row = grid->rowCount();
    auto* label = makeLabel(text, "label");
    label->setBuddy(field);
    label->setFixedWidth(kLabelWidth);
    grid->addWidget(label, row, 0);
    grid->addWidget(field, row, 1);
}

QGridLayout* makeGrid() {
    auto* grid = new QGridLayout;
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnStretch(1, 1);
    return grid;
}

// Small things that scroll by accident while the panel scrolls are a nuisance: the wheel acts only on the focused field.
class WheelGuard final : public QObject {
  public:
    using QObject::QObject;
    bool eventFilter(QObject* object, QEvent* event) override {
        auto* widget = qobject_cast<QWidget*>(object);
        if (event->type() == QEvent::Wheel && widget && !widget->hasFocus()) {
            event->ignore();
            return true;
        }
        return false;
    }
};

}  // namespace

PromptPanel::PromptPanel(QWidget* parent) : QWidget(parent) {
    setProperty("surface", "panel");
    setAttribute(Qt::WA_StyledBackground);
    auto* content = new QWidget(this);
    content->setProperty("surface", "panel");
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpace);
    column->setSpacing(kSpace);
    buildPrompt(column);
    column->addSpacing(kSpaceSmall);
    buildClip(column);
    column->addSpacing(kSpaceSmall);
    buildAttention(column);
    column->addStretch(1);

    scroll_ = new QScrollArea(this);
    scroll_->setWidget(content);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setFocusPolicy(Qt::NoFocus);
    scroll_->viewport()->setAutoFillBackground(false);

    problem_ = makeLabel(QString(), "hint", this);
    problem_->setWordWrap(true);
    problem_->setContentsMargins(kSpaceLarge, kSpaceSmall, kSpaceLarge, 0);
    problem_->hide();
    generate_ = new QPushButton(tr("Generate  Ctrl+⏎"), this);
    generate_->setProperty("primary", true);
    generate_->setAccessibleName(tr("Generate"));
    generate_->setToolTip(tr("Make a clip from these settings (Ctrl+Return)"));
    compare_ = new QPushButton(tr("Compare"), this);
    compare_->setToolTip(tr("Make the clip dense and accelerated from the same noise, and measure the difference"));
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpaceLarge);
    buttons->setSpacing(kSpace);
    buttons->addWidget(generate_, 2);
    buttons->addWidget(compare_, 1);

    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(scroll_, 1);
    all->addWidget(problem_);
    all->addLayout(buttons);

    auto* guard = new WheelGuard(this);
    for (QWidget* field : std::initializer_list<QWidget*>{size_, frames_, steps_, guidance_, threshold_}) {
        field->setFocusPolicy(Qt::StrongFocus);
        field->setMinimumWidth(kNarrowestField);
        field->installEventFilter(guard);
    }
    connect(generate_, &QPushButton::clicked, this, &PromptPanel::generateRequested);
    connect(compare_, &QPushButton::clicked, this, &PromptPanel::compareRequested);
    setRequest(base_);
    user_chose_ = false;
}

void PromptPanel::buildPrompt(QVBoxLayout* column) {
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
    column->addWidget(heading);
    column->addWidget(prompt_);
    column->addWidget(chips_);
    column->addWidget(unknown_);
    auto* grid = makeGrid();
    addRow(grid, tr("Without"), without_);
    column->addLayout(grid);
    connect(prompt_, &QPlainTextEdit::textChanged, this, &PromptPanel::onEdited);
    connect(without_, &QLineEdit::textEdited, this, &PromptPanel::onEdited);
    connect(chips_, &ChipsPanel::toggled, this, [this](const QString& phrase, const QStringList& group) {
        prompt_->setPlainText(promptToggled(prompt_->toPlainText(), phrase, group));
    });
}

void PromptPanel::buildClip(QVBoxLayout* column) {
    column->addWidget(makeHeading(tr("Clip"), this));
    auto* grid = makeGrid();
    size_ = new QComboBox(this);
    size_->setEditable(true);
    size_->setInsertPolicy(QComboBox::NoInsert);
    size_->setAccessibleName(tr("Size in pixels"));
    size_->lineEdit()->setAccessibleName(tr("Size in pixels"));
    size_->setToolTip(tr("Width × height in pixels, multiples of 16"));
    frames_ = new QSpinBox(this);
    frames_->setRange(1, kMaxFrames);
    frames_->setSingleStep(4);
    frames_->setAccessibleName(tr("Frames"));
    frames_->setToolTip(tr("Number of frames: a multiple of 4, and one more"));
    steps_ = new QSpinBox(this);
    steps_->setRange(1, kMaxSteps);
    steps_->setAccessibleName(tr("Steps"));
    steps_->setToolTip(tr("Denoising steps: more take longer and give a cleaner clip"));
    guidance_ = new QDoubleSpinBox(this);
    guidance_->setRange(0, kMaxGuidance);
    guidance_->setSingleStep(0.5);
    guidance_->setDecimals(1);
    guidance_->setAccessibleName(tr("Guidance"));
    guidance_->setToolTip(tr("How strictly the prompt is followed; 1 and less is without guidance and twice as fast"));

    auto* seed_row = new QWidget(this);
    auto* row = new QHBoxLayout(seed_row);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpaceSmall);
    seed_ = new QLineEdit(seed_row);
    seed_->setMinimumWidth(40);
    seed_->setAccessibleName(tr("Seed"));
    seed_->setToolTip(tr("The same seed and settings give the same clip, bit for bit, on the same machine"));
    seed_->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{1,20}")), seed_));
    auto* fresh = new QToolButton(seed_row);
    fresh->setIcon(makeIcon(IconShape::Dice));
    fresh->setAccessibleName(tr("New seed"));
    fresh->setToolTip(tr("Draw a new seed"));
    lock_ = new QToolButton(seed_row);
    lock_->setIcon(makeIcon(IconShape::Unlock));
    lock_->setCheckable(true);
    lock_->setAccessibleName(tr("Lock seed"));
    lock_->setToolTip(tr("Keep this seed for the next runs; otherwise each run draws a new one"));
    row->addWidget(seed_, 1);
    row->addWidget(fresh);
    row->addWidget(lock_);

    addRow(grid, tr("Size"), size_);
    addRow(grid, tr("Frames"), frames_);
    addRow(grid, tr("Steps"), steps_);
    addRow(grid, tr("Guidance"), guidance_);
    addRow(grid, tr("Seed"), seed_row);
    column->addLayout(grid);

    connect(size_, &QComboBox::currentTextChanged, this, &PromptPanel::onEdited);
    connect(frames_, &QSpinBox::valueChanged, this, &PromptPanel::onEdited);
    connect(frames_, &QSpinBox::editingFinished, this, [this] { frames_->setValue((frames_->value() + 1) / 4 * 4 + 1); });
    connect(steps_, &QSpinBox::valueChanged, this, &PromptPanel::onEdited);
    connect(guidance_, &QDoubleSpinBox::valueChanged, this, &PromptPanel::onEdited);
    connect(seed_, &QLineEdit::textEdited, this, [this] {
        seed_is_fresh_ = true;
        onEdited();
    });
    connect(fresh, &QToolButton::clicked, this, &PromptPanel::drawSeed);
    connect(lock_, &QToolButton::toggled, this, [this](bool on) {
        lock_->setIcon(makeIcon(on ? IconShape::Lock : IconShape::Unlock));
        lock_->setAccessibleName(on ? tr("Unlock seed") : tr("Lock seed"));
    });
}

void PromptPanel::buildAttention(QVBoxLayout* column) {
    column->addWidget(makeHeading(tr("Attention"), this));
    attention_ = new SegmentedControl(tr("Attention"), {tr("Dense"), tr("Faithful"), tr("Balanced"), tr("Draft")}, this);
    attention_->setToolTips({tr("Every token is computed: the reference"), tr("Reuse where nothing is lost to the eye"),
                             tr("Faster, with small differences"), tr("Fastest, for trying ideas")});
    preset_text_ = makeLabel(QString(), "caption", this);
    preset_text_->setWordWrap(true);
    threshold_ = new QDoubleSpinBox(this);
    threshold_->setRange(0.0, 10.0);
    threshold_->setSingleStep(0.01);
    threshold_->setDecimals(2);
    threshold_->setAccessibleName(tr("Threshold"));
    threshold_->setToolTip(tr("Neighbouring tokens that differ by less are computed once: higher is faster and less exact"));
    schedule_ = new ScheduleView(this);
    column->addWidget(attention_);
    column->addWidget(preset_text_);
    auto* grid = makeGrid();
    addRow(grid, tr("Threshold"), threshold_);
    column->addLayout(grid);
    column->addWidget(schedule_);
    connect(attention_, &SegmentedControl::chosen, this, [this](int index) {
        applyPreset(index);
        user_chose_ = true;
        onEdited();
    });
    connect(threshold_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        if (updating_) return;
        auto& schedule = base_.ripple.schedule;
        // The ramp keeps its shape: its beginning moves with its end.
        const double ratio = schedule.theta_max > 0 ? schedule.theta_min / schedule.theta_max : 0.5;
        schedule.theta_max = value;
        schedule.theta_min = value * ratio;
        base_.preset_name.clear();
        onEdited();
    });
}

void PromptPanel::setModel(const engine::ModelInfo& model) {
    model_ = model;
    chips_->setVocabulary(model.vocabulary);
    const auto& d = model.defaults;
    updating_ = true;
    const QString chosen = size_->currentText();
    size_->clear();
    QList<QSize> sizes{{d.width, d.height}};
    const bool small = d.width <= 256 && d.height <= 256;
    const QList<QSize> others = small ? QList<QSize>{{128, 128}, {192, 192}, {256, 256}}
                                      : QList<QSize>{{832, 480}, {480, 832}, {624, 624}, {1280, 720}};
    for (const QSize& size : others) {
        if (!sizes.contains(size)) sizes << size;
    }
    std::sort(sizes.begin(), sizes.end(), [](const QSize& a, const QSize& b) { return a.width() * a.height() < b.width() * b.height(); });
    for (const QSize& size : sizes) size_->addItem(sizeText(size.width(), size.height()));
    size_->setCurrentText(chosen);
    updating_ = false;
    engine::GenerationRequest request = user_chose_ ? this->request() : d;
    if (!user_chose_) {
        request.seed = base_.seed;
        request.prompt = prompt_->toPlainText().toStdString();
        if (request.prompt.empty() && !model.vocabulary.examples.empty()) request.prompt = model.vocabulary.examples.front();
    }
    const bool chose = user_chose_;
    setRequest(request);
    if (!chose) {
        applyPreset(2);
        onEdited();
    }
    user_chose_ = chose;
}

void PromptPanel::setRequest(const engine::GenerationRequest& request) {
    updating_ = true;
    base_ = request;
    prompt_->setPlainText(QString::fromStdString(request.prompt));
    without_->setText(QString::fromStdString(request.negative_prompt));
    size_->setCurrentText(sizeText(request.width, request.height));
    frames_->setValue(request.frames);
    steps_->setValue(request.steps);
    guidance_->setValue(request.guidance_scale);
    seed_->setText(QString::number(request.seed));
    updating_ = false;
    user_chose_ = true;
    seed_is_fresh_ = true;
    refreshPresets();
    onEdited();
}

engine::GenerationRequest PromptPanel::request() const {
    engine::GenerationRequest request = base_;
    request.prompt = prompt_->toPlainText().toStdString();
    request.negative_prompt = without_->text().toStdString();
    const auto size = sizeOf(size_->currentText());
    request.width = size ? size->width() : 0;
    request.height = size ? size->height() : 0;
    request.frames = frames_->value();
    request.steps = steps_->value();
    request.guidance_scale = guidance_->value();
    request.seed = seed_->text().toULongLong();
    return request;
}

engine::GenerationRequest PromptPanel::nextRequest() {
    if (!lock_->isChecked() && !seed_is_fresh_) drawSeed();
    seed_is_fresh_ = false;
    return request();
}

engine::GenerationRequest PromptPanel::nextCompareRequest() {
    engine::GenerationRequest request = nextRequest();
    if (request.attention == engine::AttentionMode::Dense) {
        request.attention = engine::AttentionMode::Ripple;
        if (presets_.size() > 1) {
            request.preset_name = presets_[1].name;
            request.ripple = presets_[1].settings;
        }
    }
    return request;
}

void PromptPanel::drawSeed() {
    seed_->setText(QString::number(QRandomGenerator::global()->bounded(1'000'000)));
    seed_is_fresh_ = true;
    onEdited();
}

bool PromptPanel::ready() const { return generate_->isEnabled(); }
bool PromptPanel::seedLocked() const { return lock_->isChecked(); }
void PromptPanel::setSeedLocked(bool on) { lock_->setChecked(on); }

void PromptPanel::focusPrompt() {
    prompt_->setFocus(Qt::ShortcutFocusReason);
    prompt_->selectAll();
}

void PromptPanel::choosePreset(int index) {
    applyPreset(index);
    user_chose_ = true;
    onEdited();
}

// The engine's presets for these settings; the segments show the first three after Dense.
void PromptPanel::refreshPresets() { presets_ = engine::presets_for(model_, request()); }

void PromptPanel::applyPreset(int index) {
    if (index <= 0) {
        base_.attention = engine::AttentionMode::Dense;
        base_.preset_name.clear();
    } else if (index <= int(presets_.size())) {
        const auto& preset = presets_[std::size_t(index - 1)];
        base_.attention = engine::AttentionMode::Ripple;
        base_.preset_name = preset.name;
        base_.ripple = preset.settings;
    }
}

void PromptPanel::onEdited() {
    if (updating_) return;
    updating_ = true;
    frames_->setSuffix(tr(" at %1 fps, %2 s").arg(base_.fps, 0, 'f', 0).arg(frames_->value() / base_.fps, 0, 'f', 1));
    const bool dense = base_.attention == engine::AttentionMode::Dense;
    int segment = dense ? 0 : -1;
    QString text = dense ? tr("Every token is computed: exact, the slowest.") : QString();
    for (std::size_t i = 0; i < presets_.size() && i < 3 && !dense; ++i) {
        if (presets_[i].name != base_.preset_name) continue;
        segment = int(i) + 1;
        const QString measured = QString::fromStdString(presets_[i].description);
        text = measured.isEmpty() ? tr("Careful values, not measured on this model yet.") : measured;
    }
    if (segment < 0) {
        // Nearest preset by threshold, so that something is chosen; the text says that it was changed.
        segment = 2;
        double nearest = 1e9;
        for (std::size_t i = 0; i < presets_.size() && i < 3; ++i) {
            const double distance = std::abs(presets_[i].settings.schedule.theta_max - base_.ripple.schedule.theta_max);
            if (distance < nearest) nearest = distance, segment = int(i) + 1;
        }
        text = tr("Own threshold, not measured.");
    }
    attention_->setCurrent(segment);
    preset_text_->setText(text);
    threshold_->setEnabled(!dense);
    threshold_->setValue(base_.ripple.schedule.theta_max);
    schedule_->setSchedule(base_.ripple.schedule, steps_->value(), dense);
    chips_->showPrompt(prompt_->toPlainText());
    updating_ = false;
    showHints();
    if (isVisible()) user_chose_ = true;
    Q_EMIT changed();
}

void PromptPanel::showHints() {
    QStringList unknown;
    for (const auto& word : engine::unknown_words(model_.vocabulary, prompt_->toPlainText().toStdString())) {
        unknown << QString::fromStdString(word);
    }
    unknown_->setVisible(!unknown.isEmpty());
    if (!unknown.isEmpty()) {
        while (unknown.size() > 6) unknown.removeLast();
        unknown_->setText(tr("%1 was not taught: %2. It may be ignored.")
                              .arg(QString::fromStdString(model_.name), unknown.join(QStringLiteral(", "))));
    }
    QString problem;
    if (!sizeOf(size_->currentText())) {
        problem = tr("Size: write width × height, for example 128 × 128.");
    } else if (const auto status = engine::validate(request()); !status) {
        problem = QString::fromStdString(status.error().message);
    }
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    generate_->setEnabled(problem.isEmpty());
    compare_->setEnabled(problem.isEmpty());
}

}  // namespace timeripple::ui
