#include "ui/docks/attention_section.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/docks/form_rows.h"
#include "ui/session/steering_forecast.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/measurement_text.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/schedule_view.h"
#include "ui/widgets/segmented_control.h"
#include "ui/widgets/threshold_view.h"

namespace timeripple::ui {
namespace {

constexpr int kSegments = 3;  // presets with a segment of their own, after Dense

}  // namespace

AttentionSection::AttentionSection(QWidget* parent) : QWidget(parent) {
    attention_ = new SegmentedControl(tr("Attention"), {tr("Dense"), tr("Faithful"), tr("Balanced"), tr("Draft")}, this);
    attention_->setToolTips({tr("Every token is computed: the reference"), tr("Reuse where nothing is lost to the eye"),
                             tr("Faster, with small differences"), tr("Fastest, for trying ideas")});
    own_ = makeLabel(tr("Own"), "captionStrong", this);
    own_->setToolTip(tr("Settings that are those of no preset"));
    preset_text_ = makeLabel(QString(), "caption", this);
    preset_text_->setWordWrap(true);
    threshold_ = new QDoubleSpinBox(this);
    threshold_->setRange(0.0, 100.0);  // 100: every pair, as measured presets have it
    threshold_->setSingleStep(0.01);
    threshold_->setDecimals(2);
    threshold_->setObjectName(QStringLiteral("threshold"));
    threshold_->setAccessibleName(tr("Threshold"));
    threshold_->setToolTip(tr("Neighbouring tokens that differ by less are computed once: higher is faster and less exact"));
    calmField(threshold_);
    schedule_ = new ScheduleView(this);
    distribution_ = new ThresholdView(this);
    more_ = new QComboBox(this);
    more_->setAccessibleName(tr("Own presets"));
    more_->setToolTip(tr("Presets that you calibrated or opened"));
    calmField(more_);
    more_->hide();
    threshold_label_ = new ElidedLabel(tr("Threshold"), this);
    threshold_label_->setProperty("role", "label");
    threshold_label_->setBuddy(threshold_);
    threshold_label_->setWordWrap(true);
    threshold_->setFixedWidth(76);
    saving_ = new ElidedLabel(this);  // the panel does not become wider by what is forecast
    saving_->setProperty("role", "caption");
    loss_ = makeLabel(QString(), "caption", this);
    saving_->setToolTip(tr("Estimated from the measured Delta and the measured steps of this run"));
    saving_->setWordWrap(true);
    loss_->setWordWrap(true);
    steers_ = new QCheckBox(tr("Acts on the running clip"), this);
    steers_->setChecked(true);
    steers_->setToolTip(tr("Presets and threshold act on the run that works, from its next step on; off: on later runs only"));
    steers_->hide();
    auto* column = makeFormColumn(this);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Attention"), this), 1);
    head->addWidget(own_);
    column->addLayout(head);
    column->addWidget(attention_);
    column->addWidget(more_);
    column->addWidget(preset_text_);
    auto* row = new QHBoxLayout;
    row->addWidget(threshold_label_, 1);
    row->addWidget(threshold_);
    column->addLayout(row);
    column->addWidget(distribution_);
    column->addWidget(saving_);
    column->addWidget(loss_);
    column->addWidget(steers_);
    column->addWidget(schedule_);
    connect(attention_, &SegmentedControl::chosen, this, &AttentionSection::choosePreset);
    connect(threshold_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        if (!updating_) setThreshold(value);
    });
    connect(distribution_, &ThresholdView::thresholdChosen, this, &AttentionSection::setThreshold);
    connect(more_, &QComboBox::activated, this, [this](int index) {
        if (index > 0) choosePreset(kSegments + index);
    });
    connect(steers_, &QCheckBox::toggled, this, &AttentionSection::showForecast);
}

void AttentionSection::setThreshold(double theta) {
    auto& schedule = ripple_.schedule;
    // The ramp keeps its shape: its beginning moves with its end.
    const double ratio = schedule.theta_max > 0 ? schedule.theta_min / schedule.theta_max : 0.5;
    schedule.theta_max = theta;
    schedule.theta_min = theta * ratio;
    preset_name_.clear();
    if (const int preset = presetOfSettings(); preset >= 0) preset_name_ = presets_[std::size_t(preset)].name;
    tellEdited();
}

// Only a preset whose settings are exactly these; of several the one of the name.
int AttentionSection::presetOfSettings() const {
    int found = -1;
    for (std::size_t i = 0; i < presets_.size(); ++i) {
        if (presets_[i].settings != ripple_) continue;
        if (found < 0 || presets_[i].name == preset_name_) found = int(i);
    }
    return found;
}

void AttentionSection::tellEdited() {
    Q_EMIT edited();
    if (steers()) Q_EMIT steered({0, mode_, ripple_, preset_name_});
}

