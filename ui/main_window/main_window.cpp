#include "ui/main_window/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QStatusBar>
#include <QTabWidget>

#include "engine/api/device_info.h"
#include "engine/api/recipe.h"
#include "ui/dialogs/export_panel.h"
#include "ui/dialogs/shortcut_sheet.h"
#include "ui/docks/history_panel.h"
#include "ui/docks/prompt_panel.h"
#include "ui/docks/queue_panel.h"
#include "ui/docks/run_panel.h"
#include "ui/main_window/actions.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/watch_page.h"
#include "ui/settings/app_settings.h"
#include "ui/theme/theme.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/error_card.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/playback_clock.h"

namespace timeripple::ui {
namespace {

constexpr int kFoldWidth = 1100;
constexpr int kLeftWidth = 316;
constexpr int kRightWidth = 260;
constexpr int kStateVersion = 1;
constexpr int kMessageMs = 8000;
enum Page { kWatch = 0, kCompare = 1 };

}  // namespace

MainWindow::MainWindow(Workspace* workspace, AppSettings* settings, Theme* theme, QWidget* parent)
    : QMainWindow(parent), workspace_(workspace), settings_(settings), theme_(theme), actions_(new Actions(this)) {
    setWindowTitle(tr("TimeRipple Studio"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    setAnimated(false);
    setDockNestingEnabled(true);

    // Tab goes through the window in the order in which its parts are made: what do I want, what is happening, how is it going.
    prompt_ = new PromptPanel(this);
    watch_ = new WatchPage(this);
    compare_ = new ComparePage(&workspace->clips(), this);
    pages_ = new QTabWidget(this);
    pages_->setDocumentMode(true);
    pages_->setProperty("surface", "canvas");
    pages_->addTab(watch_, tr("Watch"));
    pages_->addTab(compare_, tr("Compare"));
    pages_->tabBar()->setAccessibleName(tr("Pages"));
    setCentralWidget(pages_);

    buildDocks();
    buildTopBar();
    buildActions();
    facts_ = new QLabel(tr("Ready"), this);
    statusBar()->addWidget(facts_);
    statusBar()->addPermanentWidget(new QLabel(tr("F1 keys"), this));
    statusBar()->setContentsMargins(kSpaceLarge - 2, 0, kSpaceLarge, 0);
    statusBar()->setSizeGripEnabled(false);
    connectPanels();
    connectWorkspace();

    watch_->setHint(tr("Write what should move, then press Ctrl+Return.\nThe clip forms here, from the first step on."));
    watch_->setHatched(settings_->hatchOrigins());
    prompt_->setSeedLocked(settings_->seedLocked());
    if (const auto last = settings_->lastRequest()) prompt_->setRequest(*last);
    restoreLayout();
    fillModels();
    prompt_->focusPrompt();
}

MainWindow::~MainWindow() = default;

QDockWidget* MainWindow::makeDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area, QSize size) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setFeatures(QDockWidget::DockWidgetClosable);
    dock->setTitleBarWidget(new QWidget(dock));  // the section heads say what is what
    content->setMinimumSize(size);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::buildDocks() {
    run_ = new RunPanel(this);
    history_ = new HistoryPanel(&workspace_->clips(), this);
    queue_ = new QueuePanel(&workspace_->queue(), this);
    prompt_dock_ = makeDock(QStringLiteral("prompt"), tr("Prompt"), prompt_, Qt::LeftDockWidgetArea, {296, 200});
    run_dock_ = makeDock(QStringLiteral("run"), tr("Run"), run_, Qt::RightDockWidgetArea, {236, 200});
    history_dock_ = makeDock(QStringLiteral("history"), tr("History"), history_, Qt::BottomDockWidgetArea, {160, 150});
    queue_dock_ = makeDock(QStringLiteral("queue"), tr("Queue"), queue_, Qt::BottomDockWidgetArea, {220, 150});
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    splitDockWidget(history_dock_, queue_dock_, Qt::Horizontal);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
}

void MainWindow::buildTopBar() {
    auto* brand = makeLabel(tr("TimeRipple Studio"), "brand", this);
    brand->setContentsMargins(kSpaceLarge, 0, kSpace, 5);  // on the line of the menus, which stand a little higher
    menuBar()->setCornerWidget(brand, Qt::TopLeftCorner);
    auto* right = new QWidget(this);
    auto* row = new QHBoxLayout(right);
    row->setContentsMargins(0, 0, kSpaceLarge, 0);
    row->setSpacing(kSpace);
    models_ = new QComboBox(right);
    models_->setAccessibleName(tr("Model"));
    models_->setToolTip(tr("The model that makes the clips"));
    models_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    device_ = makeLabel(QString(), "label", right);
    row->addWidget(makeLabel(tr("Model"), "label", right));
    row->addWidget(models_);
    row->addWidget(device_);
    menuBar()->setCornerWidget(right, Qt::TopRightCorner);
    device_->setText(QString::fromStdString(engine::cpu_device().name));
}

void MainWindow::buildActions() {
    const QString file = tr("File"), edit = tr("Edit"), run = tr("Run"), view = tr("View"), play = tr("Play"), help = tr("Help");
    auto on = [this](QAction* action, auto call) { connect(action, &QAction::triggered, this, call); };
    auto& a = *actions_;
    on(a.add(file, QStringLiteral("file.open"), tr("Open a clip or recipe…"), QKeySequence::Open), [this] { chooseOpen(); });
    on(a.add(file, QStringLiteral("file.model"), tr("Choose a model folder…"), QKeySequence(QStringLiteral("Ctrl+M"))),
       [this] { chooseModelFolder(); });
    on(a.add(file, QStringLiteral("file.export"), tr("Export…"), QKeySequence(QStringLiteral("Ctrl+E"))),
       [this] { showExport(shown_clip_); });
    on(a.add(file, QStringLiteral("file.frame"), tr("Save this frame as a picture…"), QKeySequence(QStringLiteral("Ctrl+Shift+S"))),
       [this] { saveFramePicture(); });
    on(a.add(file, QStringLiteral("file.quit"), tr("Quit"), QKeySequence(QStringLiteral("Ctrl+Q"))), [this] { close(); });

    on(a.add(edit, QStringLiteral("edit.prompt"), tr("Write the prompt"), QKeySequence(QStringLiteral("Ctrl+L"))), [this] {
        prompt_dock_->show();
        prompt_dock_->raise();
        prompt_->focusPrompt();
    });
    on(a.add(edit, QStringLiteral("edit.seed"), tr("New seed"), QKeySequence(QStringLiteral("Ctrl+R"))), [this] { prompt_->drawSeed(); });
    on(a.add(edit, QStringLiteral("edit.restore"), tr("Use the settings of this clip"), QKeySequence(QStringLiteral("Ctrl+U"))),
       [this] { restoreSettingsOf(shown_clip_); });
    on(a.add(edit, QStringLiteral("edit.command"), tr("Copy as command line"), QKeySequence(QStringLiteral("Ctrl+Shift+C"))), [this] {
        QApplication::clipboard()->setText(QString::fromStdString(engine::command_line_of(prompt_->request())));
        statusBar()->showMessage(tr("The command line is on the clipboard."), kMessageMs);
    });

    on(a.add(run, QStringLiteral("run.generate"), tr("Generate"), QKeySequence(QStringLiteral("Ctrl+Return"))), [this] { generate(); });
    on(a.add(run, QStringLiteral("run.compare"), tr("Compare"), QKeySequence(QStringLiteral("Ctrl+Shift+Return"))), [this] { compare(); });
    on(a.add(run, QStringLiteral("run.cancel"), tr("Cancel"), QKeySequence(QStringLiteral("Esc"))), [this] { workspace_->cancelRunning(); });
    const QString presets[] = {tr("Attention: Dense"), tr("Attention: Faithful"), tr("Attention: Balanced"), tr("Attention: Draft")};
    for (int i = 0; i < 4; ++i) {
        on(a.add(run, QStringLiteral("run.preset%1").arg(i), presets[i], QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1))),
           [this, i] { prompt_->choosePreset(i); });
    }
    a.find(QStringLiteral("run.cancel"))->setEnabled(false);

