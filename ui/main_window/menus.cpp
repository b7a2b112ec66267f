// The menu bar, made from the registry of actions.
#include <QActionGroup>
#include <QDockWidget>
#include <QMenuBar>

#include "ui/main_window/actions.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_parts.h"
#include "ui/settings/app_settings.h"
#include "ui/theme/theme.h"

namespace timeripple::ui {
namespace {

QMenu* makeThemeMenu(MainWindow& window) {
    auto* themes = new QMenu(MainWindow::tr("Colours"), &window);
    auto* choices = new QActionGroup(themes);
    const std::pair<QString, ThemeChoice> all[] = {{MainWindow::tr("As the desktop"), ThemeChoice::Desktop},
                                                   {MainWindow::tr("Light"), ThemeChoice::Light},
                                                   {MainWindow::tr("Dark"), ThemeChoice::Dark}};
    for (const auto& [name, choice] : all) {
        QAction* action = choices->addAction(name);
        action->setCheckable(true);
        action->setChecked(window.theme()->choice() == choice);
        themes->addAction(action);
        QObject::connect(action, &QAction::triggered, &window, [w = &window, chosen = choice] {
            w->settings().setTheme(chosen);
            w->theme()->setChoice(chosen);
        });
    }
    return themes;
}

}  // namespace

void buildMenus(MainWindow& window) {
    QHash<QString, QMenu*> menus;
    for (const QString& group : window.actions().groups()) menus[group] = window.menuBar()->addMenu(group);
    for (const auto& entry : window.actions().entries()) {
        if (entry.begins_section) menus[entry.group]->addSeparator();
        menus[entry.group]->addAction(entry.action);
    }
    QMenu* view = menus.value(MainWindow::tr("View"));
    if (window.theme()) view->addMenu(makeThemeMenu(window));
    auto* panels = new QMenu(MainWindow::tr("Panels"), &window);
    for (QDockWidget* dock : window.docks().all()) panels->addAction(dock->toggleViewAction());
    view->addMenu(panels);
}

}  // namespace timeripple::ui