// The dense twin of a comparison is no run to be steered.
bool AttentionSection::steerable() const { return run_ && run_->running && run_->control && !run_->is_reference; }
bool AttentionSection::steers() const { return steerable() && steers_->isChecked(); }

void AttentionSection::setPresets(std::vector<engine::RipplePreset> presets) {
    presets_ = std::move(presets);
    more_->clear();
    more_->addItem(tr("Own presets"));
    for (std::size_t i = kSegments; i < presets_.size(); ++i) more_->addItem(QString::fromStdString(presets_[i].name));
    more_->setVisible(presets_.size() > kSegments);
}

void AttentionSection::changePresets(std::vector<engine::RipplePreset> presets) {
    const bool chosen = mode_ == engine::AttentionMode::Ripple && presetOfSettings() >= 0;
    setPresets(std::move(presets));
    if (!chosen) return;
    for (std::size_t i = 0; i < presets_.size(); ++i) {
        if (presets_[i].name == preset_name_) applyPreset(int(i) + 1);
    }
}

void AttentionSection::showRun(const RunRecordPtr& run) {
    run_ = run;
    steers_->setVisible(steerable());
    schedule_->setVisible(!steerable());  // its place is the distribution's then
    if (run_ && run_->delta) distribution_->setDistribution(run_->delta);
    showForecast();
}

void AttentionSection::setLosses(std::vector<LossPoint> points) {
    losses_ = std::move(points);
    showForecast();
}

void AttentionSection::showForecast() {
    threshold_label_->setText(steers() ? tr("Threshold, from the next step") : tr("Threshold"));
    const SteeringForecast forecast = run_ && !run_->is_reference && steers_->isChecked() ? forecastOf(*run_, mode_, ripple_, losses_) : SteeringForecast{};
    saving_->setText(savingText(forecast));
    loss_->setText(forecast.loss ? lossText(*forecast.loss) : QString());
    loss_->setToolTip(forecast.loss ? lossBasisText(*forecast.loss) : QString());
    saving_->setVisible(!saving_->text().isEmpty());
    loss_->setVisible(!loss_->text().isEmpty());
}

void AttentionSection::setRequest(const engine::GenerationRequest& request) {
    mode_ = request.attention;
    preset_name_ = request.preset_name;
    ripple_ = request.ripple;
}

void AttentionSection::fill(engine::GenerationRequest& request) const {
    request.attention = mode_;
    request.preset_name = preset_name_;
    request.ripple = ripple_;
}

void AttentionSection::fillAccelerated(engine::GenerationRequest& request) const {
    fill(request);
    if (mode_ != engine::AttentionMode::Dense) return;
    request.attention = engine::AttentionMode::Ripple;
    if (presets_.size() > 1) {
        request.preset_name = presets_[1].name;
        request.ripple = presets_[1].settings;
    }
}

void AttentionSection::choosePreset(int index) {
    applyPreset(index);
    tellEdited();
}

void AttentionSection::applyPreset(int index) {
    if (index <= 0) {
        mode_ = engine::AttentionMode::Dense;
        preset_name_.clear();
    } else if (index <= int(presets_.size())) {
        const auto& preset = presets_[std::size_t(index - 1)];
        mode_ = engine::AttentionMode::Ripple;
        preset_name_ = preset.name;
        ripple_ = preset.settings;
    }
}

void AttentionSection::refresh(int steps) {
    updating_ = true;
    const bool dense = mode_ == engine::AttentionMode::Dense;
    const int preset = dense ? -1 : presetOfSettings();
    const bool is_listed = preset >= kSegments;  // among the own presets, which have no segment
    if (dense) {
        preset_text_->setText(tr("Every token is computed: exact, the slowest."));
    } else if (preset < 0) {
        preset_text_->setText(tr("Own settings, not measured."));
    } else if (presets_[std::size_t(preset)].measured || is_listed) {
        // An own preset says what its author wrote.
        preset_text_->setText(unbroken(descriptionText(presets_[std::size_t(preset)])));
    } else {
        preset_text_->setText(tr("Careful values, not measured with these settings yet: the Sweep page does."));
    }
    own_->setVisible(!dense && preset < 0);
    attention_->setCurrent(dense ? 0 : preset < 0 || is_listed ? -1 : preset + 1);
    more_->setCurrentIndex(is_listed ? preset - kSegments + 1 : 0);
    threshold_->setEnabled(!dense);
    threshold_->setValue(ripple_.schedule.theta_max);
    schedule_->setSchedule(ripple_.schedule, steps, dense);
    distribution_->setEnabled(!dense);
    distribution_->setThreshold(ripple_.schedule.theta_max);
    updating_ = false;
    showForecast();
}

}  // namespace timeripple::ui
