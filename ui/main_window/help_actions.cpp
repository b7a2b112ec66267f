// The Help menu.
#include "ui/dialogs/shortcut_sheet.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_parts.h"

namespace timeripple::ui {

void addHelpActions(MainWindow& window) {
    const QString help = MainWindow::tr("Help");
    MainWindow* w = &window;
    window.addAction(help, "help.keys", MainWindow::tr("Keys"), QKeySequence(Qt::Key_F1), [w] {
        w->shortcutSheet()->show();
        w->shortcutSheet()->raise();
    });
}

}  // namespace timeripple::ui
