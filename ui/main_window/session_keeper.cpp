#include "ui/main_window/session_keeper.h"

#include <QEvent>

#include "ui/docks/prompt_panel.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"

namespace timeripple::ui {

SessionKeeper::SessionKeeper(MainWindow* window) : QObject(window), window_(window) {
    moment_.setSingleShot(true);
    moment_.setInterval(kMomentMs);
    connect(&moment_, &QTimer::timeout, window, &MainWindow::saveSession);
    connect(window->promptPanel(), &PromptPanel::changed, this, &SessionKeeper::saveSoon);
    connect(window->pages(), &Pages::currentChanged, this, &SessionKeeper::saveSoon);
    connect(window, &MainWindow::shownClipChanged, this, &SessionKeeper::saveSoon);
    connect(&window->workspace(), &Workspace::modelChanged, this, &SessionKeeper::saveSoon);
    connect(&window->docks(), &DockLayout::changed, this, &SessionKeeper::saveSoon);
    window->installEventFilter(this);
}

// The first change of a moment starts it, so that somebody who types without a pause is saved too. What is not on the screen yet is
// as it was restored.
void SessionKeeper::saveSoon() {
    if (window_->isVisible() && !moment_.isActive()) moment_.start();
}

bool SessionKeeper::eventFilter(QObject* object, QEvent* event) {
    const auto type = event->type();
    if (type == QEvent::Move || type == QEvent::Resize || type == QEvent::WindowStateChange) saveSoon();
    return QObject::eventFilter(object, event);
}

}  // namespace timeripple::ui