    const std::pair<const char*, std::pair<QString, QKeySequence>> player[] = {
        {"play.toggle", {tr("Play or pause"), QKeySequence(Qt::Key_Space)}},
        {"play.backward", {tr("Play backward, faster"), QKeySequence(Qt::Key_J)}},
        {"play.pause", {tr("Pause"), QKeySequence(Qt::Key_K)}},
        {"play.forward", {tr("Play forward, faster"), QKeySequence(Qt::Key_L)}},
        {"play.back", {tr("One frame back"), QKeySequence(Qt::Key_Comma)}},
        {"play.next", {tr("One frame forward"), QKeySequence(Qt::Key_Period)}},
        {"play.first", {tr("First frame"), QKeySequence(Qt::Key_Home)}},
        {"play.last", {tr("Last frame"), QKeySequence(Qt::Key_End)}},
        {"play.loop", {tr("Loop"), QKeySequence(Qt::Key_O)}}};
    for (const auto& [id, what] : player) a.addPlain(play, QString::fromLatin1(id), what.first, what.second);
    auto clocked = [&](const char* id, auto act) {
        on(a.find(QString::fromLatin1(id)), [this, act] { act(activeClock()); });
    };
    clocked("play.toggle", [](PlaybackClock* c) { c->togglePlaying(); });
    clocked("play.backward", [](PlaybackClock* c) { c->shuttle(-1); });
    clocked("play.pause", [](PlaybackClock* c) { c->setPlaying(false); });
    clocked("play.forward", [](PlaybackClock* c) { c->shuttle(1); });
    clocked("play.back", [](PlaybackClock* c) { c->stepBy(-1); });
    clocked("play.next", [](PlaybackClock* c) { c->stepBy(1); });
    clocked("play.first", [](PlaybackClock* c) { c->setPosition(0); });
    clocked("play.last", [](PlaybackClock* c) { c->setPosition(c->length() - 1); });
    clocked("play.loop", [](PlaybackClock* c) { c->setLoop(!c->loop()); });

