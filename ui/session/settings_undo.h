#pragma once
// Undo and redo over the settings of the left panel: every edit is a step from one whole request to the next. Edits of the same
// setting that follow each other closely are one step. No widgets; GUI thread.

#include <QElapsedTimer>
#include <QObject>
#include <QUndoStack>
#include <functional>

#include "engine/api/generation_request.h"

namespace timeripple::ui {

class SettingsUndo final : public QObject {
    Q_OBJECT
  public:
    static constexpr int kStepMs = 1200;  // a pause of this length begins a new step
    static constexpr int kMostSteps = 500;

    // `apply` shows a request in the panel; it may call record() again, which is then not a step.
    explicit SettingsUndo(std::function<void(const engine::GenerationRequest&)> apply, QObject* parent = nullptr);

    QUndoStack* stack() { return stack_; }
    // One stack for all edits of the window, so that undo goes back in the order in which things were done. It outlives this object.
    void setStack(QUndoStack* stack) { stack_ = stack; }
    // The settings as they are now, after any edit.
    void record(const engine::GenerationRequest& now);
    // What is recorded next does not join with what was before.
    void separate();
    // They are the beginning of a session. Steps before it are forgotten.
    void begin(const engine::GenerationRequest& now);
    // What is recorded within `change` is no step.
    void quietly(const std::function<void()>& change);

  private:
    class Step;

    std::function<void(const engine::GenerationRequest&)> apply_;
    engine::GenerationRequest current_;
    QElapsedTimer since_edit_;
    bool applying_ = false;
    QUndoStack own_;
    QUndoStack* stack_ = &own_;
};

// What changed, in a word for the menu: "seed", "prompt", "several settings"; empty: nothing.
QString nameOfChange(const engine::GenerationRequest& before, const engine::GenerationRequest& after);

}  // namespace timeripple::ui
