// Drives the window with the fake engine and writes pictures of its views. Not a test: run it by hand and look.
//   QT_QPA_PLATFORM=offscreen ui_screenshots FOLDER                      all views, light and dark, at 100, 150 and 200 %, and in German
//   QT_QPA_PLATFORM=offscreen QT_SCALE_FACTOR=1.5 ui_screenshots FOLDER light|dark [LANGUAGE]
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QDialog>
#include <QProcess>

#include "tests/ui/ui_test_support.h"
#include "ui/dialogs/batch_panel.h"
#include "ui/dialogs/diagnostics_panel.h"
#include "ui/dialogs/export_panel.h"
#include "ui/dialogs/shortcut_sheet.h"
#include "ui/docks/history_panel.h"
#include "ui/docks/recipes_panel.h"
#include "ui/main_window/dock_layout.h"
#include "ui/models/model_library.h"
#include "ui/pages/models_page.h"
#include "ui/settings/languages.h"
#include "ui/pages/sweep_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/picture_row.h"
#include "ui/widgets/tour.h"
#include "ui/widgets/scatter_view.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/recipe_card.h"
#include "ui/widgets/token_map_view.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

engine::ModelInfo pondLike() {
    engine::ModelInfo model = engine::fake_model_info();
    model.name = "Pond";
    model.vocabulary.groups = {{"sizes", {"small", "large"}},
                               {"colours", {"red", "orange", "yellow", "green", "blue", "purple", "pink", "white"}},
                               {"things", {"fish", "ball", "star", "ring", "leaf"}},
                               {"motions", {"moves left", "moves right", "moves up", "moves down", "circles", "stays still"}},
                               {"places", {"dark water", "a sunny pond", "a sunset sky", "a night sky", "a green meadow"}}};
    for (const auto& group : model.vocabulary.groups) {
        for (const auto& phrase : group.words) {
            for (const auto& word : QString::fromStdString(phrase).split(QLatin1Char(' '))) {
                model.vocabulary.known_words.push_back(word.toStdString());
            }
        }
    }
    model.vocabulary.known_words.push_back("in");
    model.defaults.steps = 24;
    return model;
}

class Photographer {
  public:
    Photographer(const QString& folder, const QString& suffix) : folder_(folder), suffix_(suffix) {}
    void take(QWidget* widget, const QString& name) {
        QTest::qWait(60);  // let the last paints happen
        const QString path = QDir(folder_).filePath(name + suffix_ + QStringLiteral(".png"));
        widget->grab().save(path);
        std::printf("%s\n", qPrintable(path));
    }

  private:
    QString folder_;
    QString suffix_;
};

