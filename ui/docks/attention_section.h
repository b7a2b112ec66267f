#pragma once
// How exact the attention is computed: presets, threshold and its course over the steps. While a run works the same controls act
// on it from its next step on, over the distribution of Delta that it measured, unless they are told to leave it alone.

#include <QWidget>
#include <vector>

#include "engine/api/model_info.h"
#include "engine/api/presets.h"
#include "ui/session/loss_estimate.h"
#include "ui/session/run_record.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;

namespace timeripple::ui {

class ScheduleView;
class SegmentedControl;
class ThresholdView;

class AttentionSection final : public QWidget {
    Q_OBJECT
  public:
    explicit AttentionSection(QWidget* parent = nullptr);

    // The engine's presets for these settings; the segments show the first three after Dense.
    void setPresets(std::vector<engine::RipplePreset> presets);
    // For another size, length or number of steps: a preset that is chosen stays chosen by its name, as it is there.
    void changePresets(std::vector<engine::RipplePreset> presets);
    // The run that may be steered, and news of it; null: none.
    void showRun(const RunRecordPtr& run);
    // What was measured with that run's model, size, frames and steps.
    void setLosses(std::vector<LossPoint> points);
    const std::vector<engine::RipplePreset>& presets() const { return presets_; }
    // Takes mode, preset name and ripple settings, quietly: no edited().
    void setRequest(const engine::GenerationRequest& request);
    void fill(engine::GenerationRequest& request) const;
    // Balanced where Dense is.
    void fillAccelerated(engine::GenerationRequest& request) const;
    void choosePreset(int index);  // 0 dense, then the presets; tells edited()
    void applyPreset(int index);   // quietly
    void refresh(int steps);

  Q_SIGNALS:
    void edited();
    // A person chose this for the run that works.
    void steered(const timeripple::engine::AttentionChange& change);

  private:
    void setThreshold(double theta);
    int presetOfSettings() const;  // its index; -1: settings of one's own
    void tellEdited();
    bool steerable() const;
    bool steers() const;
    void showForecast();

    engine::AttentionMode mode_ = engine::AttentionMode::Dense;
    std::string preset_name_;
    engine::RippleSettings ripple_;
    std::vector<engine::RipplePreset> presets_;
    bool updating_ = false;
    RunRecordPtr run_;
    std::vector<LossPoint> losses_;
    SegmentedControl* attention_;
    QLabel* own_;  // there where no preset is lit
    QComboBox* more_;
    QLabel* preset_text_;
    QLabel* threshold_label_;
    QDoubleSpinBox* threshold_;
    ThresholdView* distribution_;
    QLabel* saving_;
    QLabel* loss_;
    QCheckBox* steers_;
    ScheduleView* schedule_;
};

}  // namespace timeripple::ui
