// Queue and history in the window: what their panels wish, the batch panel, undo, notices of the library.
#include <QApplication>
#include <QClipboard>
#include <QListView>
#include <QPushButton>

#include "engine/api/recipe.h"
#include "ui/dialogs/batch_panel.h"
#include "ui/docks/history_panel.h"
#include "ui/docks/prompt_panel.h"
#include "ui/docks/queue_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/desktop_notifier.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/watch_page.h"
#include "ui/widgets/error_card.h"
#include "ui/widgets/frame_image.h"

namespace timeripple::ui {
namespace {

void copyCommand(MainWindow* w, const engine::GenerationRequest& request) {
    QApplication::clipboard()->setText(QString::fromStdString(engine::command_line_of(request)));
    w->showMessage(MainWindow::tr("The command line is on the clipboard."));
}

void connectQueue(MainWindow& window) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    QueuePanel* queue = window.queuePanel();
    QObject::connect(queue, &QueuePanel::removeRequested, workspace, &Workspace::removeJob);
    QObject::connect(queue, &QueuePanel::retryRequested, workspace, &Workspace::retry);
    QObject::connect(queue, &QueuePanel::moveRequested, workspace, &Workspace::moveJob);
    QObject::connect(queue, &QueuePanel::pauseRequested, workspace, &Workspace::setQueuePaused);
    QObject::connect(queue, &QueuePanel::settingsRequested, w, [w, workspace](quint64 id) {
        if (const QueuedJob* job = workspace->queue().find(id)) w->promptPanel()->setRequest(job->request);
    });
    QObject::connect(queue, &QueuePanel::failureWanted, w, [w](quint64 id) { showFailure(*w, id); });
    auto* batch = new BatchPanel(w);
    QObject::connect(batch, &BatchPanel::chosen, w, [w, workspace](std::vector<engine::GenerationRequest> requests) {
        for (auto& request : requests) request.model_path = workspace->modelPath().toStdString();
        workspace->enqueueAll(requests);
        w->showMessage(requests.size() == 1 ? MainWindow::tr("One run was added to the queue.")
                                            : MainWindow::tr("%1 runs were added to the queue.").arg(requests.size()));
    });
    auto open_batch = [w, batch, queue] {
        w->docks().reveal(QStringLiteral("queue"));
        const QPushButton* button = queue->batchButton();
        batch->open(w->promptPanel()->request(), button->mapToGlobal(QPoint(button->width(), 0)));
    };
    QObject::connect(queue, &QueuePanel::batchRequested, w, open_batch);

    const QString run = MainWindow::tr("Run");
    window.actions().beginSection();
    window.addAction(run, "run.batch", MainWindow::tr("Batch of seeds or prompts…"), QKeySequence(QStringLiteral("Ctrl+B")), open_batch);
    auto* pause = window.addAction(run, "queue.pause", MainWindow::tr("Pause the queue"), QKeySequence(QStringLiteral("Ctrl+Shift+P")),
                                   [workspace] { workspace->setQueuePaused(!workspace->queue().paused()); });
    pause->setCheckable(true);
    QObject::connect(&workspace->queue(), &JobQueueModel::countChanged, pause,
                     [pause, workspace] { pause->setChecked(workspace->queue().paused()); });
}

void connectHistory(MainWindow& window) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    HistoryPanel* history = window.historyPanel();
    auto connect = [w, history](auto signal, auto act) { QObject::connect(history, signal, w, act); };
    connect(&HistoryPanel::clipActivated, [w](quint64 id) { w->showClip(id); });
    connect(&HistoryPanel::restoreRequested, [w](quint64 id) { w->restoreSettingsOf(id); });
    connect(&HistoryPanel::exportRequested, [w](quint64 id) { w->showExport(id); });
    auto compare = [w, workspace](quint64 reference_id, quint64 candidate_id) {
        workspace->withClips({reference_id, candidate_id}, w, [w, reference_id, candidate_id] {
            w->comparePage()->showPair(reference_id, candidate_id);
            w->pages()->showPage(QStringLiteral("compare"));
        });
    };
    connect(&HistoryPanel::compareRequested,
            [w, compare](quint64 id) { compare(w->shownClip() != 0 ? w->shownClip() : id, id); });
    connect(&HistoryPanel::pairRequested, compare);
    connect(&HistoryPanel::rerunRequested, [w, workspace](quint64 id, bool new_seed) {
        workspace->rerun(id, new_seed);
        w->showMessage(MainWindow::tr("Added to the queue."));
    });
    connect(&HistoryPanel::commandRequested, [w, workspace](quint64 id) {
        if (const ClipEntry* entry = workspace->clips().find(id)) copyCommand(w, entry->clip().request);
    });
    connect(&HistoryPanel::ratingChosen, [workspace](quint64 id, int rating) { workspace->setRating(id, rating); });
    connect(&HistoryPanel::removeRequested, [w, workspace](const std::vector<quint64>& ids) {
        workspace->trashClips(ids);
        w->showMessage(ids.size() == 1 ? MainWindow::tr("The clip is in the trash. Ctrl+Z brings it back.")
                                       : MainWindow::tr("%1 clips are in the trash. Ctrl+Z brings them back.").arg(ids.size()));
    });
    connect(&HistoryPanel::unremoveRequested, [workspace](const std::vector<quint64>& ids) { workspace->restoreClips(ids); });
    connect(&HistoryPanel::emptyTrashRequested, [workspace] { workspace->library().emptyTrash(); });
    QObject::connect(&workspace->library(), &Library::trashEmptied, w, [w, workspace](int clips) {
        workspace->undoStack().clear();  // what it would bring back is gone
        workspace->clips().refresh();
        w->showMessage(MainWindow::tr("%1 clips left the library.").arg(clips));
    });
    connect(&HistoryPanel::hoverWanted, [workspace, history](quint64 id) {
        const ClipEntry* entry = workspace->clips().find(id);
        if (!entry) return;
        if (!entry->loaded()) return workspace->library().readHover(id);
        std::vector<QImage> frames;
        const auto& sequence = entry->clip().frames;
        const int count = std::min(10, sequence->frames);
        for (int i = 0; i < count; ++i) frames.push_back(imageOfFrame(sequence, i * sequence->frames / count));
        history->showHover(id, frames);
    });
    QObject::connect(&workspace->library(), &Library::hoverRead, history, &HistoryPanel::showHover);

