// What is there to show and be shown: the Demo page, the tour, the frame on show as a picture with one key.
#include <QClipboard>
#include <QGuiApplication>

#include "ui/dialogs/export_choices.h"
#include "ui/docks/prompt_panel.h"
#include "ui/docks/run_panel.h"
#include "ui/main_window/actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/demo_page.h"
#include "ui/pages/watch_page.h"
#include "ui/settings/app_settings.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/tour.h"

namespace timeripple::ui {
namespace {

bool comparing(MainWindow& window) { return window.pages()->currentId() == QLatin1String("compare"); }

// Of what is on show: settings for its name and, of a clip, for the file.
engine::GenerationRequest shownRequest(MainWindow& window, const ClipEntry* entry) {
    if (entry) return entry->clip().request;
    const RunRecordPtr run = window.workspace().currentRun();
    return run && window.followsRuns() && !comparing(window) ? run->request : engine::GenerationRequest();
}

// Into the folder of the last export, with the recipe inside, written off the GUI thread.
void saveFrame(MainWindow& window) {
    const QImage picture = shownPicture(window).convertToFormat(QImage::Format_RGB888);
    if (picture.isNull()) {
        window.showMessage(MainWindow::tr("There is no picture to save yet."));
        return;
    }
    const ClipEntry* entry = window.workspace().clips().find(comparing(window) ? window.comparePage()->candidateId() : window.shownClip());
    std::optional<engine::Recipe> recipe;
    if (entry) recipe = recipeOf(*entry);
    const PlaybackClock* clock = window.pages()->activeClock();
    const QString name = QStringLiteral("%1-frame%2")
                             .arg(fileNameOf(shownRequest(window, entry), ExportContent::Clip))
                             .arg(clock ? clock->position() + 1 : 1, 3, 10, QLatin1Char('0'));
    const QString path = freePath(window.settings().exportFolder(), name, QStringLiteral(".png"));
    GenerationSession& session = window.workspace().session();
    const JobId job = session.writeFile(path, [picture, recipe, path] {
        engine::FrameSequence frame{1, picture.height(), picture.width(), 1.0, {}};
        frame.rgb.resize(frame.frame_bytes());
        for (int y = 0; y < picture.height(); ++y) {
            std::copy_n(picture.constScanLine(y), std::size_t(picture.width()) * 3, frame.rgb.data() + std::size_t(y) * picture.width() * 3);
        }
        return engine::save_picture(frame, 0, recipe ? &*recipe : nullptr, path.toStdString());
    });
    auto* answer = new QObject(&window);
    QObject::connect(&session, &GenerationSession::exportFinished, answer, [w = &window, answer, job](quint64 id, const QString& written) {
        if (id != job) return;
        w->showMessage(MainWindow::tr("Written: %1").arg(written));
        answer->deleteLater();
    });
    QObject::connect(&session, &GenerationSession::jobFailed, answer, [w = &window, answer, job](quint64 id, const engine::Error& error) {
        if (id != job) return;
        w->showMessage(QString::fromStdString(error.message));
        answer->deleteLater();
    });
}

// The demo's clips join the list of this session, once.
void compareDemo(MainWindow& window, const Demo& demo, QHash<QString, QPair<quint64, quint64>>& added) {
    ClipListModel& clips = window.workspace().clips();
    auto ids = added.value(demo.name);
    if (!clips.find(ids.first) || !clips.find(ids.second)) {
        ids.first = clips.add(demo.reference.run, demo.reference.source_path);
        ids.second = clips.add(demo.candidate.run, demo.candidate.source_path);
        clips.setTwin(ids.first, ids.second);
        clips.setTwin(ids.second, ids.first);
        if (demo.candidate.quality) clips.setQuality(ids.second, ids.first, *demo.candidate.quality);
        added.insert(demo.name, ids);
    }
    window.comparePage()->showPair(ids.first, ids.second);
    window.pages()->showPage(QStringLiteral("compare"));
}

void addDemos(MainWindow& window) {
    MainWindow* w = &window;
    auto* page = new DemoPage({}, w);
    window.pages()->add(QStringLiteral("demo"), MainWindow::tr("Demo"), page, page->clock());
    window.addAction(MainWindow::tr("View"), "view.demo", MainWindow::tr("Demo page"), QKeySequence(QStringLiteral("Alt+8")),
                     [w] { w->pages()->focusPage(QStringLiteral("demo")); });
    auto added = std::make_shared<QHash<QString, QPair<quint64, quint64>>>();
    QObject::connect(page, &DemoPage::compareRequested, w, [w, added](const Demo& demo) { compareDemo(*w, demo, *added); });
    QObject::connect(page, &DemoPage::liveRequested, w, [w](const engine::GenerationRequest& request) {
        w->workspace().compare(request);
        w->pages()->showPage(QStringLiteral("watch"));
    });
}

void addTour(MainWindow& window) {
    MainWindow* w = &window;
    auto tour = std::make_shared<QPointer<Tour>>();
    window.addAction(MainWindow::tr("Help"), "help.tour", MainWindow::tr("Short tour"), QKeySequence(QStringLiteral("Shift+F1")), [w, tour] {
        if (!*tour) {
            *tour = new Tour({{MainWindow::tr("Say what should move"),
                               MainWindow::tr("Write a prompt or put it together from the words below, then press Generate (Ctrl+Return). Compare "
                                              "makes the clip twice from the same noise: dense and accelerated."),
                               w->promptPanel()},
                              {MainWindow::tr("Watch it form"),
                               MainWindow::tr("The clip forms from the first step on. Beside it the map shows which tokens are computed and which "
                                              "reuse the attention of a neighbour in time or space; its colours are filters."),
                               w->runPanel()},
                              {MainWindow::tr("See what it costs"),
                               MainWindow::tr("The Compare page plays both clips in step, with PSNR of every frame. Demo holds four ready "
                                              "comparisons that play at once. F1 shows all keys."),
                               w->promptPanel()}},
                             w);
            QObject::connect(*tour, &Tour::finished, w, [w] { w->settings().setTourSeen(true); });
        }
        (*tour)->begin();
    });
}

}  // namespace

// Pages without a clip of their own have none.
QImage shownPicture(MainWindow& window) {
    const QString page = window.pages()->currentId();
    return page == QLatin1String("compare") ? window.comparePage()->shownPicture()
           : page == QLatin1String("watch") ? window.watchPage()->shownPicture()
                                            : QImage();
}

void addShowSubject(MainWindow& window) {
    MainWindow* w = &window;
    window.addPlainAction(MainWindow::tr("File"), "file.framenow", MainWindow::tr("Save this frame at once"), QKeySequence(Qt::Key_F),
                          [w] { saveFrame(*w); });
    window.addAction(MainWindow::tr("Edit"), "edit.copyframe", MainWindow::tr("Copy this frame"), QKeySequence(QStringLiteral("Ctrl+Alt+C")), [w] {
        const QImage picture = shownPicture(*w);
        if (picture.isNull()) return;
        QGuiApplication::clipboard()->setImage(picture);
        w->showMessage(MainWindow::tr("The frame is on the clipboard."));
    });
    addDemos(window);
    addTour(window);
}

}  // namespace timeripple::ui
