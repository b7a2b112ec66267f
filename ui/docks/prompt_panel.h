#pragma once
// Left: what do I want. Three sections (prompt, clip, attention) and the button that starts.

#include <QWidget>

#include "engine/api/model_info.h"
#include "engine/api/presets.h"
#include "ui/session/loss_estimate.h"
#include "ui/session/run_record.h"

class QLabel;
class QPushButton;

namespace timeripple::ui {

class AttentionSection;
class SettingsUndo;
class ClipSection;
class PromptSection;

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
    // The run that may be steered, and news of it; null: none.
    void showRun(const RunRecordPtr& run);
    // What was measured with the run's model, size, frames and steps.
    void setLosses(const std::vector<LossPoint>& points);
    void fillAccelerated(engine::GenerationRequest& request) const;
    void refreshPresets();  // after one was saved
    const std::vector<engine::RipplePreset>& presets() const;
    void choosePreset(int index);  // 0 dense, then the presets
    // Every edit of prompt and settings is a step of it.
    SettingsUndo& undo() { return *undo_; }

  Q_SIGNALS:
    void generateRequested();
    void compareRequested();
    void changed();
    void steered(const timeripple::engine::AttentionChange& change);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* makeButtons();
    void onEdited();
    void readPresets();
    void showProblem();

    engine::ModelInfo model_;
    engine::PresetKey presets_key_;  // what the presets on show are for
    engine::GenerationRequest base_;  // what has no widget: shift, scheduler, precision, device, threads
    bool user_chose_ = false;         // settings come from the user or a recipe, not from a model's defaults

    SettingsUndo* undo_;
    PromptSection* prompt_;
    ClipSection* clip_;
    AttentionSection* attention_;
    QLabel* problem_;
    QPushButton* generate_;
    QPushButton* compare_;
};

}  // namespace timeripple::ui
