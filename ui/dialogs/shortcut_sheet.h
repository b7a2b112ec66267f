#pragma once
// All keys at a glance (F1), and the place to change them: a click on a key, then the new one. A key that is taken is refused in
// place. Each change is a step of undo.

#include <QDialog>
#include <QHash>
#include <functional>

class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;
class QUndoStack;

namespace timeripple::ui {

class Actions;

class ShortcutSheet final : public QDialog {
    Q_OBJECT
  public:
    ShortcutSheet(Actions& actions, QUndoStack& undo, QWidget* parent = nullptr);

    // As if its key had been clicked.
    void edit(const QString& id);
    // Gives the action that is edited this key, or says which one has it.
    bool tryKey(const QKeySequence& key);
    QString message() const;

  private:
    QWidget* makeSheet();
    QWidget* makeEditor();
    void showKeys();
    // Makes a step of undo of what `change` does to the keys.
    void change(const QString& name, const std::function<void()>& change);
    void filter(const QString& words);

    struct Row {
        QLabel* name;
        QPushButton* key;
        QWidget* group;
    };
    Actions& actions_;
    QUndoStack& undo_;
    QHash<QString, Row> rows_;
    QString edited_;
    QLineEdit* search_;
    QLabel* edited_name_;
    QKeySequenceEdit* edit_;
    QPushButton* default_;
    QPushButton* none_;
    QLabel* message_;
};

}  // namespace timeripple::ui
