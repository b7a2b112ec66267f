// How the program fares: its log, a bundle for those who mend it, and a machine that stays awake while something runs.
#include <QDockWidget>

#include "engine/api/log.h"
#include "ui/dialogs/diagnostics_panel.h"
#include "ui/docks/log_panel.h"
#include "ui/docks/prompt_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/window_parts.h"
#include "ui/session/sleep_guard.h"
#include "ui/settings/app_settings.h"

namespace timeripple::ui {
namespace {

void showDiagnostics(MainWindow& window) {
    auto* panel = window.findChild<DiagnosticsPanel*>(QString(), Qt::FindDirectChildrenOnly);
    GenerationSession& session = window.workspace().session();
    if (!panel) {
        panel = new DiagnosticsPanel(&window);
        QObject::connect(&session, &GenerationSession::devicesListed, panel,
                         [panel](quint64, const std::vector<engine::DeviceInfo>& devices) { panel->setDevices(devices); });
    }
    DiagnosticsInput input;
    input.devices = {engine::cpu_device()};
    input.request = window.promptPanel()->request();
    input.model_name = QString::fromStdString(window.workspace().model().name);
    input.log_folder = QString::fromStdString(engine::log_folder());
    panel->setInput(input, window.settings().exportFolder());
    panel->show();
    panel->raise();
    session.listDevices();  // graphics cards are known to the engine only
}

}  // namespace

void addHealthSubject(MainWindow& window) {
    MainWindow* w = &window;
    auto* log = new LogPanel(QString::fromStdString(engine::log_folder()), w);
    window.docks().addTab(QStringLiteral("log"), MainWindow::tr("Log"), log, QStringLiteral("queue"), {220, 150});
    QObject::connect(log, &LogPanel::diagnosticsRequested, w, [w] { showDiagnostics(*w); });
    const QString help = MainWindow::tr("Help");
    window.addAction(help, "help.log", MainWindow::tr("Show the log"), QKeySequence(QStringLiteral("Ctrl+Shift+L")),
                     [w] { w->docks().reveal(QStringLiteral("log")); });
    window.addAction(help, "help.diagnostics", MainWindow::tr("Diagnostics…"), QKeySequence(), [w] { showDiagnostics(*w); });

    auto* guard = new SleepGuard(w);
    Workspace* workspace = &window.workspace();
    guard->setAwake(workspace->running());
    QObject::connect(workspace, &Workspace::runStarted, guard, [guard] { guard->setAwake(true); });
    // Asked for later: the next job of the queue may start at once.
    QObject::connect(
        workspace, &Workspace::runEnded, guard, [guard, workspace] { guard->setAwake(workspace->running()); }, Qt::QueuedConnection);
}

}  // namespace timeripple::ui
