// The menu bar, made from the registry of actions.
#include <QActionGroup>
#include <QDockWidget>
#include <QMenuBar>

#include "ui/main_window/actions.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_parts.h"
#include "ui/settings/app_settings.h"
#include "ui/settings/languages.h"
#include "ui/theme/theme.h"

namespace timeripple::ui {
namespace {

// One of a few: checked in the menu, remembered in the settings.
template <typename Choose>
void addChoice(MainWindow& window, QActionGroup* choices, const QString& group, const char* id, const QString& text, bool checked,
               Choose choose) {
    QAction* action = window.actions().add(group, QString::fromLatin1(id), text);
    action->setCheckable(true);
    action->setChecked(checked);
    choices->addAction(action);
    QObject::connect(action, &QAction::triggered, &window, choose);
}

void addThemeChoices(MainWindow& window) {
    const QString group = MainWindow::tr("View") + QLatin1Char('/') + MainWindow::tr("Colours");
    auto* choices = new QActionGroup(&window);
    auto add = [&](const char* id, const QString& text, ThemeChoice choice) {
        addChoice(window, choices, group, id, text, window.theme()->choice() == choice, [w = &window, choice] {
            w->settings().setTheme(choice);
            w->theme()->setChoice(choice);
        });
    };
    add("theme.desktop", MainWindow::tr("As the desktop"), ThemeChoice::Desktop);
    add("theme.light", MainWindow::tr("Light"), ThemeChoice::Light);
    add("theme.dark", MainWindow::tr("Dark"), ThemeChoice::Dark);
}

void addLanguageChoices(MainWindow& window) {
    const QString group = MainWindow::tr("View") + QLatin1Char('/') + MainWindow::tr("Language");
    auto* choices = new QActionGroup(&window);
    const QString current = window.settings().language();
    addChoice(window, choices, group, "language.desktop", MainWindow::tr("As the desktop"), current.isEmpty(),
              [w = &window] { w->chooseLanguage({}); });
    for (const Language& language : languages()) {
        addChoice(window, choices, group, qPrintable(QStringLiteral("language.") + language.code), language.name,
                  current == language.code, [w = &window, code = language.code] { w->chooseLanguage(code); });
    }
}

// Opened by Alt and the first letter that no menu before has taken.
QString withMnemonic(const QMenuBar& bar, QString title) {
    QString taken;
    for (const QAction* action : bar.actions()) taken += QKeySequence::mnemonic(action->text()).toString().right(1);
    for (qsizetype i = 0; i < title.size(); ++i) {
        if (!title[i].isLetter() || taken.contains(title[i], Qt::CaseInsensitive)) continue;
        return title.insert(i, QLatin1Char('&'));
    }
    return title;
}

QMenu* menuOf(MainWindow& window, QHash<QString, QMenu*>& menus, const QString& group) {
    QMenu*& menu = menus[group];
    if (menu) return menu;
    const int slash = int(group.lastIndexOf(QLatin1Char('/')));
    QMenu* made = slash < 0 ? window.menuBar()->addMenu(withMnemonic(*window.menuBar(), group))
                            : menuOf(window, menus, group.left(slash))->addMenu(group.mid(slash + 1));
    return menus[group] = made;
}

}  // namespace

void buildMenus(MainWindow& window) {
    const QString panels = MainWindow::tr("View") + QLatin1Char('/') + MainWindow::tr("Panels");
    for (QDockWidget* dock : window.docks().all()) {
        window.actions().adopt(panels, QStringLiteral("panel.") + dock->objectName(), dock->toggleViewAction());
    }
    if (window.theme()) addThemeChoices(window);
    addLanguageChoices(window);
    QHash<QString, QMenu*> menus;
    for (const auto& entry : window.actions().entries()) {
        QMenu* menu = menuOf(window, menus, entry.group);
        if (entry.begins_section) menu->addSeparator();
        menu->addAction(entry.action);
    }
    window.actions().setOwnKeys(window.settings().ownKeys());
    QObject::connect(&window.actions(), &Actions::keysChanged, &window,
                     [w = &window] { w->settings().setOwnKeys(w->actions().ownKeys()); });
}

}  // namespace timeripple::ui
