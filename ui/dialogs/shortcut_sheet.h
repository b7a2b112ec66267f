#pragma once
// F1: every action and its key.

#include <QDialog>

namespace timeripple::ui {

class Actions;

class ShortcutSheet final : public QDialog {
    Q_OBJECT
  public:
    explicit ShortcutSheet(const Actions& actions, QWidget* parent = nullptr);
};

}  // namespace timeripple::ui
