// The Compare page: one frame everywhere, maps off the GUI thread, an honest card, any two clips.
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QWheelEvent>

#include "engine/api/recipe.h"
#include "tests/support/clips.h"
#include "tests/ui/ui_test_support.h"
#include "ui/session/pair_maps.h"
#include "ui/session/pair_result.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/pair_summary.h"
#include "ui/widgets/picture_row.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/token_map_view.h"
#include "ui/widgets/wipe_view.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

engine::FrameSequencePtr sequence(int frames, int width, int height, int change = 0) {
    auto clip = engine::test_clip(frames, width, height);
    for (std::size_t i = 0; i < clip.rgb.size(); i += 7) clip.rgb[i] = std::uint8_t(clip.rgb[i] + change);
    return std::make_shared<engine::FrameSequence>(std::move(clip));
}

// A clip as it comes out of a run.
quint64 addClip(ClipListModel& clips, engine::AttentionMode attention, double seconds, const std::string& device, int change = 0) {
    auto clip = std::make_shared<engine::Clip>();
    clip->request = smallRequest();
    clip->request.attention = attention;
    clip->frames = sequence(9, 32, 32, change);
    clip->times.denoising = seconds;
    clip->provenance.device_name = device;
    clip->provenance.threads = 2;
    auto run = RunRecord::ofClip(clip);
    run->of_this_session = true;
    return clips.add(run);
}

engine::ClipQuality quality() {
    engine::ClipQuality q;
    q.psnr_db = {40, 39, 38, 31.9, 36, 37, 38, 39, 40};
    q.ssim = std::vector<double>(9, 0.98);
    q.mean_psnr_db = 34.2;
    q.worst_psnr_db = 31.9;
    q.worst_frame = 3;
    q.mean_ssim = 0.98;
    return q;
}

}  // namespace

