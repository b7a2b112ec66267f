#pragma once
// The subjects of the window: each function adds the actions, or makes the connections, of one subject, in the file of its name.
// A new subject with a page, panels and actions of its own is one more function here and one more line in MainWindow's
// constructor. They use only what MainWindow shows in public.

#include <QImage>

namespace timeripple::ui {

class MainWindow;

void addFileActions(MainWindow& window);
void addEditActions(MainWindow& window);
void addRunActions(MainWindow& window);
void addPlayActions(MainWindow& window);
void addViewActions(MainWindow& window);
void addHelpActions(MainWindow& window);
// The last of the File menu.
void addQuit(MainWindow& window);
// The Demo page, the tour, the frame on show as a picture.
void addShowSubject(MainWindow& window);
// The frame that the page on show plays; null where there is none.
QImage shownPicture(MainWindow& window);
// Queue and history: their panels, undo, notices of the library.
void addKeepSubject(MainWindow& window);
// Recipes and presets as files.
void addRecipeSubject(MainWindow& window);
// Settings pasted or dropped as text.
void addPasteSubject(MainWindow& window);
// The Models page.
void addModelsSubject(MainWindow& window);
// The log, diagnostics, and a machine that stays awake.
void addHealthSubject(MainWindow& window);
// Puts all actions that were added into menus, by group; then the submenus of colours and panels.
void buildMenus(MainWindow& window);

// The Sweep page with its action and connections. Before buildMenus().
void addSweepPage(MainWindow& window);

// What the panels and pages wish.
void connectPanels(MainWindow& window);
// The error of a failed run that is in the queue, with the way on.
void showFailure(MainWindow& window, quint64 job_id);
// What the workspace tells.
void connectWorkspace(MainWindow& window);

}  // namespace timeripple::ui
