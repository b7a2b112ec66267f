// What the workspace tells, and what the window shows of it.
#include <QFileInfo>

#include "ui/docks/prompt_panel.h"
#include "ui/docks/run_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/watch_page.h"
#include "ui/settings/app_settings.h"
#include "ui/widgets/error_card.h"

namespace timeripple::ui {
namespace {

const QString kWatch = QStringLiteral("watch");

// What the run that may be steered can be judged by.
void showLosses(MainWindow& window) {
    Workspace& workspace = window.workspace();
    const RunRecordPtr run = workspace.currentRun();
    if (run) window.promptPanel()->setLosses(workspace.losses().of(run->model ? *run->model : workspace.model(), run->request));
}

void connectRuns(MainWindow& window) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    QObject::connect(workspace, &Workspace::runStarted, w, [w](const RunRecordPtr& run) {
        w->actions().find(QStringLiteral("run.cancel"))->setEnabled(true);
        w->followRun(run);
        showLosses(*w);
        w->promptPanel()->showRun(run);
    });
    QObject::connect(&workspace->losses(), &MeasuredLosses::changed, w, [w] { showLosses(*w); });
    QObject::connect(workspace, &Workspace::presetSaved, w, [w] { showLosses(*w); });
    QObject::connect(workspace, &Workspace::runUpdated, w, [w](const RunRecordPtr& run, const RunUpdate& update) {
        if (update.delta || update.paused || !update.steps.empty()) w->promptPanel()->showRun(run);
        if (!w->followsRuns()) return;
        w->runPanel()->refresh();
        if (update.preview || update.decoded || update.paused || update.token_map || !update.steps.empty() || !update.notices.empty() || update.resolved) {
            w->watchPage()->refresh();
        }
    });
    QObject::connect(workspace, &Workspace::runEnded, w, [w](const RunRecordPtr& run, quint64 clip_id) {
        w->actions().find(QStringLiteral("run.cancel"))->setEnabled(false);
        w->promptPanel()->showRun(run);
        if (clip_id != 0 && w->followsRuns()) w->showClip(clip_id);
        w->runPanel()->setGoesOn(w->workspace().keepsCancelled());
        if (run->error) {
            w->watchPage()->showError(errorTitle(run->error->code), *run->error);
            w->pages()->showPage(kWatch);
            showFailure(*w, w->workspace().currentJob());
        } else if (clip_id == 0) {
            if (w->followsRuns()) w->watchPage()->refresh();  // what it waited for does not come
            w->showMessage(w->workspace().keepsCancelled() ? MainWindow::tr("Cancelled. The steps are kept: Go on takes them up again.")
                                                           : MainWindow::tr("Cancelled. The model stays loaded."));
        }
    });
    QObject::connect(workspace, &Workspace::restartNeeded, w, [w](const engine::Error& error) {
        w->watchPage()->showError(errorTitle(error.code), error, MainWindow::tr("Restart TimeRipple Studio"));
        w->pages()->showPage(kWatch);
    });
    QObject::connect(workspace, &Workspace::comparisonReady, w, [w](quint64 reference_id, quint64 candidate_id) {
        if (w->comparePage()->referenceId() == reference_id && w->comparePage()->candidateId() == candidate_id) return;
        w->showClip(candidate_id);  // the one with a map
        w->comparePage()->showPair(reference_id, candidate_id);
        w->pages()->showPage(QStringLiteral("compare"));
    });
    QObject::connect(workspace, &Workspace::comparisonFailed, w,
                     [w](const engine::Error& error) { w->showMessage(QString::fromStdString(error.message)); });
}

void connectFiles(MainWindow& window) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    QObject::connect(workspace, &Workspace::fileOpened, w, [w](const OpenedFile& file, quint64 clip_id) {
        const QString name = QFileInfo(file.path).fileName();
        w->watchPage()->hideError();
        if (clip_id != 0) {
            w->showClip(clip_id);
            w->pages()->showPage(kWatch);
        }
        if (!file.has_recipe && clip_id != 0) w->showMessage(MainWindow::tr("%1 holds no settings of this program; it is only shown.").arg(name));
    });
    QObject::connect(workspace, &Workspace::fileFailed, w, [w](const QString&, const engine::Error& error) {
        w->watchPage()->showError(errorTitle(error.code), error);
        w->pages()->showPage(kWatch);
    });
    QObject::connect(workspace, &Workspace::modelChanged, w, [w, workspace](const engine::ModelInfo& model) {
        if (!workspace->modelPath().isEmpty()) w->settings().addModelFolder(workspace->modelPath());
        w->promptPanel()->setModel(model);
        w->fillModels();
    });
    QObject::connect(workspace, &Workspace::modelFailed, w, [w](const QString&, const engine::Error& error) {
        w->watchPage()->showError(errorTitle(error.code), error);
        w->pages()->showPage(kWatch);
        w->fillModels();
    });
}

}  // namespace

void showFailure(MainWindow& window, quint64 job_id) {
    const QueuedJob* job = window.workspace().queue().find(job_id);
    if (!job || !job->error) return;
    const bool decodes = window.workspace().decodesAgain(job_id);
    window.watchPage()->showError(errorTitle(job->error->code), *job->error,
                                  decodes ? MainWindow::tr("Decode again in tiles") : MainWindow::tr("Try again"), job_id);
    window.pages()->showPage(kWatch);
}

void connectWorkspace(MainWindow& window) {
    connectRuns(window);
    connectFiles(window);
    MainWindow* w = &window;
    ClipListModel* clips = &window.workspace().clips();
    QObject::connect(clips, &QAbstractItemModel::modelReset, w, [w] { w->showWantedClip(); });
    QObject::connect(clips, &QAbstractItemModel::rowsInserted, w, [w] { w->showWantedClip(); });
    QObject::connect(clips, &ClipListModel::known, w, [w] { w->showWantedClip(); });
    QObject::connect(clips, &QAbstractItemModel::rowsInserted, w, [w] { w->showFacts(); });
    QObject::connect(clips, &QAbstractItemModel::rowsRemoved, w, [w] { w->showFacts(); });
}

}  // namespace timeripple::ui
