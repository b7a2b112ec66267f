#include "ui/main_window/actions.h"

#include <QKeyEvent>
#include <QWidget>

namespace timeripple::ui {

bool isPlainKey(const QKeySequence& key) {
    if (key.count() != 1) return false;
    if (key[0].keyboardModifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) return false;
    const Qt::Key pressed = key[0].key();
    return pressed != Qt::Key_Escape && !(pressed >= Qt::Key_F1 && pressed <= Qt::Key_F35);
}

namespace {

QString nameIn(QString text) {
    text.remove(QLatin1Char('&'));
    text.remove(QStringLiteral("…"));
    return text;
}

}  // namespace

Actions::Actions(QWidget* window) : QObject(window), window_(window) {}

QAction* Actions::add(const QString& group, const QString& id, const QString& text, const QKeySequence& key) {
    auto* action = new QAction(text, this);
    action->setObjectName(id);
    entries_.append({id, group, action, nameIn(text), key, {}, std::exchange(section_, false)});
    applyKey(entries_.last(), key);
    window_->addAction(action);
    return action;
}

void Actions::adopt(const QString& group, const QString& id, QAction* action) {
    entries_.append({id, group, action, nameIn(action->text()), {}, {}, std::exchange(section_, false)});
    window_->addAction(action);
}

// The tab puts a plain key where menus show shortcuts, without making it one.
void Actions::applyKey(Entry& entry, const QKeySequence& key) {
    const bool plain = isPlainKey(key);
    entry.plain_key = plain ? key : QKeySequence();
    entry.action->setShortcut(plain ? QKeySequence() : key);
    const QString text = entry.action->text().section(QLatin1Char('\t'), 0, 0);
    entry.action->setText(plain ? text + QLatin1Char('\t') + key.toString(QKeySequence::NativeText) : text);
}

QAction* Actions::find(const QString& id) const {
    for (const Entry& entry : entries_) {
        if (entry.id == id) return entry.action;
    }
    return nullptr;
}

QStringList Actions::groups() const {
    QStringList groups;
    for (const Entry& entry : entries_) {
        if (!groups.contains(entry.group)) groups << entry.group;
    }
    return groups;
}

bool Actions::triggerPlain(const QKeyEvent* event) const {
    if (event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return false;
    const int shift = event->modifiers() & Qt::ShiftModifier ? int(Qt::ShiftModifier) : 0;
    const QKeySequence pressed(event->key() | shift);
    for (const Entry& entry : entries_) {
        if (entry.plain_key.isEmpty() || entry.plain_key != pressed || !entry.action->isEnabled()) continue;
        entry.action->trigger();
        return true;
    }
    return false;
}

QString Actions::conflictOf(const QString& id, const QKeySequence& key) const {
    if (key.isEmpty()) return {};
    for (const Entry& entry : entries_) {
        if (entry.id != id && !entry.key().isEmpty() && entry.key() == key) return entry.name;
    }
    return {};
}

bool Actions::setKey(const QString& id, const QKeySequence& key) {
    if (!conflictOf(id, key).isEmpty()) return false;
    for (Entry& entry : entries_) {
        if (entry.id != id) continue;
        applyKey(entry, key);
        Q_EMIT keysChanged();
        return true;
    }
    return false;
}

void Actions::resetKeys() {
    for (Entry& entry : entries_) applyKey(entry, entry.default_key);
    Q_EMIT keysChanged();
}

QMap<QString, QString> Actions::ownKeys() const {
    QMap<QString, QString> keys;
    for (const Entry& entry : entries_) {
        if (entry.key() != entry.default_key) keys[entry.id] = entry.key().toString(QKeySequence::PortableText);
    }
    return keys;
}

// In two passes, so that two actions may have swapped their keys.
void Actions::setOwnKeys(const QMap<QString, QString>& keys) {
    for (Entry& entry : entries_) applyKey(entry, keys.contains(entry.id) ? QKeySequence() : entry.default_key);
    for (auto it = keys.begin(); it != keys.end(); ++it) setKey(it.key(), QKeySequence(it.value(), QKeySequence::PortableText));
    Q_EMIT keysChanged();
}

}  // namespace timeripple::ui
