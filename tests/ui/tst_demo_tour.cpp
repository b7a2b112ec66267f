// The Demo page with demos made here, the tour, and the frame on show as a picture with one key.
#include <QClipboard>
#include <QFileDialog>
#include <QPushButton>
#include <QTabWidget>

#include "engine/api/clip_export.h"
#include "engine/api/clip_reader.h"
#include "tests/support/clips.h"
#include "tests/ui/ui_test_support.h"
#include "ui/main_window/pages.h"
#include "ui/main_window/window_parts.h"
#include "ui/pages/demo_page.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/tour.h"
#include "ui/widgets/wipe_view.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

void makeDemo(const QTemporaryDir& folder, const QString& name) {
    for (const bool dense : {true, false}) {
        engine::Recipe recipe;
        recipe.request = smallRequest(qPrintable(name));
        recipe.request.attention = dense ? engine::AttentionMode::Dense : engine::AttentionMode::Ripple;
        recipe.request.preset_name = dense ? "" : "Draft";
        recipe.request.model_path = "~/somewhere/pond";
        recipe.request.threads = 2;
        recipe.provenance.device_name = "A processor";
        recipe.provenance.threads = 2;
        recipe.times.denoising = dense ? 30 : 20;
        if (!dense) {
            recipe.quality = engine::ClipQuality{std::vector<double>(9, 33.0), std::vector<double>(9, 0.97), 33.0, 33.0, 0, 0.97};
        }
        const QString path = folder.filePath(name + (dense ? QStringLiteral("-dense.mp4") : QStringLiteral("-ripple.mp4")));
        QVERIFY(engine::export_frames(engine::test_clip(9, 64, 64), &recipe, path.toStdString(), {}).ok());
    }
}

}  // namespace

class TestDemoTour : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void demos_play_at_once() {
        QTemporaryDir folder;
        makeDemo(folder, QStringLiteral("b"));
        makeDemo(folder, QStringLiteral("a"));
        DemoPage page(folder.path());
        page.resize(800, 600);
        page.show();
        QTRY_COMPARE_WITH_TIMEOUT(page.count(), 2, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(page.clock()->playing(), kPatienceMs);
        QCOMPARE(page.clock()->length(), 9);
        QSignalSpy compare(&page, &DemoPage::compareRequested), live(&page, &DemoPage::liveRequested);
        const auto buttons = page.findChildren<QPushButton*>();
        QCOMPARE(buttons.size(), 4);
        for (auto* button : buttons) button->click();
        QCOMPARE(compare.size(), 2);
        const auto demo = compare.front().front().value<Demo>();
        QCOMPARE(demo.name, QStringLiteral("a"));
        QCOMPARE(demo.candidate.quality->mean_psnr_db, 33.0);
        const auto request = live.front().front().value<engine::GenerationRequest>();
        QCOMPARE(request.prompt, std::string("a"));
        QVERIFY(request.model_path.empty());
        QCOMPARE(request.threads, 0);
        QCOMPARE(int(request.attention), int(engine::AttentionMode::Ripple));
        // The wipe sweeps.
        auto* view = page.findChild<WipeView*>();
        page.clock()->setPlaying(false);
        page.clock()->setPosition(0);
        const double before = view->wipe();
        page.clock()->setPosition(4);
        QVERIFY(view->wipe() != before);
        page.hide();
        QVERIFY(!page.clock()->playing());
    }

    void no_demos_is_a_sentence() {
        QTemporaryDir folder;
        DemoClips clips;
        QSignalSpy finished(&clips, &DemoClips::finished);
        clips.read(folder.path());
        QVERIFY(finished.wait(kPatienceMs));
        QCOMPARE(finished.front()[0].toInt(), 0);
        QVERIFY(finished.front()[1].toString().contains(QStringLiteral("make_demos.sh")));
        QFile bad(folder.filePath(QStringLiteral("x-dense.mp4")));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("not a clip");
        bad.close();
        clips.read(folder.path());
        QVERIFY(finished.wait(kPatienceMs));
        QVERIFY(finished.back()[1].toString().contains(QStringLiteral("x-dense.mp4")));
    }

