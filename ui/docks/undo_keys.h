#pragma once
#include <QObject>

class QWidget;

namespace timeripple::ui {

// Fields of text keep Ctrl+Z and Ctrl+Shift+Z for an undo of their own. Below `panel` they leave them to the window, whose undo knows
// all settings.
class UndoKeys final : public QObject {
    Q_OBJECT
  public:
    explicit UndoKeys(QWidget* panel);
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace timeripple::ui