    const QString edit = MainWindow::tr("Edit");
    window.actions().beginSection();
    window.addAction(edit, "history.search", MainWindow::tr("Search the history"), QKeySequence(QKeySequence::Find), [w, history] {
        w->docks().reveal(QStringLiteral("history"));
        history->focusSearch();
    });
    window.addAction(edit, "history.seed", MainWindow::tr("This clip with another seed"), QKeySequence(QStringLiteral("Ctrl+Shift+R")),
                     [w, workspace, history] {
                         const quint64 id = w->shownClip() != 0 ? w->shownClip() : history->currentClip();
                         workspace->rerun(id, true);
                     });
}

void addUndo(MainWindow& window) {
    QUndoStack* stack = &window.workspace().undoStack();
    const QString edit = MainWindow::tr("Edit");
    window.actions().beginSection();
    auto* undo = window.addAction(edit, "edit.undo", MainWindow::tr("Undo"), QKeySequence(QKeySequence::Undo), [stack] { stack->undo(); });
    auto* redo = window.addAction(edit, "edit.redo", MainWindow::tr("Redo"), QKeySequence(QStringLiteral("Ctrl+Shift+Z")),
                                  [stack] { stack->redo(); });
    auto show = [stack, undo, redo] {
        undo->setEnabled(stack->canUndo());
        redo->setEnabled(stack->canRedo());
        undo->setText(stack->canUndo() ? MainWindow::tr("Undo: %1").arg(stack->undoText()) : MainWindow::tr("Undo"));
        redo->setText(stack->canRedo() ? MainWindow::tr("Redo: %1").arg(stack->redoText()) : MainWindow::tr("Redo"));
    };
    QObject::connect(stack, &QUndoStack::indexChanged, undo, show);
    show();
}

void connectNotices(MainWindow& window) {
    MainWindow* w = &window;
    Workspace* workspace = &window.workspace();
    // In place of the picture, with a detail to copy: it concerns everything, and no dialog stops anybody.
    QObject::connect(workspace, &Workspace::libraryNotice, w, [w](const QString& text) {
        w->watchPage()->showError(MainWindow::tr("About the library"), {engine::ErrorCode::Io, text.toStdString(), {}});
    });
    QObject::connect(workspace, &Workspace::clipFailed, w, [w](quint64, const engine::Error& error) {
        w->watchPage()->showError(errorTitle(error.code), error);
        w->pages()->showPage(QStringLiteral("watch"));
    });
    auto* notifier = new DesktopNotifier(w);
    QObject::connect(workspace, &Workspace::queueEnded, notifier, [w, notifier](int done, int failed) {
        if (w->isActiveWindow()) return;
        const QString text = failed == 0 ? MainWindow::tr("Finished: %1").arg(done)
                                         : MainWindow::tr("Finished: %1, failed: %2").arg(done).arg(failed);
        notifier->notify(MainWindow::tr("The queue has ended"), text);
    });
}

}  // namespace

void addKeepSubject(MainWindow& window) {
    addUndo(window);
    connectQueue(window);
    connectHistory(window);
    connectNotices(window);
}

}  // namespace timeripple::ui