    void a_demo_opens_on_the_compare_page_and_runs_live() {
        QTemporaryDir folder;
        makeDemo(folder, QStringLiteral("a"));
        DemoClips clips;
        QSignalSpy read(&clips, &DemoClips::demoRead);
        clips.read(folder.path());
        QTRY_COMPARE_WITH_TIMEOUT(read.size(), 1, kPatienceMs);
        const auto demo = read.front().front().value<Demo>();
        TestStudio studio;
        studio.show();
        auto* page = studio.window.findChild<DemoPage*>();
        Q_EMIT page->compareRequested(demo);
        QCOMPARE(studio.window.pages()->currentId(), QStringLiteral("compare"));
        QCOMPARE(studio.workspace.clips().rowCount(), 2);
        QVERIFY(studio.window.comparePage()->referenceId() != 0);
        Q_EMIT page->compareRequested(demo);  // again: not a second time in the list
        QCOMPARE(studio.workspace.clips().rowCount(), 2);
        QSignalSpy ready(&studio.workspace, &Workspace::comparisonReady);
        auto request = demo.candidate.clip().request;
        Q_EMIT page->liveRequested(request);
        QCOMPARE(studio.window.pages()->currentId(), QStringLiteral("watch"));
        QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, kPatienceMs);
        QCOMPARE(studio.workspace.clips().rowCount(), 4);
    }

    void the_tour_has_three_cards_and_blocks_nothing() {
        TestStudio studio;
        studio.show();
        QVERIFY(!studio.window.findChild<Tour*>());  // nobody asked
        studio.action("help.tour")->trigger();
        auto* tour = studio.window.findChild<Tour*>();
        QVERIFY(tour && tour->isVisible());
        QVERIFY(!tour->isWindow());
        QVERIFY(studio.window.rect().contains(tour->geometry()));
        QVERIFY(!studio.settings.tourSeen());
        studio.window.resize(900, 620);
        QTRY_VERIFY(studio.window.rect().contains(tour->geometry()));
        tour->next();
        tour->next();
        QCOMPARE(tour->step(), 2);
        tour->next();
        QVERIFY(!tour->isVisible());
        QVERIFY(studio.settings.tourSeen());
        studio.action("help.tour")->trigger();
        QVERIFY(tour->isVisible());
        for (auto* button : tour->findChildren<QPushButton*>()) {
            if (button->text() == QStringLiteral("Close")) button->click();
        }
        QVERIFY(!tour->isVisible());
    }

    void the_tour_goes_on_by_keys() {
        TestStudio studio;
        studio.show();
        studio.action("help.tour")->trigger();
        auto* tour = studio.window.findChild<Tour*>();
        auto button = [&](const char* text) {
            for (auto* each : tour->findChildren<QPushButton*>()) {
                if (each->text() == QLatin1String(text)) return each;
            }
            return static_cast<QPushButton*>(nullptr);
        };
        button("Next")->setFocus();
        QTest::keyClick(button("Next"), Qt::Key_Return);
        QCOMPARE(tour->step(), 1);
        button("Close")->setFocus();
        QTest::keyClick(button("Close"), Qt::Key_Return);
        QVERIFY(!tour->isVisible());
        studio.action("help.tour")->trigger();
        button("Next")->setFocus();
        QTest::keyClick(button("Next"), Qt::Key_Escape);
        QVERIFY(!tour->isVisible());
    }

    void only_what_is_on_show_is_saved() {
        QTemporaryDir folder;
        TestStudio studio;
        studio.settings.setExportFolder(folder.path());
        studio.show();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded);
        studio.workspace.enqueue(smallRequest());
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
        QVERIFY(!shownPicture(studio.window).isNull());
        studio.window.pages()->showPage(QStringLiteral("models"));
        QVERIFY(shownPicture(studio.window).isNull());
        studio.action("file.frame")->trigger();  // says so instead of opening a dialog
        QVERIFY(!studio.window.findChild<QFileDialog*>());
    }

    void one_key_saves_the_frame_on_show() {
        QTemporaryDir folder;
        TestStudio studio;
        studio.settings.setExportFolder(folder.path());
        studio.show();
        QSignalSpy ended(&studio.workspace, &Workspace::runEnded), written(&studio.workspace.session(), &GenerationSession::exportFinished);
        studio.workspace.enqueue(smallRequest());
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
        studio.window.watchPage()->clock()->setPlaying(false);
        studio.window.watchPage()->clock()->setPosition(4);
        studio.action("file.framenow")->trigger();
        QVERIFY(written.wait(kPatienceMs));
        studio.action("file.framenow")->trigger();  // beside it, not over it
        QVERIFY(written.wait(kPatienceMs));
        const QStringList files = QDir(folder.path()).entryList(QDir::Files, QDir::Name);
        QCOMPARE(files.size(), 2);
        const std::string path = folder.filePath(files.front()).toStdString();
        QCOMPARE(engine::read_recipe(path)->request.prompt, smallRequest().prompt);
        const auto back = engine::read_clip_frames(path);
        const auto& frames = studio.workspace.clips().at(0).clip().frames;
        QVERIFY(std::equal(back->rgb.begin(), back->rgb.end(), frames->frame(4)));
        studio.action("edit.copyframe")->trigger();
        QVERIFY(!QApplication::clipboard()->image().isNull());
    }
};

QTEST_MAIN(TestDemoTour)
#include "tst_demo_tour.moc"
