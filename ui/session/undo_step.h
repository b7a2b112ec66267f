#pragma once
// An edit as two closures: what does it (again) and what takes it back.

#include <QUndoCommand>
#include <functional>

namespace timeripple::ui {

class UndoStep final : public QUndoCommand {
  public:
    UndoStep(const QString& text, std::function<void()> redo, std::function<void()> undo)
        : QUndoCommand(text), redo_(std::move(redo)), undo_(std::move(undo)) {}
    void redo() override { redo_(); }
    void undo() override { undo_(); }

  private:
    std::function<void()> redo_;
    std::function<void()> undo_;
};

}  // namespace timeripple::ui
