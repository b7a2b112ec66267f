#include "ui/docks/clip_section.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QRandomGenerator>
#include <QRegularExpressionValidator>
#include <QToolButton>
#include <QVBoxLayout>
#include <optional>

#include "ui/docks/form_rows.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

constexpr int kMaxFrames = 1'001;
constexpr int kMaxSteps = 1'000;
constexpr double kMaxGuidance = 100.0;
constexpr int kSeedRange = 1'000'000;

QString sizeText(int width, int height) { return QStringLiteral("%1 × %2").arg(width).arg(height); }

// "832 x 480", with any cross or star between.
std::optional<QSize> sizeOf(const QString& text) {
    static const QRegularExpression kSize(QStringLiteral("^\\s*(\\d{1,5})\\s*[x×X*]\\s*(\\d{1,5})\\s*$"));
    const auto match = kSize.match(text);
    if (!match.hasMatch()) return std::nullopt;
    return QSize(match.captured(1).toInt(), match.captured(2).toInt());
}

}  // namespace

ClipSection::ClipSection(QWidget* parent) : QWidget(parent) {
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

    auto* column = makeFormColumn(this);
    column->addWidget(makeHeading(tr("Clip"), this));
    auto* grid = makeFormGrid();
    addFormRow(grid, tr("Size"), size_);
    addFormRow(grid, tr("Frames"), frames_);
    addFormRow(grid, tr("Steps"), steps_);
    addFormRow(grid, tr("Guidance"), guidance_);
    addFormRow(grid, tr("Seed"), seed_row);
    column->addLayout(grid);
    for (QWidget* field : std::initializer_list<QWidget*>{size_, frames_, steps_, guidance_}) calmField(field);

    auto tell = [this] {
        showDuration();
        if (!updating_) Q_EMIT edited();
    };
    connect(size_, &QComboBox::currentTextChanged, this, tell);
    connect(frames_, &QSpinBox::valueChanged, this, tell);
    connect(frames_, &QSpinBox::editingFinished, this, [this] { frames_->setValue((frames_->value() + 1) / 4 * 4 + 1); });
    connect(steps_, &QSpinBox::valueChanged, this, tell);
    connect(guidance_, &QDoubleSpinBox::valueChanged, this, tell);
    connect(seed_, &QLineEdit::textEdited, this, [this, tell] {
        seed_is_fresh_ = true;
        tell();
    });
    connect(fresh, &QToolButton::clicked, this, &ClipSection::drawSeed);
    connect(lock_, &QToolButton::toggled, this, [this](bool on) {
        lock_->setIcon(makeIcon(on ? IconShape::Lock : IconShape::Unlock));
        lock_->setAccessibleName(on ? tr("Unlock seed") : tr("Lock seed"));
    });
    connect(lock_, &QToolButton::clicked, this, &ClipSection::edited);
}

void ClipSection::setModel(const engine::ModelInfo& model) {
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
}

void ClipSection::setRequest(const engine::GenerationRequest& request) {
    updating_ = true;
    fps_ = request.fps;
    size_->setCurrentText(sizeText(request.width, request.height));
    frames_->setValue(request.frames);
    steps_->setValue(request.steps);
    guidance_->setValue(request.guidance_scale);
    seed_->setText(QString::number(request.seed));
    seed_is_fresh_ = true;
    showDuration();
    updating_ = false;
}

void ClipSection::fill(engine::GenerationRequest& request) const {
    const auto size = sizeOf(size_->currentText());
    request.width = size ? size->width() : 0;
    request.height = size ? size->height() : 0;
    request.frames = frames_->value();
    request.steps = steps_->value();
    request.guidance_scale = guidance_->value();
    request.seed = seed_->text().toULongLong();
}

QString ClipSection::problem() const {
    return sizeOf(size_->currentText()) ? QString() : tr("Size: write width × height, for example 128 × 128.");
}

void ClipSection::showDuration() {
    frames_->setSuffix(tr(" at %1 fps, %2 s").arg(decimalText(fps_, 0), decimalText(frames_->value() / fps_, 1)));
}

int ClipSection::steps() const { return steps_->value(); }
bool ClipSection::seedLocked() const { return lock_->isChecked(); }
void ClipSection::setSeedLocked(bool on) { lock_->setChecked(on); }

void ClipSection::drawSeed() {
    seed_->setText(QString::number(QRandomGenerator::global()->bounded(kSeedRange)));
    seed_is_fresh_ = true;
    Q_EMIT edited();
}

void ClipSection::freshenSeed() {
    if (!lock_->isChecked() && !seed_is_fresh_) drawSeed();
    seed_is_fresh_ = false;
}

}  // namespace timeripple::ui
