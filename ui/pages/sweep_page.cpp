#include "ui/pages/sweep_page.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/measurement_text.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/scatter_view.h"

namespace timeripple::ui {
namespace {

constexpr int kControlsHeight = 204;
enum Aim { kQuality = 0, kSavings = 1 };

QVBoxLayout* column(const QString& heading, QWidget* parent) {
    auto* column = new QVBoxLayout;
    column->setSpacing(kSpace);
    column->addWidget(makeHeading(heading, parent));
    return column;
}

ScatterPoint placed(const QString& label, const engine::RippleMeasurement& measured, bool named) {
    return {label, measured.speedup_denoising, measured.psnr_mean_db, measured.psnr_min_db, named};
}

}  // namespace

SweepPage::SweepPage(QWidget* parent) : QWidget(parent) {
    setProperty("surface", "canvas");
    setAttribute(Qt::WA_StyledBackground);
    scatter_ = new ScatterView(tr("Denoising, times faster than dense (measured)"), tr("PSNR against dense, dB: mean, and down to the worst clip"),
                               this);
    auto* room = new QHBoxLayout;
    room->setContentsMargins(kSpaceLarge, kSpaceLarge, kSpaceLarge, kSpace);
    room->addWidget(scatter_);
    auto* rule = new QFrame(this);
    rule->setObjectName(QStringLiteral("rule"));
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addLayout(room, 1);
    all->addWidget(rule);
    auto* scroll = new QScrollArea(this);  // so that the page may be narrower than its controls
    scroll->setWidget(makeControls());
    scroll->setWidgetResizable(true);
    scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setFixedHeight(kControlsHeight);
    all->addWidget(scroll);
    connect(scatter_, &ScatterView::pointChosen, this, &SweepPage::showChoice);
    connect(scatter_, &ScatterView::pointActivated, this, [this] {
        if (const auto* point = chosenPoint()) Q_EMIT clipRequested(*point);
    });
    end({});
}

QWidget* SweepPage::makeControls() {
    auto* controls = new QWidget(this);
    controls->setProperty("surface", "panel");
    controls->setAttribute(Qt::WA_StyledBackground);
    clips_ = new QComboBox(controls);
    clips_->addItems({tr("This prompt"), tr("Three examples")});
    clips_->setAccessibleName(tr("Clips to measure"));
    clips_->setToolTip(tr("A setting is judged by these clips, each against its dense twin from the same noise"));
    sweep_ = new QPushButton(tr("Sweep"), controls);
    sweep_->setToolTip(tr("Measure a row of settings from careful to bold, with the size, frames and steps on the left"));
    bar_ = new QProgressBar(controls);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress of the measurement"));
    state_ = makeLabel(QString(), "caption", controls);
    state_->setWordWrap(true);
    cancel_ = new QPushButton(tr("Stop"), controls);
    cancel_->setToolTip(tr("Stop measuring; what was measured stays"));

    auto* measure = column(tr("Measure"), controls);
    measure->addWidget(clips_);
    measure->addWidget(sweep_);
    measure->addWidget(bar_);
    auto* state_row = new QHBoxLayout;
    state_row->addWidget(state_, 1);
    state_row->addWidget(cancel_, 0, Qt::AlignTop);
    measure->addLayout(state_row);
    measure->addStretch(1);

    aim_ = new QComboBox(controls);
    aim_->addItems({tr("PSNR at least"), tr("Savings at least")});
    aim_->setAccessibleName(tr("Budget of the calibration"));
    budget_ = new QDoubleSpinBox(controls);
    budget_->setDecimals(1);
    budget_->setAccessibleName(tr("Budget"));
    name_ = new QLineEdit(tr("Calibrated"), controls);
    name_->setObjectName(QStringLiteral("preset_name"));
    name_->setMaxLength(40);
    name_->setAccessibleName(tr("Name of the preset"));
    calibrate_ = new QPushButton(tr("Calibrate"), controls);
    calibrate_->setToolTip(tr("Search the settings that save the most within this budget, and keep them as a preset"));
    auto* search = column(tr("Calibrate"), controls);
    auto* aim_row = new QHBoxLayout;
    aim_row->addWidget(aim_, 1);
    aim_row->addWidget(budget_);
    auto* name_row = new QHBoxLayout;
    auto* name_label = makeLabel(tr("Preset"), "label", controls);
    name_label->setBuddy(name_);
    name_row->addWidget(name_label);
    name_row->addWidget(name_, 1);
    search->addLayout(aim_row);
    search->addLayout(name_row);
    search->addWidget(calibrate_);
    search->addStretch(1);
    auto fit_budget = [this](int aim) {
        budget_->setRange(aim == kQuality ? 10.0 : 5.0, aim == kQuality ? 90.0 : 95.0);
        budget_->setSuffix(aim == kQuality ? tr(" dB") : tr(" %"));
        budget_->setValue(aim == kQuality ? 33.0 : 75.0);
    };
    connect(aim_, &QComboBox::currentIndexChanged, this, fit_budget);
    fit_budget(kQuality);

    choice_ = makeLabel(QString(), "label", controls);
    choice_->setWordWrap(true);
    choice_->setAlignment(Qt::AlignTop);
    show_clip_ = new QPushButton(tr("Show its clip"), controls);
    show_clip_->setToolTip(tr("The clip of the first prompt with these settings"));
    make_preset_ = new QPushButton(tr("Make it a preset"), controls);
    make_preset_->setToolTip(tr("Keep these settings under the name on the left"));
    auto* chosen = column(tr("This point"), controls);
    chosen->addWidget(choice_, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(show_clip_);
    buttons->addWidget(make_preset_);
    chosen->addLayout(buttons);

    for (QWidget* field : std::initializer_list<QWidget*>{clips_, name_}) field->setMinimumWidth(70);
    budget_->setMinimumWidth(92);

    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(kSpaceLarge, kSpace, kSpaceLarge, kSpaceLarge);
    row->setSpacing(kSpaceLarge + kSpace);
    row->addLayout(measure, 3);
    row->addLayout(search, 3);
    row->addLayout(chosen, 4);

    connect(sweep_, &QPushButton::clicked, this, &SweepPage::sweepRequested);
    connect(calibrate_, &QPushButton::clicked, this, [this] {
        const bool quality = aim_->currentIndex() == kQuality;
        Q_EMIT calibrationRequested(quality ? budget_->value() : 0.0, quality ? 0.0 : budget_->value() / 100.0, name_->text().trimmed());
    });
    connect(name_, &QLineEdit::textChanged, this, &SweepPage::showChoice);
    connect(cancel_, &QPushButton::clicked, this, &SweepPage::cancelRequested);
    connect(show_clip_, &QPushButton::clicked, this, [this] {
        if (const auto* point = chosenPoint()) Q_EMIT clipRequested(*point);
    });
    connect(make_preset_, &QPushButton::clicked, this, [this] {
        if (const auto* point = chosenPoint()) Q_EMIT presetRequested(*point, name_->text().trimmed());
    });
    return controls;
}

bool SweepPage::usesExamples() const { return clips_->currentIndex() == 1; }

void SweepPage::setPresets(const std::vector<engine::RipplePreset>& presets) {
    presets_ = presets;
    showPoints();
}

void SweepPage::begin(bool calibrating) {
    busy_ = true;
    Q_EMIT busyChanged(true);
    points_.clear();
    scatter_->setChosen(-1);
    bar_->setRange(0, 0);
    state_->setText(calibrating ? tr("Searching. Dense twins come first.") : tr("Measuring. Dense twins come first."));
    showPoints();
}

void SweepPage::addPoint(const engine::SettingsPoint& point) {
    points_.push_back(point);
    showPoints();
}

void SweepPage::showProgress(int done, int total, double remaining_seconds) {
    bar_->setRange(0, std::max(1, total));
    bar_->setValue(done);
    QString text = tr("%1 of about %2 runs").arg(done).arg(total);
    if (remaining_seconds >= 0) text += tr(", about %1 left").arg(durationText(remaining_seconds));
    state_->setText(text);
}

void SweepPage::end(const QString& message) {
    busy_ = false;
    Q_EMIT busyChanged(false);
    bar_->setRange(0, 1);
    bar_->setValue(0);
    state_->setText(message);
    showPoints();
}

// First what was measured now, then the presets that were measured before.
void SweepPage::showPoints() {
    std::vector<ScatterPoint> all;
    for (const auto& point : points_) all.push_back(placed(QString::fromStdString(point.label), point.measured, false));
    for (const auto& preset : presets_) {
        if (preset.measured) all.push_back(placed(QString::fromStdString(preset.name), *preset.measured, true));
    }
    scatter_->setPoints(std::move(all));
    showChoice();
}

const engine::SettingsPoint* SweepPage::chosenPoint() const {
    const int chosen = scatter_->chosen();
    return chosen >= 0 && chosen < int(points_.size()) ? &points_[std::size_t(chosen)] : nullptr;
}

void SweepPage::showChoice() {
    sweep_->setEnabled(!busy_);
    calibrate_->setEnabled(!busy_ && !name_->text().trimmed().isEmpty());
    cancel_->setVisible(busy_);
    const engine::SettingsPoint* point = chosenPoint();
    show_clip_->setEnabled(point != nullptr);
    show_clip_->setText(point && !point->clip ? tr("Make its clip") : tr("Show its clip"));
    make_preset_->setEnabled(point && !name_->text().trimmed().isEmpty());
    const int chosen = scatter_->chosen();
    if (point) {
        const auto& m = point->measured;
        QString text = QString::fromStdString(point->label) + QLatin1Char('\n') + measurementText(m) +
                         tr("\nScore savings %1, attention savings %2, SSIM %3")
                             .arg(percentText(m.score.run), percentText(m.attention.run), decimalText(m.ssim, 3));
        choice_->setText(unbroken(text));
    } else if (chosen >= 0 && chosen < int(scatter_->points().size())) {
        choice_->setText(tr("Preset %1").arg(scatter_->points()[std::size_t(chosen)].label));
    } else {
        choice_->setText(points_.empty() ? QString() : tr("Click a point: see its clip, or make it a preset."));
    }
}

}  // namespace timeripple::ui
