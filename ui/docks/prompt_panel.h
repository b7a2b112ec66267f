#pragma once
// Left: what do I want. Prompt, clip settings, attention, and the button that starts.

#include <QWidget>
#include <vector>

#include "engine/api/model_info.h"
#include "engine/api/presets.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace timeripple::ui {

class ChipsPanel;
class ScheduleView;
class SegmentedControl;

class PromptPanel final : public QWidget {
    Q_OBJECT
  public:
    explicit PromptPanel(QWidget* parent = nullptr);

    // Chips, sizes, presets of this model; defaults are taken over where the user has not chosen anything yet.
    void setModel(const engine::ModelInfo& model);
    // All settings at once, from a recipe or the last session. The model path is not touched.
    void setRequest(const engine::GenerationRequest& request);
    // As it stands in the panel.
    engine::GenerationRequest request() const;
    // For a new run: draws a new seed unless it is locked or was just entered.
    engine::GenerationRequest nextRequest();
    // The same with ripple attention, whatever is chosen: Balanced where Dense is.
    engine::GenerationRequest nextCompareRequest();

    // Whether the settings can run; if not, the panel says why.
    bool ready() const;
    bool seedLocked() const;
    void setSeedLocked(bool on);
    void focusPrompt();
    void drawSeed();
    void choosePreset(int index);  // 0 dense, then the presets

  Q_SIGNALS:
    void generateRequested();
    void compareRequested();
    void changed();

  private:
    void buildPrompt(QVBoxLayout* column);
    void buildClip(QVBoxLayout* column);
    void buildAttention(QVBoxLayout* column);
    void applyPreset(int index);
    void refreshPresets();
    void onEdited();
    void showHints();

    engine::ModelInfo model_;
    engine::GenerationRequest base_;  // what has no widget: shift, scheduler, precision, device, threads, ripple details
    std::vector<engine::RipplePreset> presets_;
    bool user_chose_ = false;   // settings come from the user or a recipe, not from a model's defaults
    bool seed_is_fresh_ = false;
    bool updating_ = false;

    QScrollArea* scroll_;
    QPlainTextEdit* prompt_;
    ChipsPanel* chips_;
    QLabel* unknown_;
    QLineEdit* without_;
    QComboBox* size_;
    QSpinBox* frames_;
    QSpinBox* steps_;
    QDoubleSpinBox* guidance_;
    QLineEdit* seed_;
    QToolButton* lock_;
    SegmentedControl* attention_;
    QLabel* preset_text_;
    QDoubleSpinBox* threshold_;
    ScheduleView* schedule_;
    QLabel* problem_;
    QPushButton* generate_;
    QPushButton* compare_;
};

}  // namespace timeripple::ui
