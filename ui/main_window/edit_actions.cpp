// The Edit menu: prompt, seed, settings of a clip, command line.
#include <QApplication>
#include <QClipboard>

#include "engine/api/recipe.h"
#include "ui/docks/prompt_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_parts.h"

namespace timeripple::ui {

void addEditActions(MainWindow& window) {
    const QString edit = MainWindow::tr("Edit");
    MainWindow* w = &window;
    window.addAction(edit, "edit.prompt", MainWindow::tr("Write the prompt"), QKeySequence(QStringLiteral("Ctrl+L")), [w] {
        w->docks().reveal(QStringLiteral("prompt"));
        w->promptPanel()->focusPrompt();
    });
    window.addAction(edit, "edit.seed", MainWindow::tr("New seed"), QKeySequence(QStringLiteral("Ctrl+R")),
                     [w] { w->promptPanel()->drawSeed(); });
    window.addAction(edit, "edit.restore", MainWindow::tr("Use the settings of this clip"), QKeySequence(QStringLiteral("Ctrl+U")),
                     [w] { w->restoreSettingsOf(w->shownClip()); });
    window.addAction(edit, "edit.command", MainWindow::tr("Copy as command line"), QKeySequence(QStringLiteral("Ctrl+Shift+C")), [w] {
        QApplication::clipboard()->setText(QString::fromStdString(engine::command_line_of(w->promptPanel()->request())));
        w->showMessage(MainWindow::tr("The command line is on the clipboard."));
    });
}

}  // namespace timeripple::ui
