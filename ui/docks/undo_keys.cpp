#include "ui/docks/undo_keys.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>

namespace timeripple::ui {

UndoKeys::UndoKeys(QWidget* panel) : QObject(panel) {
    for (auto* field : panel->findChildren<QPlainTextEdit*>()) {
        field->setUndoRedoEnabled(false);
        field->installEventFilter(this);
    }
    for (auto* field : panel->findChildren<QLineEdit*>()) field->installEventFilter(this);
    for (auto* field : panel->findChildren<QWidget*>()) {
        if (field->inherits("QAbstractSpinBox") || field->inherits("QComboBox")) field->installEventFilter(this);
    }
}

bool UndoKeys::eventFilter(QObject*, QEvent* event) {
    if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress) return false;
    auto* key = static_cast<QKeyEvent*>(event);
    if (!key->matches(QKeySequence::Undo) && !key->matches(QKeySequence::Redo)) return false;
    key->ignore();
    return true;  // an override that nobody takes goes to the shortcuts of the window
}

}  // namespace timeripple::ui
