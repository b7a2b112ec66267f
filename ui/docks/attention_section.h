#pragma once
// How exact the attention is computed: presets, threshold and its course over the steps.

#include <QWidget>
#include <vector>

#include "engine/api/model_info.h"
#include "engine/api/presets.h"

class QDoubleSpinBox;
class QLabel;

namespace timeripple::ui {

class ScheduleView;
class SegmentedControl;

class AttentionSection final : public QWidget {
    Q_OBJECT
  public:
    explicit AttentionSection(QWidget* parent = nullptr);

    // The engine's presets for these settings; the segments show the first three after Dense.
    void setPresets(std::vector<engine::RipplePreset> presets) { presets_ = std::move(presets); }
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

  private:
    engine::AttentionMode mode_ = engine::AttentionMode::Dense;
    std::string preset_name_;
    engine::RippleSettings ripple_;
    std::vector<engine::RipplePreset> presets_;
    bool updating_ = false;
    SegmentedControl* attention_;
    QLabel* preset_text_;
    QDoubleSpinBox* threshold_;
    ScheduleView* schedule_;
};

}  // namespace timeripple::ui
