// What the panels and pages wish, and who does it.
#include "ui/dialogs/export_panel.h"
#include "ui/docks/prompt_panel.h"
#include "ui/docks/run_panel.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/top_bar.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/watch_page.h"

namespace timeripple::ui {

void connectPanels(MainWindow& window) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    WatchPage* watch = window.watchPage();
    RunPanel* run = window.runPanel();
    auto connect = [w](auto* sender, auto signal, auto act) { QObject::connect(sender, signal, w, act); };

    connect(window.promptPanel(), &PromptPanel::generateRequested, [w] { w->generate(); });
    connect(window.promptPanel(), &PromptPanel::compareRequested, [w] { w->compare(); });

    connect(window.promptPanel(), &PromptPanel::steered, [w, workspace](const engine::AttentionChange& change) {
        const auto status = workspace->steer(change.mode, change.ripple, change.preset_name);
        if (!status) w->showMessage(QString::fromStdString(status.error().message));
    });
    connect(run, &RunPanel::pauseRequested, [w](bool paused) { w->setRunPaused(paused); });
    connect(run, &RunPanel::denseRequested, [workspace] { workspace->goDense(); });
    connect(run, &RunPanel::forkRequested, [w] { w->forkRun(); });
    connect(run, &RunPanel::cancelRequested, [workspace] { workspace->cancelRunning(); });
    connect(run, &RunPanel::selectionChanged, [run, watch] { watch->setSelection(run->selection()); });
    QObject::connect(run, &RunPanel::stepChosen, watch, &WatchPage::setStep);
    connect(watch, &WatchPage::stepChosen, [run](int step, int layer) {
        run->setStep(step);
        run->setLayer(layer);
    });
    connect(run, &RunPanel::placeChanged, [run, watch] { watch->setOver(run->over(), run->opacity()); });
    connect(watch, &WatchPage::headChosen, [run](int layer, int head) { run->setHead(layer, head); });
    connect(watch, &WatchPage::mapShown, [run, watch] { run->showMap(watch->shownMap().get()); });
    connect(watch, &WatchPage::decodeWished, [w, workspace](int frame) {
        workspace->decodeFrame(frame);
        w->showMessage(MainWindow::tr("This frame is decoded after the step that runs."));
    });
    connect(watch, &WatchPage::remedyChosen, [w, watch, workspace](quint64 job_id) {
        if (workspace->deviceLost()) {
            Q_EMIT w->restartChosen();
            return;
        }
        watch->hideError();
        workspace->decodesAgain(job_id) ? workspace->decodeAgain(job_id) : workspace->retry(job_id);
    });

    QObject::connect(window.comparePage(), &ComparePage::measureRequested, workspace, &Workspace::measurePair);
    connect(window.comparePage(), &ComparePage::exportRequested, [w](quint64 reference_id, quint64 candidate_id) {
        w->showExport(candidate_id, reference_id);
        w->exportPanel()->setContent(ExportContent::SideBySide);
    });

    QObject::connect(window.topBar(), &TopBar::modelChosen, workspace, &Workspace::changeModel);
    connect(window.topBar(), &TopBar::folderWanted, [w] {
        w->fillModels();
        w->chooseModelFolder();
    });
}

}  // namespace timeripple::ui
