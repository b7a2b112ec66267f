#include "ui/docks/attention_section.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <cmath>

#include "ui/docks/form_rows.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/schedule_view.h"
#include "ui/widgets/segmented_control.h"

namespace timeripple::ui {

AttentionSection::AttentionSection(QWidget* parent) : QWidget(parent) {
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
    calmField(threshold_);
    schedule_ = new ScheduleView(this);
    auto* column = makeFormColumn(this);
    column->addWidget(makeHeading(tr("Attention"), this));
    column->addWidget(attention_);
    column->addWidget(preset_text_);
    auto* grid = makeFormGrid();
    addFormRow(grid, tr("Threshold"), threshold_);
    column->addLayout(grid);
    column->addWidget(schedule_);
    connect(attention_, &SegmentedControl::chosen, this, &AttentionSection::choosePreset);
    connect(threshold_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        if (updating_) return;
        auto& schedule = ripple_.schedule;
        // The ramp keeps its shape: its beginning moves with its end.
        const double ratio = schedule.theta_max > 0 ? schedule.theta_min / schedule.theta_max : 0.5;
        schedule.theta_max = value;
        schedule.theta_min = value * ratio;
        preset_name_.clear();
        Q_EMIT edited();
    });
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
    Q_EMIT edited();
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
    int segment = dense ? 0 : -1;
    QString text = dense ? tr("Every token is computed: exact, the slowest.") : QString();
    for (std::size_t i = 0; i < presets_.size() && i < 3 && !dense; ++i) {
        if (presets_[i].name != preset_name_) continue;
        segment = int(i) + 1;
        const QString measured = QString::fromStdString(presets_[i].description);
        text = measured.isEmpty() ? tr("Careful values, not measured on this model yet.") : measured;
    }
    if (segment < 0) {
        // Nearest preset by threshold, so that something is chosen; the text says that it was changed.
        segment = 2;
        double nearest = 1e9;
        for (std::size_t i = 0; i < presets_.size() && i < 3; ++i) {
            const double distance = std::abs(presets_[i].settings.schedule.theta_max - ripple_.schedule.theta_max);
            if (distance < nearest) nearest = distance, segment = int(i) + 1;
        }
        text = tr("Own threshold, not measured.");
    }
    attention_->setCurrent(segment);
    preset_text_->setText(text);
    threshold_->setEnabled(!dense);
    threshold_->setValue(ripple_.schedule.theta_max);
    schedule_->setSchedule(ripple_.schedule, steps, dense);
    updating_ = false;
}

}  // namespace timeripple::ui