class TestCompare : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void ping_pong_goes_there_and_back() {
        PlaybackClock clock;
        clock.setLength(4, 1);
        clock.setRepeat(PlaybackClock::Repeat::PingPong);
        const int expected[] = {0, 1, 2, 3, 2, 1, 0, 1};
        for (int i = 0; i < 8; ++i) {
            clock.showTime(1000 * i);
            QCOMPARE(clock.position(), expected[i]);
        }
        clock.setLength(1, 1);
        clock.showTime(5000);
        QCOMPARE(clock.position(), 0);
    }

    void maps_come_from_a_thread_of_their_own() {
        PairMaps maps;
        const auto a = sequence(6, 48, 32), b = sequence(6, 48, 32, 20);
        maps.setPair(a, b);
        maps.setLook(PairMaps::Kind::Difference, 4, true);
        QSignalSpy ready(&maps, &PairMaps::mapReady);
        QVERIFY(maps.map(2).isNull());
        QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 6, kPatienceMs);  // the wanted one first, the rest ahead of time
        QCOMPARE(ready.front().front().toInt(), 2);
        for (int f = 0; f < 6; ++f) QCOMPARE(maps.map(f), differenceImage(imageOfFrame(a, f), imageOfFrame(b, f), 4, true));
        maps.setLook(PairMaps::Kind::Ssim, 4, true);
        QVERIFY(maps.map(0).isNull());
        QTRY_VERIFY_WITH_TIMEOUT(!maps.map(0).isNull(), kPatienceMs);
        QCOMPARE(maps.map(0), ssimImage(*a, *b, 0, 4, true));
        maps.setPair(a, a);  // equal clips: neutral everywhere
        QVERIFY(maps.map(0).isNull());
        QTRY_VERIFY_WITH_TIMEOUT(!maps.map(0).isNull(), kPatienceMs);
        QCOMPARE(maps.map(0).pixel(7, 7), ssimImage(*a, *a, 0, 4, true).pixel(20, 20));
        maps.setPair(a, sequence(5, 48, 32));
        QVERIFY(maps.map(0).isNull());
        QVERIFY(maps.map(99).isNull());
    }

    void the_card_says_what_was_measured_where() {
        ClipListModel clips;
        const auto dense = addClip(clips, engine::AttentionMode::Dense, 42.0, "CPU one");
        const auto fast = addClip(clips, engine::AttentionMode::Ripple, 20.0, "CPU one");
        auto result = pairResult(*clips.find(dense), *clips.find(fast));
        QVERIFY(!result.measured);
        QVERIFY(result.headline.startsWith(QStringLiteral("2.1")));
        clips.setQuality(fast, dense, quality());
        result = pairResult(*clips.find(dense), *clips.find(fast));
        QVERIFY(result.measured);
        QVERIFY2(result.headline.endsWith(QStringLiteral("faster, 34.2 dB mean, 31.9 dB worst frame 4")), qPrintable(result.headline));
        const QString details = result.details.join(QLatin1Char('\n'));
        QVERIFY2(details.contains(QStringLiteral("both measured in this session on CPU one, 2 threads")), qPrintable(details));
        QVERIFY(!details.contains(QStringLiteral("More than attention")));
        // Kept clips: not "in this session".
        clips.find(dense)->run->of_this_session = false;
        QVERIFY(!pairResult(*clips.find(dense), *clips.find(fast)).details.join(QString()).contains(QStringLiteral("this session")));
        // Another device: no factor at all.
        const auto far = addClip(clips, engine::AttentionMode::Ripple, 1.0, "GPU two");
        result = pairResult(*clips.find(dense), *clips.find(far));
        QVERIFY(!result.headline.contains(QStringLiteral("faster")));
        QVERIFY(result.details.join(QString()).contains(QStringLiteral("no factor")));
    }

    void the_right_clip_may_be_slower() {
        ClipListModel clips;
        const auto a = addClip(clips, engine::AttentionMode::Ripple, 10.0, "CPU one");
        const auto b = addClip(clips, engine::AttentionMode::Dense, 15.0, "CPU one");
        QVERIFY(pairResult(*clips.find(a), *clips.find(b)).headline.contains(QStringLiteral("slower")));
    }

    void times_of_forks_are_of_the_steps_that_they_made() {
        ClipListModel clips;
        auto add = [&clips](bool dense, double seconds, int resumed_step) {
            auto clip = std::make_shared<engine::Clip>();
            clip->request = smallRequest();
            clip->request.preset_name = "Balanced";
            engine::AttentionChange change{resumed_step + 1, engine::AttentionMode::Ripple, clip->request.ripple, "Draft"};
            if (dense) change = {resumed_step + 1, engine::AttentionMode::Dense, {}, {}};
            if (resumed_step > 0) clip->request.attention_changes = {change};
            clip->frames = sequence(9, 32, 32);
            clip->times.denoising = seconds;
            clip->resumed_step = resumed_step;
            clip->provenance.device_name = "CPU one";
            return clips.add(RunRecord::ofClip(clip));
        };
        const auto dense = add(true, 2.0, 7), fast = add(false, 1.0, 7);  // of 8 steps
        QCOMPARE(captionOf(*clips.find(dense)), QStringLiteral("dense"));
        QVERIFY2(captionOf(*clips.find(fast)).contains(QStringLiteral("Draft")), qPrintable(captionOf(*clips.find(fast))));
        auto result = pairResult(*clips.find(dense), *clips.find(fast));
        QCOMPARE(result.headline, QStringLiteral("2.00× faster over 1 step"));
        QVERIFY(!result.details.join(QString()).contains(QStringLiteral("More than attention")));
        const auto more_dense = add(true, 6.0, 5), more_fast = add(false, 3.0, 5);
        QCOMPARE(pairResult(*clips.find(more_dense), *clips.find(more_fast)).headline, QStringLiteral("2.00× faster over 3 steps"));
        // One went on from a checkpoint, the other did not: their times are of different steps.
        result = pairResult(*clips.find(add(false, 9.0, 0)), *clips.find(fast));
        QVERIFY2(!result.headline.contains(QStringLiteral("faster")), qPrintable(result.headline));
        QVERIFY2(result.details.join(QString()).contains(QStringLiteral("8 steps left and of 1 step right")), qPrintable(result.details.join(QString())));
        // As the library keeps it.
        const auto recipe = engine::recipe_from_json(engine::to_json(engine::recipe_of(clips.find(fast)->clip())));
        QVERIFY(recipe.ok());
        QCOMPARE(recipe->resumed_step, 7);
    }

    void a_factor_below_one_is_slower() {
        QCOMPARE(factorText(2.163), QStringLiteral("2.16×"));
        QCOMPARE(factorText(0.48), QStringLiteral("2.08× slower"));
        QCOMPARE(factorText(0.999), QStringLiteral("1.00×"));
        QCOMPARE(speedText(2.163), QStringLiteral("2.16× faster"));
        QCOMPARE(speedText(0.48), QStringLiteral("2.08× slower"));
        QCOMPARE(speedText(0.999), QStringLiteral("as fast"));
        QCOMPARE(speedText(1.001), QStringLiteral("as fast"));
    }

    // Short words are whole beside a long one, whatever the language.
    void the_table_of_settings_gives_short_words_their_room() {
        ClipListModel clips;
        const auto a = addClip(clips, engine::AttentionMode::Dense, 1.0, "CPU one");
        const auto b = addClip(clips, engine::AttentionMode::Ripple, 1.0, "CPU one");
        auto clip = std::make_shared<engine::Clip>(clips.find(b)->clip());
        clip->request.preset_name = "Ausgewogen";
        clip->request.prompt = "a prompt that is by far too long for any column of this table, in any language";
        const auto c = clips.add(RunRecord::ofClip(clip));
        PairSummary summary;
        summary.resize(900, 212);
        summary.show();
        QVERIFY(QTest::qWaitForWindowExposed(&summary));
        summary.showPair(clips.find(a), clips.find(c), true);
        const QTreeWidget* table = summary.table();
        const QTreeWidgetItem* row = table->topLevelItem(0);
        QCOMPARE(row->text(2), QStringLiteral("Ausgewogen"));
        const int room = table->viewport()->width() - table->columnViewportPosition(2);
        QVERIFY(table->fontMetrics().horizontalAdvance(row->text(2)) + 2 * table->style()->pixelMetric(QStyle::PM_FocusFrameHMargin) < room);
        for (int i = 0; i < table->topLevelItemCount(); ++i) QCOMPARE(table->topLevelItem(i)->toolTip(2), table->topLevelItem(i)->text(2));
    }

    void any_two_clips_in_step() {
        TestStudio studio;
        studio.show();
        auto* page = studio.window.comparePage();
        QSignalSpy ready(&studio.workspace, &Workspace::comparisonReady);
        studio.workspace.compare(smallRequest());
        QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 1, kPatienceMs);
        page->clock()->setPlaying(false);
        const auto reference = page->referenceId(), candidate = page->candidateId();
        QVERIFY(reference != candidate && reference != 0);
        // The heatmap is the third picture.
        auto* map = page->findChild<TokenMapView*>();
        QVERIFY(map->isVisible() && !map->image().isNull());
        page->setMapShown(false);
        QVERIFY(!map->isVisible());
        page->setMapShown(true);
        // Only attention differs, and the table says so.
        auto* table = page->summary()->table();
        QCOMPARE(table->topLevelItemCount(), 1);
        QCOMPARE(table->topLevelItem(0)->text(0), QStringLiteral("attention"));
        QVERIFY(page->summary()->headline().contains(QStringLiteral("worst frame")));
        // The worst frame is one click away.
        const auto& q = *studio.workspace.clips().find(candidate)->quality;
        page->clock()->setPosition(q.worst_frame == 0 ? 1 : 0);
        for (auto* button : page->summary()->findChildren<QPushButton*>()) button->click();
        QCOMPARE(page->clock()->position(), q.worst_frame);
        // Swapped: measured anew, against the other one.
        page->swap();
        QCOMPARE(page->referenceId(), candidate);
        QTRY_COMPARE_WITH_TIMEOUT(ready.size(), 2, kPatienceMs);
        page->swap();
        // In every mode the picture is that of the clock's frame.
        page->clock()->setPlaying(false);
        auto* wipe = page->findChild<WipeView*>();
        for (int mode = 1; mode < ComparePage::kModes; ++mode) {
            page->setMode(ComparePage::Mode(mode));
            page->clock()->setPosition(5);
            QTRY_VERIFY_WITH_TIMEOUT(!wipe->image().isNull() && wipe->isVisible(), kPatienceMs);
        }
        const auto left = studio.workspace.clips().find(reference)->clip().frames;
        const auto right = studio.workspace.clips().find(candidate)->clip().frames;
        page->setMode(ComparePage::Ssim);
        const bool dark = tokensOf(page).dark;
        QTRY_COMPARE_WITH_TIMEOUT(wipe->image(), ssimImage(*left, *right, 5, 8, dark), kPatienceMs);
        page->setMode(ComparePage::Difference);
        QTRY_COMPARE_WITH_TIMEOUT(wipe->image(), differenceImage(imageOfFrame(left, 5), imageOfFrame(right, 5), 8, dark), kPatienceMs);
        page->setMode(ComparePage::Blink);
        QCOMPARE(wipe->image(), imageOfFrame(left, 5));
        QTRY_COMPARE_WITH_TIMEOUT(wipe->image(), imageOfFrame(right, 5), kPatienceMs);
    }

    void zoom_is_shared() {
        TestStudio studio;
        studio.show();
        auto* page = studio.window.comparePage();
        const auto a = addClip(studio.workspace.clips(), engine::AttentionMode::Dense, 2, "CPU");
        const auto b = addClip(studio.workspace.clips(), engine::AttentionMode::Ripple, 1, "CPU", 30);
        page->showPair(a, b);
        studio.action("view.compare")->trigger();
        page->clock()->setPlaying(false);
        const auto views = page->pictures()->findChildren<PictureView*>();
        PictureView* first = views.front();
        QTRY_VERIFY(first->isVisible());
        const QPointF at = first->pictureRect().topLeft() + QPointF(20, 20);
        const QRectF before = first->pictureRect();
        QWheelEvent wheel(at, first->mapToGlobal(at), {}, QPoint(0, 240), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(first, &wheel);
        QVERIFY(page->pictures()->zoom() > 1.5);
        for (PictureView* view : views) QCOMPARE(view->zoom(), page->pictures()->zoom());
        // The place under the mouse stays under it.
        auto part = [&](const QRectF& r) { return QPointF((at.x() - r.x()) / r.width(), (at.y() - r.y()) / r.height()); };
        const QPointF moved = part(first->pictureRect()) - part(before);
        QVERIFY(std::abs(moved.x()) < 0.02 && std::abs(moved.y()) < 0.02);
        QVERIFY(first->pictureRect().contains(before));  // no edge is pulled into view
        studio.action("view.whole")->trigger();
        QCOMPARE(page->pictures()->zoom(), 1.0);
        for (int i = 0; i < 60; ++i) page->pictures()->zoomBy(1.25);
        QCOMPARE(page->pictures()->zoom(), PictureRow::kMaxZoom);
    }

    void clips_of_other_sizes_are_shown_and_not_measured() {
        ClipListModel clips;
        const auto a = addClip(clips, engine::AttentionMode::Dense, 2, "CPU");
        auto clip = std::make_shared<engine::Clip>();
        clip->frames = sequence(5, 16, 16);
        const auto b = clips.add(RunRecord::ofClip(clip));
        ComparePage page(&clips);
        QSignalSpy wished(&page, &ComparePage::measureRequested);
        page.showPair(a, b);
        for (int mode = 0; mode < ComparePage::kModes; ++mode) page.setMode(ComparePage::Mode(mode));
        QCOMPARE(wished.size(), 0);
        QCOMPARE(page.clock()->length(), 5);
        clips.remove(b);
        clips.remove(a);
        QCOMPARE(page.clock()->length(), 0);
    }
};

QTEST_MAIN(TestCompare)
#include "tst_compare.moc"
