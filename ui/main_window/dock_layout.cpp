#include "ui/main_window/dock_layout.h"

#include <QByteArray>
#include <QDockWidget>
#include <QEvent>
#include <QLayout>
#include <QMainWindow>
#include <QTabBar>
#include <algorithm>

namespace timeripple::ui {
namespace {

constexpr int kFoldWidth = 1100;
constexpr int kFoldSpare = 8;
constexpr int kLeftWidth = 316;
constexpr int kRightWidth = 260;
constexpr int kBottomHeight = 168;
constexpr int kStateVersion = 1;

}  // namespace

DockLayout::DockLayout(QMainWindow* window) : QObject(window), window_(window) {
    tabs_change_.setSingleShot(true);
    tabs_change_.setInterval(0);
    connect(&tabs_change_, &QTimer::timeout, this, &DockLayout::tendTabs);
    window->setAnimated(false);
    window->setDockNestingEnabled(true);
    window->setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    window->setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    window->setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
}

QDockWidget* DockLayout::make(const QString& name, const QString& title, QWidget* content, QSize smallest) {
    auto* dock = new QDockWidget(title, window_);
    dock->setObjectName(name);
    dock->setFeatures(QDockWidget::DockWidgetClosable);
    dock->setTitleBarWidget(new QWidget(dock));  // the section heads say what is what
    content->setMinimumSize(smallest);
    dock->setWidget(content);
    docks_ << dock;
    dock->installEventFilter(this);
    return dock;
}

QDockWidget* DockLayout::add(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area, QSize smallest) {
    QDockWidget* neighbour = nullptr;
    for (QDockWidget* other : docks_) {
        if (window_->dockWidgetArea(other) == area) neighbour = other;
    }
    QDockWidget* dock = make(name, title, content, smallest);
    window_->addDockWidget(area, dock);
    if (neighbour && area == Qt::BottomDockWidgetArea) window_->splitDockWidget(neighbour, dock, Qt::Horizontal);
    return dock;
}

QDockWidget* DockLayout::addTab(const QString& name, const QString& title, QWidget* content, const QString& beside, QSize smallest) {
    QDockWidget* first = find(beside);
    QDockWidget* dock = make(name, title, content, smallest);
    window_->addDockWidget(window_->dockWidgetArea(first), dock);
    dock->hide();
    window_->tabifyDockWidget(first, dock);
    return dock;
}

QDockWidget* DockLayout::find(const QString& name) const {
    for (QDockWidget* dock : docks_) {
        if (dock->objectName() == name) return dock;
    }
    return nullptr;
}

void DockLayout::reveal(const QString& name) {
    QDockWidget* dock = find(name);
    if (!dock) return;
    dock->show();
    dock->raise();
}

void DockLayout::fold() {
    QDockWidget* prompt = find(QStringLiteral("prompt"));
    QDockWidget* run = find(QStringLiteral("run"));
    if (!prompt || !run) return;
    const bool folded = window_->tabifiedDockWidgets(prompt).contains(run);
    // A language with long words needs more: the window must be able to get narrow enough to fold.
    if (!folded) fold_width_ = std::max(kFoldWidth, window_->minimumSizeHint().width() + kFoldSpare);
    if (window_->width() < fold_width_ && !folded) {
        window_->tabifyDockWidget(prompt, run);
        prompt->raise();
    } else if (window_->width() >= fold_width_ && folded) {
        window_->addDockWidget(Qt::RightDockWidgetArea, run);
        window_->resizeDocks({prompt, run}, {kLeftWidth, kRightWidth}, Qt::Horizontal);
    }
}

void DockLayout::restore(const QByteArray& state) {
    window_->layout()->activate();  // widths are kept only by a layout that has its size already
    if (window_->restoreState(state, kStateVersion)) return;
    window_->resizeDocks({find(QStringLiteral("prompt")), find(QStringLiteral("run"))}, {kLeftWidth, kRightWidth}, Qt::Horizontal);
    const QList<QDockWidget*> bottom{find(QStringLiteral("history")), find(QStringLiteral("queue"))};
    window_->resizeDocks(bottom, {560, 560}, Qt::Horizontal);
    window_->resizeDocks(bottom.mid(0, 1), {kBottomHeight}, Qt::Vertical);
}

// The window makes bars of tabs where panels share a place, shows no bar of a single tab, and keeps those that it needs no more: only what
// is seen is a stop of the keyboard and something to a screen reader.
void DockLayout::tendTabs() {
    for (auto* tabs : window_->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        tabs->setFocusPolicy(tabs->count() > 1 ? Qt::TabFocus : Qt::NoFocus);
    }
}

bool DockLayout::eventFilter(QObject*, QEvent* event) {
    switch (event->type()) {
        case QEvent::Show:
        case QEvent::Hide:
        case QEvent::Move:
        case QEvent::Resize:
            tabs_change_.start();
            Q_EMIT changed();
            break;
        default:
            break;
    }
    return false;
}

QByteArray DockLayout::save() const { return window_->saveState(kStateVersion); }

}  // namespace timeripple::ui
