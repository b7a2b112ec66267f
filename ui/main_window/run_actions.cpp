// The Run menu: start, compare, cancel, presets.
#include "ui/docks/prompt_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/watch_page.h"

namespace timeripple::ui {

void addRunActions(MainWindow& window) {
    const QString run = MainWindow::tr("Run");
    MainWindow* w = &window;
    window.addAction(run, "run.generate", MainWindow::tr("Generate"), QKeySequence(QStringLiteral("Ctrl+Return")), [w] { w->generate(); });
    window.addAction(run, "run.compare", MainWindow::tr("Compare"), QKeySequence(QStringLiteral("Ctrl+Shift+Return")),
                     [w] { w->compare(); });
    window.addAction(run, "run.cancel", MainWindow::tr("Cancel"), QKeySequence(QStringLiteral("Esc")),
                     [w] { w->workspace().cancelRunning(); });
    window.addAction(run, "run.pause", MainWindow::tr("Pause or go on"), QKeySequence(Qt::Key_P), [w] {
        const RunRecordPtr current = w->workspace().currentRun();
        w->setRunPaused(current && current->control && !current->control->paused());
    });
    window.addAction(run, "run.dense", MainWindow::tr("Go dense from here"), QKeySequence(QStringLiteral("Ctrl+Shift+D")),
                     [w] { w->workspace().goDense(); });
    window.addAction(run, "run.fork", MainWindow::tr("Fork here"), QKeySequence(QStringLiteral("Ctrl+Shift+F")), [w] { w->forkRun(); });
    window.addAction(run, "run.decode", MainWindow::tr("Decode the frame on show"), QKeySequence(Qt::Key_D),
                          [w] { w->watchPage()->wishDecode(); });
    const QString presets[] = {MainWindow::tr("Attention: Dense"), MainWindow::tr("Attention: Faithful"),
                               MainWindow::tr("Attention: Balanced"), MainWindow::tr("Attention: Draft")};
    window.actions().beginSection();
    for (int i = 0; i < 4; ++i) {
        window.addAction(run, qPrintable(QStringLiteral("run.preset%1").arg(i)), presets[i],
                         QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)), [w, i] { w->promptPanel()->choosePreset(i); });
    }
    window.actions().find(QStringLiteral("run.cancel"))->setEnabled(false);
}

}  // namespace timeripple::ui