    on(a.add(view, QStringLiteral("view.watch"), tr("Watch"), QKeySequence(QStringLiteral("Alt+1"))), [this] { showPage(kWatch); });
    on(a.add(view, QStringLiteral("view.compare"), tr("Compare page"), QKeySequence(QStringLiteral("Alt+2"))),
       [this] { showPage(kCompare); });
    const QString modes[] = {tr("Compare side by side"), tr("Compare by wipe"), tr("Show the difference"), tr("Blink between both")};
    const Qt::Key keys[] = {Qt::Key_1, Qt::Key_2, Qt::Key_3, Qt::Key_4};
    for (int i = 0; i < 4; ++i) {
        on(a.addPlain(view, QStringLiteral("view.mode%1").arg(i), modes[i], QKeySequence(keys[i])),
           [this, i] { compare_->setMode(ComparePage::Mode(i)); });
    }
    on(a.addPlain(view, QStringLiteral("view.swap"), tr("Swap the sides"), QKeySequence(Qt::Key_S)), [this] { compare_->swap(); });
    on(a.addPlain(view, QStringLiteral("view.clip"), tr("Back to the clip"), QKeySequence(Qt::Key_B)), [this] {
        run_->setStep(0);
        watch_->setStep(0);
    });
    auto* hatch = a.add(view, QStringLiteral("view.hatch"), tr("Hatch the map as well"), QKeySequence(QStringLiteral("Ctrl+H")));
    hatch->setCheckable(true);
    hatch->setChecked(settings_->hatchOrigins());
    connect(hatch, &QAction::toggled, this, [this](bool checked) {
        settings_->setHatchOrigins(checked);
        watch_->setHatched(checked);
    });
    auto* full = a.add(view, QStringLiteral("view.full"), tr("Full screen"), QKeySequence(Qt::Key_F11));
    full->setCheckable(true);
    connect(full, &QAction::toggled, this, [this](bool checked) { checked ? showFullScreen() : showNormal(); });
    on(a.add(help, QStringLiteral("help.keys"), tr("Keys"), QKeySequence(Qt::Key_F1)), [this] {
        shortcutSheet()->show();
        shortcutSheet()->raise();
    });

