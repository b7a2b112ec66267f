#include "ui/main_window/pages.h"

#include <QTabBar>

namespace timeripple::ui {

Pages::Pages(QWidget* parent) : QTabWidget(parent) {
    setDocumentMode(true);
    setProperty("surface", "canvas");
    tabBar()->setAccessibleName(tr("Pages"));
}

void Pages::add(const QString& id, const QString& title, QWidget* page, PlaybackClock* clock) {
    page->setObjectName(id);
    if (page->accessibleName().isEmpty()) page->setAccessibleName(title);
    addTab(page, title);
    if (clock) clocks_.insert(page, clock);
}

QWidget* Pages::find(const QString& id) const {
    for (int i = 0; i < count(); ++i) {
        if (widget(i)->objectName() == id) return widget(i);
    }
    return nullptr;
}

QString Pages::currentId() const { return currentWidget() ? currentWidget()->objectName() : QString(); }

void Pages::showPage(const QString& id) {
    if (QWidget* page = find(id)) setCurrentWidget(page);
}

void Pages::focusPage(const QString& id) {
    showPage(id);
    currentWidget()->setFocus(Qt::ShortcutFocusReason);
}

}  // namespace timeripple::ui