// Pond and broken things beside it, on a large and on a small machine.
void takeModels(MainWindow& window, Photographer& photographer) {
    QTemporaryDir shelf;
    for (const char* name : {"Wan2.2-T2V-A14B", "FLUX.1-dev"}) {
        QDir().mkpath(shelf.filePath(QString::fromLatin1(name)));
        QFile index(shelf.filePath(QString::fromLatin1(name)) + QStringLiteral("/model_index.json"));
        if (!index.open(QIODevice::WriteOnly)) return;
        index.write(name[0] == 'F' ? R"({"_class_name": "FluxPipeline"})" : R"({"_class_name": "WanPipeline"})");
    }
    auto* page = window.findChild<ModelsPage*>();
    auto* library = window.findChild<ModelLibrary*>();
    QSignalSpy done(library, &ModelLibrary::scanFinished);
    page->setFolders({shelf.path(), QStringLiteral("/media/models")});
    window.pages()->showPage(QStringLiteral("models"));
    while (library->scanning() && done.wait(kPatienceMs)) {
    }
    page->setDevices({{"cpu", "AMD EPYC, 2 cores", 8'000'000'000, 6'200'000'000, ""}, {"cuda:0", "A small card", 1'000'000'000, 700'000'000, ""}});
    photographer.take(&window, QStringLiteral("14-models"));
    page->select(shelf.filePath(QStringLiteral("Wan2.2-T2V-A14B")));
    photographer.take(&window, QStringLiteral("15-models-broken"));
}

void waitFor(QSignalSpy& spy, int count) {
    while (spy.size() < count && spy.wait(kPatienceMs)) {
    }
}

// Twins from one prefix, with a step or two of their own.
void takeFork(MainWindow& window, Workspace& workspace, Photographer& photographer) {
    QSignalSpy updated(&workspace, &Workspace::runUpdated), compared(&workspace, &Workspace::comparisonReady);
    auto request = smallRequest("[slow] a small blue star circles over a night sky");
    request.preset_name = "Balanced";
    workspace.enqueue(request);
    auto until = [&](auto done) {
        while (!(workspace.running() && done(*workspace.currentRun())) && updated.wait(kPatienceMs)) {
        }
    };
    until([](const RunRecord& run) { return !run.steps.empty() && run.steps.back().step >= 6; });
    workspace.setRunPaused(true);
    until([](const RunRecord& run) { return run.paused; });
    window.forkRun();
    workspace.setRunPaused(false);
    waitFor(compared, 1);
    window.comparePage()->clock()->setPlaying(false);
    photographer.take(&window, QStringLiteral("06-compare-fork"));
}

// Queue and history as after a day of use.
void takeLibrary(Photographer& photographer, Theme* theme) {
    QTemporaryDir folder;
    AppSettings settings(folder.filePath(QStringLiteral("studio.ini")));
    Workspace workspace(fakeEngine(), folder.filePath(QStringLiteral("library")));
    MainWindow window(&workspace, &settings, theme);
    window.resize(1440, 900);
    window.show();
    Q_EMIT workspace.modelChanged(pondLike());
    std::vector<engine::GenerationRequest> requests;
    const std::pair<const char*, int> runs[] = {{"a large orange fish moves left in dark water", 3},
                                                {"a small blue star circles over a night sky", 1},
                                                {"a green ring stays still in a sunny pond", 2},
                                                {"a white leaf moves right in a sunset sky", 4}};
    for (const auto& [prompt, seeds] : runs) {
        for (int i = 0; i < seeds; ++i) {
            auto request = smallRequest(prompt);
            request.width = request.height = 128;
            request.frames = 33;
            request.seed = std::uint64_t(5 + i);
            request.preset_name = i % 2 ? "Balanced" : "Draft";
            if (i == 2) request.attention = engine::AttentionMode::Dense;
            requests.push_back(request);
        }
    }
    QSignalSpy kept(&workspace.library(), &Library::clipKept);
    workspace.enqueueAll(requests);
    waitFor(kept, int(requests.size()));
    workspace.setRating(workspace.clips().idAt(1), 5);
    workspace.setRating(workspace.clips().idAt(4), 3);
    window.showClip(workspace.clips().idAt(0));
    window.watchPage()->clock()->setPlaying(false);
    workspace.setQueuePaused(true);
    requests.resize(3);
    workspace.enqueueAll(requests);
    workspace.compare(smallRequest("a pink ball moves up in a green meadow"));
    workspace.setQueuePaused(false);
    auto slow = smallRequest("[slow] a pink ball");
    workspace.enqueue(smallRequest("[fail:oom] a ball as large as the sky"));
    workspace.enqueue(slow);
    QSignalSpy ended(&workspace, &Workspace::queueEnded);
    workspace.setQueuePaused(true);
    photographer.take(&window, QStringLiteral("20-queue-and-history"));
    window.historyPanel()->parentWidget()->setMinimumHeight(380);
    photographer.take(&window, QStringLiteral("21-history-high"));
    window.historyPanel()->parentWidget()->setMinimumHeight(0);
    window.actions().find(QStringLiteral("run.batch"))->trigger();
    auto* batch = window.findChild<BatchPanel*>();
    photographer.take(batch, QStringLiteral("22-batch"));
    batch->hide();
    auto* card = window.findChild<RecipeCard*>();
    auto other = smallRequest("a small white ball moves up in a green meadow");
    other.steps = 30;
    card->showRecipe(QStringLiteral("white-ball.mp4"), window.promptPanel()->request(), other);
    photographer.take(&window, QStringLiteral("23-recipe"));
    card->hide();
    for (const char* name : {"White ball at dawn", "Quick look", "The long one, for the report"}) {
        other.width += 64;
        workspace.saveRecipe(QString::fromLatin1(name), other);
    }
    window.actions().find(QStringLiteral("edit.recipe"))->trigger();
    window.findChild<RecipesPanel*>()->setCurrent(QStringLiteral("Quick look"));
    photographer.take(&window, QStringLiteral("24-recipes"));
    window.docks().find(QStringLiteral("recipes"))->hide();
}

// The scale is set before a program starts, so each combination is a process of its own.
int takeAll(const QString& program, const QString& folder) {
    const struct {
        const char *mode, *scale, *language;
    } kAll[] = {{"light", "1", "en"}, {"dark", "1", "en"}, {"light", "1.5", "en"}, {"dark", "1.5", "en"}, {"dark", "2", "en"}, {"light", "1", "de"}};
    for (const auto& each : kAll) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_SCALE_FACTOR"), QString::fromLatin1(each.scale));
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::ForwardedChannels);
        process.start(program, {folder, QString::fromLatin1(each.mode), QString::fromLatin1(each.language)});
        if (!process.waitForFinished(-1) || process.exitCode() != 0) return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    QApplication qt(argc, argv);
    if (argc < 2) {
        std::printf("usage: ui_screenshots FOLDER [light|dark [LANGUAGE]]\n");
        return 2;
    }
    const QString folder = QString::fromLocal8Bit(argv[1]);
    QDir().mkpath(folder);
    if (argc == 2) return takeAll(QApplication::applicationFilePath(), folder);
    const QString mode = QString::fromLocal8Bit(argv[2]);
    const QString language = argc > 3 ? QString::fromLocal8Bit(argv[3]) : QStringLiteral("en");
    speak(qt, language);
    Theme theme(qt);
    theme.setChoice(mode == QLatin1String("light") ? ThemeChoice::Light : ThemeChoice::Dark);
    Photographer photographer(folder, QStringLiteral("-%1-%2").arg(language == QLatin1String("en") ? mode : language).arg(qRound(qt.devicePixelRatio() * 100)));

    QTemporaryDir settings_folder;
    AppSettings settings(settings_folder.filePath(QStringLiteral("studio.ini")));
    Workspace workspace(fakeEngine());
    MainWindow window(&workspace, &settings, &theme);
    window.resize(1440, 900);
    window.show();
    Q_EMIT workspace.modelChanged(pondLike());
    auto request = smallRequest("a large orange fish moves left in dark water");
    request.width = request.height = 128;
    request.frames = 33;
    request.steps = 24;
    request.preset_name = "Balanced";
    window.promptPanel()->setRequest(request);
    photographer.take(&window, QStringLiteral("01-first-start"));

    QSignalSpy ended(&workspace, &Workspace::runEnded);
    QSignalSpy updated(&workspace, &Workspace::runUpdated);
    auto running = window.promptPanel()->request();
    running.prompt += " [slow]";
    workspace.enqueue(running);
    while (!workspace.currentRun() || workspace.currentRun()->lastPreviewStep() < 14) updated.wait(kPatienceMs);
    workspace.enqueue(request);
    workspace.compare(request);
    photographer.take(&window, QStringLiteral("02-running"));
    workspace.setRunPaused(true);
    // On a busy machine the run may have ended meanwhile.
    for (int i = 0; i < 20 && workspace.running() && !workspace.currentRun()->paused; ++i) updated.wait(kPatienceMs / 20);
    photographer.take(&window, QStringLiteral("02b-paused"));
    workspace.setRunPaused(false);
    window.resize(1000, 760);
    photographer.take(&window, QStringLiteral("03-running-narrow"));
    window.resize(1440, 900);
    waitFor(ended, 4);
    QSignalSpy compared(&workspace, &Workspace::comparisonReady);
    waitFor(compared, 1);
    window.comparePage()->clock()->setPlaying(false);
    window.comparePage()->clock()->setPosition(12);
    photographer.take(&window, QStringLiteral("04-compare"));
    window.comparePage()->setMode(ComparePage::Wipe);
    photographer.take(&window, QStringLiteral("05-compare-wipe"));
    for (auto [view, name] : {std::pair{ComparePage::Difference, "06-compare-difference"}, std::pair{ComparePage::Ssim, "06-compare-ssim"}}) {
        window.comparePage()->setMode(view);
        QTest::qWait(400);  // maps come from their own thread
        photographer.take(&window, QString::fromLatin1(name));
    }
    window.comparePage()->setMode(ComparePage::SideBySide);
    window.comparePage()->pictures()->zoomBy(3, {0.3, 0.5});
    photographer.take(&window, QStringLiteral("06-compare-zoom"));
    window.comparePage()->pictures()->showWhole();
    takeFork(window, workspace, photographer);
    ended.clear();
    window.pages()->setCurrentIndex(0);
    Q_EMIT window.findChild<HistoryPanel*>()->clipActivated(workspace.clips().at(workspace.clips().rowCount() - 1).id);
    window.watchPage()->clock()->setPlaying(false);
    window.watchPage()->clock()->setPosition(14);
    photographer.take(&window, QStringLiteral("07-watch-clip"));
    window.watchPage()->setHatched(true);
    window.runPanel()->setLayer(2);
    window.watchPage()->setStep(12);
    photographer.take(&window, QStringLiteral("08-watch-step-hatched"));
    window.watchPage()->setHatched(false);
    QTest::mouseMove(window.watchPage()->findChild<TokenMapView*>(), QPoint(150, 90));
    photographer.take(&window, QStringLiteral("08b-watch-token-story"));
    window.runPanel()->setMap(MapKind::Merged, true);
    photographer.take(&window, QStringLiteral("08c-watch-merged-over"));
    window.runPanel()->setMap(MapKind::Origin, false);
    workspace.enqueue(smallRequest("[fail:oom] a zebra rides a bicycle"));
    waitFor(ended, 1);
    photographer.take(&window, QStringLiteral("09-error"));
    window.actions().find(QStringLiteral("file.export"))->trigger();
    photographer.take(window.exportPanel(), QStringLiteral("10-export"));
    window.exportPanel()->setContent(ExportContent::SideBySide);
    window.exportPanel()->setPath(settings_folder.filePath(QStringLiteral("pair.mp4")));
    QSignalSpy exported(window.exportPanel(), &ExportPanel::exported);
    window.exportPanel()->start();
    waitFor(exported, 1);
    photographer.take(window.exportPanel(), QStringLiteral("10-export-done"));
    window.exportPanel()->hide();
    window.pages()->showPage(QStringLiteral("demo"));
    QTest::qWait(2500);
    photographer.take(&window, QStringLiteral("13-demo"));
    window.pages()->showPage(QStringLiteral("watch"));
    window.actions().find(QStringLiteral("help.tour"))->trigger();
    photographer.take(&window, QStringLiteral("14-tour"));
    window.findChild<Tour*>()->next();
    photographer.take(&window, QStringLiteral("14-tour-2"));
    window.findChild<Tour*>()->next();
    window.findChild<Tour*>()->next();
    window.shortcutSheet()->show();
    photographer.take(window.shortcutSheet(), QStringLiteral("11-keys"));
    window.shortcutSheet()->hide();
    window.shortcutSheet()->show();
    window.shortcutSheet()->edit(QStringLiteral("edit.seed"));
    window.shortcutSheet()->tryKey(QKeySequence(QStringLiteral("Ctrl+E")));
    photographer.take(window.shortcutSheet(), QStringLiteral("13-keys-conflict"));
    window.shortcutSheet()->hide();
    takeModels(window, photographer);
    window.pages()->showPage(QStringLiteral("watch"));
    window.docks().reveal(QStringLiteral("log"));
    window.notice()->showNotice(MainWindow::tr("The last session ended unexpectedly."),
                                {{MainWindow::tr("Show the log"), [] {}}, {MainWindow::tr("Safe start"), [] {}}});
    photographer.take(&window, QStringLiteral("16-log-and-notice"));
    window.notice()->hide();
    window.actions().find(QStringLiteral("help.diagnostics"))->trigger();
    photographer.take(window.findChild<DiagnosticsPanel*>(), QStringLiteral("17-diagnostics"));
    window.findChild<DiagnosticsPanel*>()->hide();
    window.actions().find(QStringLiteral("view.sweep"))->trigger();
    auto* sweep = window.findChild<SweepPage*>();
    Q_EMIT sweep->sweepRequested();
    while (sweep->busy()) QTest::qWait(50);
    QTest::keyClick(sweep->scatter(), Qt::Key_Right);
    photographer.take(&window, QStringLiteral("13-sweep"));
    auto unknown = smallRequest("a zebra rides a bicycle in dark water");
    unknown.width = 100;
    window.promptPanel()->setRequest(unknown);
    photographer.take(window.promptPanel(), QStringLiteral("12-hints"));
    takeLibrary(photographer, &theme);
    return 0;
}
