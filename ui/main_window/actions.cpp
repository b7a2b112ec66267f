#include "ui/main_window/actions.h"

#include <QKeyEvent>
#include <QWidget>

namespace timeripple::ui {

Actions::Actions(QWidget* window) : QObject(window), window_(window) {}

QAction* Actions::add(const QString& group, const QString& id, const QString& text, const QKeySequence& shortcut) {
    auto* action = new QAction(text, this);
    action->setObjectName(id);
    action->setShortcut(shortcut);
    window_->addAction(action);
    entries_.append({id, group, action, {}, std::exchange(section_, false)});
    return action;
}

QAction* Actions::addPlain(const QString& group, const QString& id, const QString& text, const QKeySequence& key) {
    // The tab puts the key where menus show shortcuts, without making it one.
    QAction* action = add(group, id, text + QLatin1Char('\t') + key.toString(QKeySequence::NativeText));
    entries_.last().plain_key = key;
    return action;
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

}  // namespace timeripple::ui