    QMenu* menu = nullptr;
    QString group;
    QMenu* view_menu = nullptr;
    for (const auto& entry : a.entries()) {
        if (entry.group != group) {
            group = entry.group;
            menu = menuBar()->addMenu(group);
            if (group == view) view_menu = menu;
        }
        if (entry.id == QLatin1String("file.quit") || entry.id == QLatin1String("run.preset0") ||
            entry.id == QLatin1String("view.mode0") || entry.id == QLatin1String("view.hatch")) {
            menu->addSeparator();
        }
        menu->addAction(entry.action);
    }
    if (theme_) {
        auto* themes = new QMenu(tr("Colours"), this);
        auto* choices = new QActionGroup(themes);
        const std::pair<QString, ThemeChoice> all[] = {
            {tr("As the desktop"), ThemeChoice::Desktop}, {tr("Light"), ThemeChoice::Light}, {tr("Dark"), ThemeChoice::Dark}};
        for (const auto& [name, choice] : all) {
            auto* action = choices->addAction(name);
            action->setCheckable(true);
            action->setChecked(theme_->choice() == choice);
            themes->addAction(action);
            connect(action, &QAction::triggered, this, [this, chosen = choice] {
                settings_->setTheme(chosen);
                theme_->setChoice(chosen);
            });
        }
        view_menu->addMenu(themes);
    }
    auto* panels = new QMenu(tr("Panels"), this);
    for (QDockWidget* dock : {prompt_dock_, run_dock_, history_dock_, queue_dock_}) panels->addAction(dock->toggleViewAction());
    view_menu->addMenu(panels);
}

void MainWindow::connectPanels() {
    connect(prompt_, &PromptPanel::generateRequested, this, &MainWindow::generate);
    connect(prompt_, &PromptPanel::compareRequested, this, &MainWindow::compare);
    connect(run_, &RunPanel::cancelRequested, workspace_, &Workspace::cancelRunning);
    connect(run_, &RunPanel::selectionChanged, this, [this] { watch_->setSelection(run_->selection()); });
    connect(run_, &RunPanel::stepChosen, watch_, &WatchPage::setStep);
    connect(watch_, &WatchPage::stepChosen, this, [this](int step, int layer) {
        run_->setStep(step);
        run_->setLayer(layer);
    });
    connect(watch_, &WatchPage::mapShown, this, &MainWindow::showShares);
    connect(watch_, &WatchPage::remedyChosen, this, [this] {
        watch_->hideError();
        workspace_->decodeAgain(workspace_->lastFailed());
    });
    connect(history_, &HistoryPanel::clipActivated, this, &MainWindow::showClip);
    connect(history_, &HistoryPanel::restoreRequested, this, &MainWindow::restoreSettingsOf);
    connect(history_, &HistoryPanel::exportRequested, this, &MainWindow::showExport);
    connect(history_, &HistoryPanel::compareRequested, this, [this](quint64 id) {
        compare_->showPair(shown_clip_ != 0 ? shown_clip_ : id, id);
        pages_->setCurrentIndex(kCompare);
    });
    connect(history_, &HistoryPanel::removeRequested, this, [this](quint64 id) { workspace_->clips().remove(id); });
    connect(queue_, &QueuePanel::removeRequested, workspace_, &Workspace::removeJob);
    connect(queue_, &QueuePanel::retryRequested, workspace_, &Workspace::retry);
    connect(compare_, &ComparePage::measureRequested, workspace_, &Workspace::measurePair);
    connect(models_, &QComboBox::activated, this, [this](int index) {
        const QVariant path = models_->itemData(index);
        if (path.isValid()) {
            workspace_->chooseModel(path.toString());
        } else {
            fillModels();
            chooseModelFolder();
        }
    });
}

