// The View menu: pages, ways to compare, what the map shows, full screen.
#include <QMenuBar>

#include "ui/docks/run_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/watch_page.h"
#include "ui/settings/app_settings.h"
#include "ui/widgets/picture_row.h"

namespace timeripple::ui {

namespace {

// The pictures of the page that is shown; 0: the whole picture again.
void zoom(MainWindow& window, double factor) {
    auto* pictures = window.pages()->currentWidget()->findChild<PictureRow*>();
    if (!pictures) return;
    factor > 0 ? pictures->zoomBy(factor) : pictures->showWhole();
}

}  // namespace

void addViewActions(MainWindow& window) {
    const QString view = MainWindow::tr("View");
    MainWindow* w = &window;
    window.addAction(view, "view.watch", MainWindow::tr("Watch"), QKeySequence(QStringLiteral("Alt+1")),
                     [w] { w->pages()->focusPage(QStringLiteral("watch")); });
    window.addAction(view, "view.compare", MainWindow::tr("Compare page"), QKeySequence(QStringLiteral("Alt+2")),
                     [w] { w->pages()->focusPage(QStringLiteral("compare")); });
    const QString modes[ComparePage::kModes] = {MainWindow::tr("Compare side by side"), MainWindow::tr("Compare by wipe"),
                                                MainWindow::tr("Show the difference"), MainWindow::tr("Show the SSIM map"),
                                                MainWindow::tr("Blink between both")};
    const Qt::Key keys[ComparePage::kModes] = {Qt::Key_1, Qt::Key_2, Qt::Key_3, Qt::Key_4, Qt::Key_5};
    window.actions().beginSection();
    for (int i = 0; i < ComparePage::kModes; ++i) {
        window.addAction(view, qPrintable(QStringLiteral("view.mode%1").arg(i)), modes[i], QKeySequence(keys[i]),
                              [w, i] { w->comparePage()->setMode(ComparePage::Mode(i)); });
    }
    window.addAction(view, "view.swap", MainWindow::tr("Swap the sides"), QKeySequence(Qt::Key_S), [w] { w->comparePage()->swap(); });
    window.addAction(view, "view.larger", MainWindow::tr("Zoom in"), QKeySequence(Qt::Key_Plus), [w] { zoom(*w, 1.25); });
    window.addAction(view, "view.smaller", MainWindow::tr("Zoom out"), QKeySequence(Qt::Key_Minus), [w] { zoom(*w, 0.8); });
    window.addAction(view, "view.whole", MainWindow::tr("Whole picture"), QKeySequence(Qt::Key_0), [w] { zoom(*w, 0.0); });
    window.addAction(view, "view.clip", MainWindow::tr("Back to the clip"), QKeySequence(Qt::Key_B), [w] {
        w->runPanel()->setStep(0);
        w->watchPage()->setStep(0);
    });
    window.actions().beginSection();
    QAction* hatch = window.actions().add(view, QStringLiteral("view.hatch"), MainWindow::tr("Hatch the map as well"),
                                          QKeySequence(QStringLiteral("Ctrl+H")));
    hatch->setCheckable(true);
    hatch->setChecked(window.settings().hatchOrigins());
    QObject::connect(hatch, &QAction::toggled, w, [w](bool checked) {
        w->settings().setHatchOrigins(checked);
        w->watchPage()->setHatched(checked);
    });
    window.addAction(view, "view.menus", MainWindow::tr("Open the menus"), QKeySequence(Qt::Key_F10),
                     [w] { w->menuBar()->setActiveAction(w->menuBar()->actions().value(0)); });
    QAction* full = window.actions().add(view, QStringLiteral("view.full"), MainWindow::tr("Full screen"), QKeySequence(Qt::Key_F11));
    full->setCheckable(true);
    QObject::connect(full, &QAction::toggled, w, [w](bool checked) { checked ? w->showFullScreen() : w->showNormal(); });
}

}  // namespace timeripple::ui
