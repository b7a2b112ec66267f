#include "ui/main_window/main_window.h"

#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QStatusBar>
#include <QVBoxLayout>
#include <utility>

#include "ui/dialogs/export_panel.h"
#include "ui/dialogs/shortcut_sheet.h"
#include "ui/docks/history_panel.h"
#include "ui/docks/prompt_panel.h"
#include "ui/docks/queue_panel.h"
#include "ui/docks/run_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/dock_layout.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/session_keeper.h"
#include "ui/main_window/top_bar.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/watch_page.h"
#include "ui/session/settings_undo.h"
#include "ui/session/undo_step.h"
#include "ui/settings/app_settings.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/notice_bar.h"

namespace timeripple::ui {
namespace {

constexpr int kMessageMs = 8000;

}  // namespace

MainWindow::MainWindow(Workspace* workspace, AppSettings* settings, Theme* theme, QWidget* parent)
    : QMainWindow(parent),
      workspace_(workspace),
      settings_(settings),
      theme_(theme),
      actions_(new Actions(this)),
      docks_(new DockLayout(this)),
      // Tab goes through the window in the order in which its parts are made: what do I want, what is happening, how is it going.
      prompt_(new PromptPanel(this)),
      watch_(new WatchPage(this)),
      compare_(new ComparePage(&workspace->clips(), this)),
      notice_(new NoticeBar(this)),
      pages_(new Pages(this)),
      run_(new RunPanel(this)),
      history_(new HistoryPanel(&workspace->clips(), this)),
      queue_(new QueuePanel(&workspace->queue(), this)) {
    setWindowTitle(tr("TimeRipple Studio"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);

    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(notice_);
    column->addWidget(pages_, 1);
    setCentralWidget(centre);
    pages_->add(QStringLiteral("watch"), tr("Watch"), watch_, watch_->clock());
    pages_->add(QStringLiteral("compare"), tr("Compare"), compare_, compare_->clock());
    docks_->add(QStringLiteral("prompt"), tr("Prompt"), prompt_, Qt::LeftDockWidgetArea, {0, 200});
    docks_->add(QStringLiteral("run"), tr("Run"), run_, Qt::RightDockWidgetArea, {0, 200});
    docks_->add(QStringLiteral("history"), tr("History"), history_, Qt::BottomDockWidgetArea, {160, 150});
    docks_->add(QStringLiteral("queue"), tr("Queue"), queue_, Qt::BottomDockWidgetArea, {220, 150});
    buildTopBar();
    prompt_->undo().setStack(&workspace_->undoStack());
    addFileActions(*this);
    addEditActions(*this);
    addRunActions(*this);
    addPlayActions(*this);
    addViewActions(*this);
    // Subjects with pages, docks and actions of their own: one line each, here.
    addShowSubject(*this);
    addKeepSubject(*this);
    addRecipeSubject(*this);
    addPasteSubject(*this);
    addModelsSubject(*this);
    addHealthSubject(*this);
    addSweepPage(*this);
    addHelpActions(*this);
    addQuit(*this);
    buildMenus(*this);
    buildStatusBar();
    connectPanels(*this);
    connectWorkspace(*this);

    watch_->setHint(tr("Write what should move, then press Ctrl+Return.\nThe clip forms here, from the first step on."));
    watch_->setHatched(settings_->hatchOrigins());
    restoreSession();
    fillModels();
    prompt_->focusPrompt();
    new SessionKeeper(this);
}

MainWindow::~MainWindow() = default;

void MainWindow::buildTopBar() {
    auto* brand = makeLabel(tr("TimeRipple Studio"), "brand", this);
    brand->setContentsMargins(kSpaceLarge, 0, kSpace, 5);  // on the line of the menus, which stand a little higher
    menuBar()->setCornerWidget(brand, Qt::TopLeftCorner);
    top_bar_ = new TopBar(this);
    menuBar()->setCornerWidget(top_bar_, Qt::TopRightCorner);
}

void MainWindow::buildStatusBar() {
    facts_ = new QLabel(tr("Ready"), this);
    message_end_.setSingleShot(true);
    connect(&message_end_, &QTimer::timeout, this, &MainWindow::showFacts);
    statusBar()->addWidget(facts_);
    statusBar()->addPermanentWidget(new QLabel(tr("F1 keys"), this));
    statusBar()->setContentsMargins(kSpaceLarge - 2, 0, kSpaceLarge, 0);
    statusBar()->setSizeGripEnabled(false);
}

QAction* MainWindow::newAction(const QString& group, const char* id, const QString& text, const QKeySequence& key) {
    return actions_->add(group, QString::fromLatin1(id), text, key);
}

void MainWindow::restoreSession() {
    const WindowSession& last = settings_->session().session();
    prompt_->setSeedLocked(last.seed_locked);
    if (last.request) prompt_->setRequest(*last.request);
    prompt_->undo().begin(prompt_->request());
    if (!restoreGeometry(last.geometry)) resize(1440, 900);
    docks_->restore(last.layout);
    pages_->showPage(last.page);
    wanted_clip_ = last.clip;
    showWantedClip();
}

void MainWindow::adoptWorkspace() {
    if (workspace_->model().supported) prompt_->setModel(workspace_->model());
    fillModels();
    showFacts();
    actions_->find(QStringLiteral("run.cancel"))->setEnabled(workspace_->running());
    if (workspace_->running()) {
        followRun(workspace_->currentRun());
    } else if (workspace_->clips().rowCount() > 0) {
        showClip(workspace_->clips().idAt(0));
    }
}

// The library tells what it holds some time after the window stands; who shows something before that wants something else.
void MainWindow::showWantedClip() {
    if (wanted_clip_ == 0) return;
    ClipListModel& clips = workspace_->clips();
    if (!clips.find(wanted_clip_)) {
        if (clips.rowOf(wanted_clip_) >= 0) clips.readSummary(wanted_clip_);  // rows are ids; comes back when it is known
        return;
    }
    if (shown_clip_ == 0 && !workspace_->running()) showClip(wanted_clip_);
    wanted_clip_ = 0;
}

void MainWindow::saveSession() {
    WindowSession now;
    now.request = prompt_->request();
    now.seed_locked = prompt_->seedLocked();
    // Until the headers of the first model are read it is the last session's.
    now.model = workspace_->model().supported ? workspace_->modelPath() : settings_->session().session().model;
    now.page = pages_->currentId();
    now.clip = wanted_clip_ != 0 ? wanted_clip_ : shown_clip_;
    now.geometry = saveGeometry();
    now.layout = docks_->save();
    settings_->session().put(now);
}

void MainWindow::chooseLanguage(const QString& code) {
    if (code == settings_->language()) return;
    settings_->setLanguage(code);
    saveSession();
    Q_EMIT languageChosen();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    saveSession();
    QMainWindow::closeEvent(event);
}

engine::GenerationRequest MainWindow::settingsNow() const {
    engine::GenerationRequest request = prompt_->request();
    request.model_path = workspace_->modelPath().toStdString();
    return request;
}

void MainWindow::generate() {
    if (!prompt_->ready()) return;
    engine::GenerationRequest request = prompt_->nextRequest();
    request.model_path = workspace_->modelPath().toStdString();
    workspace_->enqueue(request);
    pages_->showPage(QStringLiteral("watch"));
}

void MainWindow::compare() {
    if (!prompt_->ready()) return;
    engine::GenerationRequest request = prompt_->nextCompareRequest();
    request.model_path = workspace_->modelPath().toStdString();
    workspace_->compare(request);
    pages_->showPage(QStringLiteral("watch"));
}

void MainWindow::setShownClip(quint64 id) {
    wanted_clip_ = 0;
    if (std::exchange(shown_clip_, id) != id) Q_EMIT shownClipChanged();
}

void MainWindow::showClip(quint64 id) {
    setShownClip(id);
    history_->setCurrentClip(id);
    workspace_->withClips({id}, this, [this, id] {
        if (shown_clip_ != id) return;  // another was chosen while this one was read
        const ClipEntry* entry = workspace_->clips().find(id);
        follow_runs_ = entry->run == workspace_->currentRun();
        run_->showRun(entry->run);
        run_->setStep(0);
        watch_->showRun(entry->run);
    });
}

void MainWindow::followRun(const RunRecordPtr& run) {
    follow_runs_ = true;
    setShownClip(0);
    run_->showRun(run);
    run_->setStep(0);
    watch_->showRun(run);
}

void MainWindow::setRunPaused(bool paused) {
    if (!paused && !workspace_->running()) workspace_->goOnWithCancelled();
    workspace_->setRunPaused(paused);
    run_->refresh();
}

void MainWindow::forkRun() {
    if (!workspace_->running()) return;
    engine::GenerationRequest accelerated;
    prompt_->fillAccelerated(accelerated);
    workspace_->fork(accelerated.ripple, accelerated.preset_name);
    showMessage(tr("Forks after this step: dense and accelerated twins wait in the queue."));
}

void MainWindow::restoreSettingsOf(quint64 id) {
    const ClipEntry* entry = workspace_->clips().find(id);
    if (!entry) return;
    prompt_->setRequest(entry->clip().request);
    showMessage(tr("All settings of the clip are back."));
}

// The panel records its part itself, as for every edit.
void MainWindow::useSettings(const engine::GenerationRequest& request, const QString& model) {
    const QString before = workspace_->modelPath();
    const bool same = model == before || model.toStdString() == workspace_->model().path;
    const bool other_model = !same && (model.isEmpty() || QFileInfo(model).isDir());
    if (!other_model) return prompt_->setRequest(request);
    QUndoStack& stack = workspace_->undoStack();
    stack.beginMacro(tr("Use other settings"));
    stack.push(new UndoStep(
        tr("Choose a model"), [workspace = workspace_, model] { workspace->chooseModel(model); },
        [workspace = workspace_, before] { workspace->chooseModel(before); }));
    prompt_->setRequest(request);
    stack.endMacro();
}

void MainWindow::showExport(quint64 id, quint64 reference) {
    if (id == 0) id = history_->currentClip();
    auto show = [this, id, reference] {
        exportPanel()->setClip(id, reference);
        exportPanel()->show();
        exportPanel()->raise();
    };
    const ClipEntry* entry = workspace_->clips().find(id);
    if (!entry) return show();
    // Its twin may be wanted in the same picture.
    if (workspace_->clips().find(entry->twin_id)) workspace_->clips().load(entry->twin_id);
    workspace_->withClips({id}, this, show);
}

ExportPanel* MainWindow::exportPanel() {
    if (!export_) {
        export_ = new ExportPanel(&workspace_->session(), &workspace_->clips(), settings_, this);
        connect(export_, &ExportPanel::exported, this, [this](const QString& path) { showMessage(tr("Written: %1").arg(path)); });
    }
    return export_;
}

ShortcutSheet* MainWindow::shortcutSheet() {
    if (!sheet_) sheet_ = new ShortcutSheet(*actions_, workspace_->undoStack(), this);
    return sheet_;
}

void MainWindow::showFacts() {
    if (message_end_.isActive()) return;
    const int clips = workspace_->clips().rowCount();
    facts_->setText(clips == 0 ? tr("Ready") : clips == 1 ? tr("Ready to export: 1 clip") : tr("Ready to export: %1 clips").arg(clips));
}

// In the place of the facts: QStatusBar would set its own message apart by another margin.
void MainWindow::showMessage(const QString& text) {
    facts_->setText(text);
    message_end_.start(kMessageMs);
}

void MainWindow::openPath(const QString& path) {
    if (QFileInfo(path).isDir()) {
        workspace_->changeModel(path);
    } else {
        workspace_->openFile(path);
    }
}

void MainWindow::chooseModelFolder() {
    auto* dialog = new QFileDialog(this, tr("Choose a model folder"), workspace_->modelPath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, workspace_, &Workspace::changeModel);
    dialog->open();
}

void MainWindow::fillModels() {
    QStringList folders = settings_->modelFolders();
    if (!workspace_->modelPath().isEmpty() && !folders.contains(workspace_->modelPath())) folders.prepend(workspace_->modelPath());
    top_bar_->setModels(folders, workspace_->modelPath());
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (!actions_->triggerPlain(event)) QMainWindow::keyPressEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (urls.isEmpty() ? event->mimeData()->hasText() : urls.first().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const auto urls = event->mimeData()->urls();
    event->acceptProposedAction();
    if (urls.isEmpty()) {
        Q_EMIT textDropped(event->mimeData()->text());
    } else if (urls.first().isLocalFile()) {
        openPath(urls.first().toLocalFile());
    }
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    docks_->fold();
}

}  // namespace timeripple::ui