void MainWindow::connectWorkspace() {
    connect(workspace_, &Workspace::runStarted, this, [this](const RunRecordPtr& run) {
        actions_->find(QStringLiteral("run.cancel"))->setEnabled(true);
        follow_runs_ = true;
        shown_clip_ = 0;
        run_->showRun(run);
        run_->setStep(0);
        watch_->showRun(run);
    });
    connect(workspace_, &Workspace::runUpdated, this, [this](const RunRecordPtr& run, const RunUpdate& update) {
        if (!follow_runs_) return;
        run_->refresh();
        if (update.preview || update.token_map || !update.steps.empty() || !update.notices.empty() || update.resolved) watch_->refresh();
        Q_UNUSED(run);
    });
    connect(workspace_, &Workspace::runEnded, this, [this](const RunRecordPtr& run, quint64 clip_id) {
        actions_->find(QStringLiteral("run.cancel"))->setEnabled(false);
        if (clip_id != 0 && follow_runs_) showClip(clip_id);
        run_->refresh();
        if (run->error) {
            const bool retry_decode = run->error->code == engine::ErrorCode::OutOfMemory && !run->steps.empty() &&
                                      run->steps.back().step == run->request.steps;
            watch_->showError(errorTitle(run->error->code), *run->error, retry_decode ? tr("Decode again in tiles") : QString());
            pages_->setCurrentIndex(kWatch);
        } else if (clip_id == 0) {
            statusBar()->showMessage(tr("Cancelled. The model stays loaded."), kMessageMs);
        }
    });
    connect(workspace_, &Workspace::comparisonReady, this, [this](quint64 reference_id, quint64 candidate_id) {
        if (compare_->referenceId() == reference_id && compare_->candidateId() == candidate_id) return;
        showClip(candidate_id);  // the one with a map
        compare_->showPair(reference_id, candidate_id);
        pages_->setCurrentIndex(kCompare);
    });
    connect(workspace_, &Workspace::comparisonFailed, this, [this](const engine::Error& error) {
        statusBar()->showMessage(QString::fromStdString(error.message), kMessageMs);
    });
    connect(workspace_, &Workspace::fileOpened, this, [this](const OpenedFile& file, quint64 clip_id) {
        const QString name = QFileInfo(file.path).fileName();
        watch_->hideError();
        if (file.has_recipe) {
            prompt_->setRequest(file.recipe.request);
            const QString model = QString::fromStdString(file.recipe.request.model_path);
            const bool same = model == workspace_->modelPath() || model.toStdString() == workspace_->model().path;
            if (!same && (model.isEmpty() || QFileInfo(model).isDir())) workspace_->chooseModel(model);
        }
        if (clip_id != 0) {
            showClip(clip_id);
            pages_->setCurrentIndex(kWatch);
        }
        statusBar()->showMessage(file.has_recipe ? tr("All settings of %1 are back.").arg(name)
                                                 : tr("%1 holds no settings of this program; it is only shown.").arg(name),
                                 kMessageMs);
    });
    connect(workspace_, &Workspace::fileFailed, this, [this](const QString&, const engine::Error& error) {
        watch_->showError(errorTitle(error.code), error);
        pages_->setCurrentIndex(kWatch);
    });
    connect(workspace_, &Workspace::modelChanged, this, [this](const engine::ModelInfo& model) {
        if (!workspace_->modelPath().isEmpty()) settings_->addModelFolder(workspace_->modelPath());
        prompt_->setModel(model);
        fillModels();
    });
    connect(workspace_, &Workspace::modelFailed, this, [this](const QString&, const engine::Error& error) {
        watch_->showError(errorTitle(error.code), error);
        pages_->setCurrentIndex(kWatch);
        fillModels();
    });
    auto show_facts = [this] {
        const int clips = workspace_->clips().rowCount();
        facts_->setText(clips == 0 ? tr("Ready") : clips == 1 ? tr("Ready to export: 1 clip") : tr("Ready to export: %1 clips").arg(clips));
    };
    connect(&workspace_->clips(), &QAbstractItemModel::rowsInserted, this, show_facts);
    connect(&workspace_->clips(), &QAbstractItemModel::rowsRemoved, this, show_facts);
}

