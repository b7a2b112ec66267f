#pragma once
// Every action of the window, with its key, in one registry: menus, the cheat sheet and its editor are made from it.

#include <QAction>
#include <QList>
#include <QMap>
#include <QObject>

class QKeyEvent;

namespace timeripple::ui {

class Actions final : public QObject {
    Q_OBJECT
  public:
    struct Entry {
        QString id;     // "run.generate"
        QString group;  // menu it belongs to: "View", or "View/Panels" for a menu within
        QAction* action;
        QString name;  // its text without mnemonic, dots and key
        QKeySequence default_key;
        QKeySequence plain_key;       // acts only where no field wants the key; empty for normal shortcuts
        bool begins_section = false;  // a line before it in the menu

        QKeySequence key() const { return plain_key.isEmpty() ? action->shortcut() : plain_key; }
    };

    explicit Actions(QWidget* window);

    // A single key such as Space or J becomes a plain key by itself: a focused field or button keeps it, anywhere else it acts.
    QAction* add(const QString& group, const QString& id, const QString& text, const QKeySequence& key = {});
    // An action that something else made (a panel's toggle), so that it gets a place in the menus and a key too.
    void adopt(const QString& group, const QString& id, QAction* action);
    // A line before the next action that is added.
    void beginSection() { section_ = true; }
    QAction* find(const QString& id) const;
    const QList<Entry>& entries() const { return entries_; }
    // The menus, in the order of their first action.
    QStringList groups() const;
    // For a key press that no widget wanted. True if an action took it.
    bool triggerPlain(const QKeyEvent* event) const;

    // Keys of the user. A key that another action has is refused: conflictOf() names that action (empty: the key is free).
    QString conflictOf(const QString& id, const QKeySequence& key) const;
    bool setKey(const QString& id, const QKeySequence& key);
    void resetKeys();
    // Those that differ from their default, and back again (all others get theirs); unknown ids and keys in conflict are passed over.
    QMap<QString, QString> ownKeys() const;
    void setOwnKeys(const QMap<QString, QString>& keys);

  Q_SIGNALS:
    void keysChanged();

  private:
    void applyKey(Entry& entry, const QKeySequence& key);

    QWidget* window_;
    QList<Entry> entries_;
    bool section_ = false;
};

// Whether a key is a single one that fields and buttons want for themselves.
bool isPlainKey(const QKeySequence& key);

}  // namespace timeripple::ui
