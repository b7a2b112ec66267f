#pragma once
// Every action of the window, with its shortcut, in one registry: menus and the cheat sheet are made from it.

#include <QAction>
#include <QHash>
#include <QList>
#include <QObject>

class QKeyEvent;

namespace timeripple::ui {

class Actions final : public QObject {
    Q_OBJECT
  public:
    struct Entry {
        QString id;     // "run.generate"
        QString group;  // menu it belongs to
        QAction* action;
        QKeySequence plain_key;         // acts only where no field wants the key; empty for normal shortcuts
        bool begins_section = false;    // a line before it in the menu
    };

    explicit Actions(QWidget* window);

    QAction* add(const QString& group, const QString& id, const QString& text, const QKeySequence& shortcut = {});
    // Single keys such as Space or J: a focused field or button keeps them; anywhere else they act.
    QAction* addPlain(const QString& group, const QString& id, const QString& text, const QKeySequence& key);
    // A line before the next action that is added.
    void beginSection() { section_ = true; }
    QAction* find(const QString& id) const;
    const QList<Entry>& entries() const { return entries_; }
    // The menus, in the order of their first action.
    QStringList groups() const;
    // For a key press that no widget wanted. True if an action took it.
    bool triggerPlain(const QKeyEvent* event) const;

  private:
    QWidget* window_;
    QList<Entry> entries_;
    bool section_ = false;
};

}  // namespace timeripple::ui