// By a key: the page takes the focus, so that the keys of its player act and do not land in the prompt.
void MainWindow::showPage(int page) {
    pages_->setCurrentIndex(page);
    pages_->currentWidget()->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::fillModels() {
    const QSignalBlocker quiet(models_);
    models_->clear();
    models_->addItem(tr("Pond · built in"), QString());
    QStringList folders = settings_->modelFolders();
    if (!workspace_->modelPath().isEmpty() && !folders.contains(workspace_->modelPath())) folders.prepend(workspace_->modelPath());
    for (const QString& folder : folders) models_->addItem(QFileInfo(folder).fileName(), folder);
    models_->addItem(tr("Choose a folder…"));
    models_->setCurrentIndex(std::max(0, models_->findData(workspace_->modelPath())));
}

void MainWindow::generate() {
    if (!prompt_->ready()) return;
    engine::GenerationRequest request = prompt_->nextRequest();
    request.model_path = workspace_->modelPath().toStdString();
    workspace_->enqueue(request);
    pages_->setCurrentIndex(kWatch);
}

void MainWindow::compare() {
    if (!prompt_->ready()) return;
    engine::GenerationRequest request = prompt_->nextCompareRequest();
    request.model_path = workspace_->modelPath().toStdString();
    workspace_->compare(request);
    pages_->setCurrentIndex(kWatch);
}

void MainWindow::showClip(quint64 id) {
    const ClipEntry* entry = workspace_->clips().find(id);
    if (!entry) return;
    shown_clip_ = id;
    follow_runs_ = entry->run == workspace_->currentRun();
    run_->showRun(entry->run);
    run_->setStep(0);
    watch_->showRun(entry->run);
    history_->setCurrentClip(id);
}

void MainWindow::restoreSettingsOf(quint64 id) {
    const ClipEntry* entry = workspace_->clips().find(id);
    if (!entry) return;
    prompt_->setRequest(entry->clip().request);
    statusBar()->showMessage(tr("All settings of the clip are back."), kMessageMs);
}

void MainWindow::showExport(quint64 id) {
    if (id == 0) id = history_->currentClip();
    exportPanel()->setClip(id);
    exportPanel()->show();
    exportPanel()->raise();
}

ExportPanel* MainWindow::exportPanel() {
    if (!export_) {
        export_ = new ExportPanel(&workspace_->session(), &workspace_->clips(), settings_, this);
        connect(export_, &ExportPanel::exported, this,
                [this](const QString& path) { statusBar()->showMessage(tr("Written: %1").arg(path), kMessageMs); });
    }
    return export_;
}

ShortcutSheet* MainWindow::shortcutSheet() {
    if (!sheet_) sheet_ = new ShortcutSheet(*actions_, this);
    return sheet_;
}

void MainWindow::showShares() {
    const auto map = watch_->shownMap();
    if (!map) {
        run_->showShares(nullptr);
        return;
    }
    const OriginShares shares = sharesOf(*map, watch_->selection());
    run_->showShares(&shares);
}

void MainWindow::openPath(const QString& path) {
    if (QFileInfo(path).isDir()) {
        workspace_->chooseModel(path);
    } else {
        workspace_->openFile(path);
    }
}

void MainWindow::chooseOpen() {
    auto* dialog = new QFileDialog(this, tr("Open a clip or recipe"), settings_->exportFolder(),
                                   tr("Clips and recipes (*.mp4 *.mkv *.webm *.mov *.png *.json);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openPath);
    dialog->open();
}

void MainWindow::chooseModelFolder() {
    auto* dialog = new QFileDialog(this, tr("Choose a model folder"), workspace_->modelPath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, workspace_, &Workspace::chooseModel);
    dialog->open();
}

void MainWindow::saveFramePicture() {
    const QImage picture = watch_->shownPicture();
    if (picture.isNull()) return;
    auto* dialog = new QFileDialog(this, tr("Save this frame"), settings_->exportFolder() + QStringLiteral("/frame.png"), tr("PNG (*.png)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, [this, picture](const QString& path) {
        statusBar()->showMessage(picture.save(path, "PNG") ? tr("Written: %1").arg(path) : tr("%1 could not be written.").arg(path), kMessageMs);
    });
    dialog->open();
}

PlaybackClock* MainWindow::activeClock() { return pages_->currentIndex() == kCompare ? compare_->clock() : watch_->clock(); }

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (!actions_->triggerPlain(event)) QMainWindow::keyPressEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.first().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (urls.isEmpty() || !urls.first().isLocalFile()) return;
    event->acceptProposedAction();
    openPath(urls.first().toLocalFile());
}

void MainWindow::foldPanels() {
    const bool folded = tabifiedDockWidgets(prompt_dock_).contains(run_dock_);
    if (width() < kFoldWidth && !folded) {
        tabifyDockWidget(prompt_dock_, run_dock_);
        prompt_dock_->raise();
    } else if (width() >= kFoldWidth && folded) {
        addDockWidget(Qt::RightDockWidgetArea, run_dock_);
        resizeDocks({prompt_dock_, run_dock_}, {kLeftWidth, kRightWidth}, Qt::Horizontal);
    }
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    foldPanels();
}

void MainWindow::restoreLayout() {
    if (!restoreGeometry(settings_->geometry())) resize(1440, 900);
    if (!restoreState(settings_->windowState(), kStateVersion)) {
        resizeDocks({prompt_dock_, run_dock_}, {kLeftWidth, kRightWidth}, Qt::Horizontal);
        resizeDocks({history_dock_, queue_dock_}, {560, 560}, Qt::Horizontal);
        resizeDocks({history_dock_}, {168}, Qt::Vertical);
    }
}

void MainWindow::closeEvent(QCloseEvent* event) {
    settings_->setWindow(saveGeometry(), saveState(kStateVersion));
    settings_->setLastRequest(prompt_->request());
    settings_->setSeedLocked(prompt_->seedLocked());
    QMainWindow::closeEvent(event);
}

}  // namespace timeripple::ui
