#include "ui/widgets/accessible_role.h"

#include <QAccessibleWidget>
#include <QVariant>
#include <QWidget>

namespace timeripple::ui {
namespace {

constexpr auto kProperty = "accessibleRole";

QAccessibleInterface* makeFace(const QString&, QObject* object) {
    if (!object || !object->isWidgetType()) return nullptr;
    const QVariant role = object->property(kProperty);
    return role.isValid() ? new QAccessibleWidget(static_cast<QWidget*>(object), QAccessible::Role(role.toInt())) : nullptr;
}

}  // namespace

void setAccessibleRole(QWidget* widget, QAccessible::Role role) {
    static const bool kInstalled = [] {
        QAccessible::installFactory(makeFace);
        return true;
    }();
    Q_UNUSED(kInstalled);
    widget->setProperty(kProperty, int(role));
}

}  // namespace timeripple::ui
