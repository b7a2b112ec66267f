#pragma once
#include <QAccessible>

class QWidget;

namespace timeripple::ui {

// What a widget that paints itself is to a screen reader: a graphic, a chart. Qt would call it nothing in particular. Call it in the
// constructor before the name is set, which fixes it; name and description stay those of the widget.
void setAccessibleRole(QWidget* widget, QAccessible::Role role);

}  // namespace timeripple::ui
