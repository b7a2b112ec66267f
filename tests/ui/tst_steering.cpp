// Steering a run from the window, over the fake engine: threshold, presets, pause, dense, fork, decoded frames.
#include <QCheckBox>
#include <QLabel>
#include <QPushButton>

#include "engine/api/delta_distribution.h"
#include "tests/ui/ui_test_support.h"
#include "ui/pages/run_strip.h"
#include "ui/session/pair_result.h"
#include "ui/session/steering_forecast.h"
#include "ui/widgets/curve_view.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/threshold_view.h"
#include "ui/widgets/token_map_view.h"

using namespace timeripple;
using namespace timeripple::ui;
using engine::AttentionMode;

namespace {

// A run of the window that stands after its second step or later, until the test lets it go on.
struct PausedRun {
    TestStudio studio{"a small red ball [slow]"};
    QSignalSpy ended{&studio.workspace, &Workspace::runEnded};
    RunRecordPtr run;

    bool start() {
        studio.show();
        studio.window.generate();
        run = studio.workspace.currentRun();
        return until([this] { return run->steps.size() >= 2; }) && pause();
    }
    bool pause() {
        studio.action("run.pause")->trigger();
        return until([this] { return run->paused; });
    }
    bool goOn() {
        studio.action("run.pause")->trigger();
        return until([this] { return !ended.isEmpty(); });
    }
    template <typename Check>
    bool until(Check check) {
        return QTest::qWaitFor(check, kPatienceMs);
    }
    QPushButton* button(const QString& text) {
        for (auto* button : studio.window.runPanel()->findChildren<QPushButton*>()) {
            if (button->text() == text) return button;
        }
        return nullptr;
    }
};

LossPoint lossPoint(double savings, double db, int clips = 1) {
    LossPoint point;
    point.run_savings = savings;
    point.psnr_db = db;
    point.clips = clips;
    return point;
}

using Kind = LossEstimate::Kind;

QLabel* lossLabel(MainWindow& window) {
    for (auto* label : window.promptPanel()->findChildren<QLabel*>()) {
        if (label->text().contains(QStringLiteral("against dense")) || label->text().startsWith(QStringLiteral("loss not measured"))) return label;
    }
    return nullptr;
}

}  // namespace

class TestSteering : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void pause_holds_and_goes_on() {
        PausedRun r;
        QVERIFY(r.start());
        const std::size_t steps = r.run->steps.size();
        QVERIFY(r.button(QStringLiteral("Go on")));
        QSignalSpy updated(&r.studio.workspace, &Workspace::runUpdated);
        QVERIFY(!updated.wait(250));  // two steps' time
        QCOMPARE(r.run->steps.size(), steps);
        QVERIFY(r.goOn());
        QCOMPARE(int(r.run->steps.size()), r.run->request.steps);
        QVERIFY(r.run->clip);
        QVERIFY(!r.run->control);
    }

    void a_paused_run_can_be_cancelled() {
        PausedRun r;
        QVERIFY(r.start());
        r.studio.action("run.cancel")->trigger();
        QVERIFY(r.until([&] { return !r.ended.isEmpty(); }));
        QVERIFY(!r.run->clip);
    }

    void a_cancelled_run_promises_no_map() {
        PausedRun r;
        engine::GenerationRequest request = smallRequest("a small red ball [slow]");
        request.ripple.schedule.i_min = 6, request.ripple.schedule.i_max = 7;  // it stands in its dense steps
        r.studio.window.promptPanel()->setRequest(request);
        QVERIFY(r.start());
        QVERIFY(r.run->token_maps.empty());
        const auto* map = r.studio.window.watchPage()->findChild<TokenMapView*>();
        QCOMPARE(map->placeholder(), WatchPage::tr("The first steps are dense. The map appears with the first step that reuses."));
        r.studio.action("run.cancel")->trigger();
        QVERIFY(r.until([&] { return !r.ended.isEmpty(); }));
        QCOMPARE(map->placeholder(), WatchPage::tr("No map was kept of this run."));
    }

    void a_run_that_went_dense_before_it_reused_says_so() {
        PausedRun r;
        engine::GenerationRequest request = smallRequest("a small red ball [slow]");
        request.ripple.schedule.i_min = 6, request.ripple.schedule.i_max = 7;
        r.studio.window.promptPanel()->setRequest(request);
        QVERIFY(r.start());
        r.button(QStringLiteral("Go dense"))->click();
        QVERIFY(r.goOn());
        const auto* map = r.studio.window.watchPage()->findChild<TokenMapView*>();
        QCOMPARE(map->placeholder(), WatchPage::tr("A dense run: every token is computed."));
    }

    // Between two reports, which are a long step apart where a model is large.
    void the_time_goes_on_while_nothing_is_reported() {
        PausedRun r;
        QVERIFY(r.start());
        QLabel* time = nullptr;
        for (auto* label : r.studio.window.runPanel()->findChildren<QLabel*>()) {
            if (label->text().contains(QStringLiteral("so far"))) time = label;
        }
        QVERIFY(time);
        const QString before = time->text();
        QTRY_VERIFY_WITH_TIMEOUT(time->text() != before, kPatienceMs);
        QVERIFY(time->text().contains(QStringLiteral("so far")));
        QVERIFY(r.goOn());
    }

    void a_cancelled_run_goes_on_where_it_was() {
        QTemporaryDir folder;
        AppSettings settings(folder.filePath(QStringLiteral("studio.ini")));
        Workspace workspace(fakeEngine(), folder.filePath(QStringLiteral("library")));
        MainWindow window(&workspace, &settings, nullptr);
        window.promptPanel()->setRequest(smallRequest("a small red ball [slow]"));
        window.show();
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        window.generate();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.currentRun() && workspace.currentRun()->steps.size() >= 3, kPatienceMs);
        const RunRecordPtr first = workspace.currentRun();
        workspace.cancelRunning();
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
        QVERIFY(workspace.keepsCancelled());
        QCOMPARE(workspace.queue().rowCount(), 0);
        QPushButton* go_on = nullptr;
        for (auto* button : window.runPanel()->findChildren<QPushButton*>()) {
            if (button->text() == QStringLiteral("Go on")) go_on = button;
        }
        QVERIFY(go_on && go_on->isEnabled());
        QTest::mouseClick(go_on, Qt::LeftButton);
        QVERIFY(!workspace.keepsCancelled());
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 2, kPatienceMs);
        const auto clip = workspace.clips().find(ended[1][1].toULongLong());
        QVERIFY(clip);
        const RunRecord& run = *clip->run;
        QVERIFY(run.clip->resumed_step >= 2);
        QCOMPARE(run.clip->request.seed, first->request.seed);
        QCOMPARE(int(run.previews.begin()->first), first->previews.begin()->first);  // of before
        QCOMPARE(int(run.steps.size()), run.request.steps);
        QVERIFY(!go_on->isEnabled());
        // Nothing is left of a run that was cancelled for good.
        window.generate();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.currentRun() != first && !workspace.currentRun()->steps.empty(), kPatienceMs);
        workspace.cancelRunning();
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 3, kPatienceMs);
        QVERIFY(workspace.keepsCancelled());
    }

    void the_threshold_acts_from_the_next_step() {
        PausedRun r;
        QVERIFY(r.start());
        const int next = r.run->steps.back().step + 1;
        auto* view = r.studio.window.promptPanel()->findChild<ThresholdView*>();
        QVERIFY(view->isEnabled());
        QTest::mouseClick(view, Qt::LeftButton, {}, QPoint(int(view->xOf(0.3)), view->height() / 2));
        QVERIFY(std::abs(view->threshold() - 0.3) < 0.02);
        const double chosen = view->threshold();
        QVERIFY(r.goOn());
        const auto& changes = r.run->clip->request.attention_changes;
        QCOMPARE(changes.size(), std::size_t(1));
        QCOMPARE(changes[0].from_step, next);
        QCOMPARE(changes[0].ripple.schedule.theta_max, chosen);
        QCOMPARE(r.run->steps[6].threshold, chosen);  // step 7, past the ramp
    }

    void presets_act_too_and_the_box_keeps_them_off() {
        PausedRun r;
        QVERIFY(r.start());
        auto* box = r.studio.window.promptPanel()->findChild<QCheckBox*>();
        QVERIFY(box->isVisible() && box->isChecked());
        box->setChecked(false);
        r.studio.action("run.preset3")->trigger();
        box->setChecked(true);
        r.studio.action("run.preset0")->trigger();
        QVERIFY(r.goOn());
        const auto& changes = r.run->clip->request.attention_changes;
        QCOMPARE(changes.size(), std::size_t(1));
        QVERIFY(changes[0].mode == AttentionMode::Dense);
        QVERIFY(!box->isVisible());
    }

    // Whoever prepares the next run meanwhile does not spoil what the other clip is measured against.
    void the_dense_twin_of_a_comparison_stays_dense() {
        TestStudio studio("a small red ball [slow]");
        studio.show();
        QSignalSpy started(&studio.workspace, &Workspace::runStarted);
        QSignalSpy compared(&studio.workspace, &Workspace::comparisonReady);
        studio.window.compare();
        QTRY_COMPARE_WITH_TIMEOUT(started.size(), 2, kPatienceMs);
        const RunRecordPtr twin = studio.workspace.currentRun();
        QVERIFY(twin->is_reference);
        QTRY_VERIFY_WITH_TIMEOUT(!twin->steps.empty(), kPatienceMs);
        QVERIFY(!studio.window.promptPanel()->findChild<QCheckBox*>()->isVisible());
        studio.action("run.preset3")->trigger();
        QVERIFY(!studio.workspace.steer(AttentionMode::Ripple, twin->request.ripple, {}));
        QTRY_COMPARE_WITH_TIMEOUT(compared.size(), 1, kPatienceMs);
        QVERIFY(twin->clip->request.attention_changes.empty());
        for (const auto& step : twin->steps) QVERIFY(step.dense);
    }

    void go_dense_computes_the_rest() {
        PausedRun r;
        QVERIFY(r.start());
        const int next = r.run->steps.back().step + 1;
        QTest::mouseClick(r.button(QStringLiteral("Go dense")), Qt::LeftButton);
        QVERIFY(r.goOn());
        for (const auto& step : r.run->steps) QVERIFY(step.step < next || step.dense);
    }

    void fork_makes_twins_from_one_prefix() {
        PausedRun r;
        QVERIFY(r.start());
        const int k = r.run->steps.back().step;
        QTest::mouseClick(r.button(QStringLiteral("Fork here")), Qt::LeftButton);
        QVERIFY(r.until([&] { return r.studio.workspace.queue().rowCount() == 3; }));
        QSignalSpy compared(&r.studio.workspace, &Workspace::comparisonReady);
        QSignalSpy started(&r.studio.workspace, &Workspace::runStarted);
        const auto previews = r.run->previews;
        QVERIFY(r.goOn());
        // What was seen of the common steps is seen with the twins too.
        QVERIFY(r.until([&] { return started.size() >= 1; }));
        const auto twin = started[0][0].value<RunRecordPtr>();
        QVERIFY(int(twin->steps.size()) >= k);
        QVERIFY(twin->previews.contains(k) && twin->previews.at(k) == previews.at(k));
        QVERIFY(r.until([&] { return compared.size() == 1; }));
        const auto dense = r.studio.workspace.clips().find(compared[0][0].toULongLong())->run->clip;
        const auto accelerated = r.studio.workspace.clips().find(compared[0][1].toULongLong())->run->clip;
        for (const auto& clip : {dense, accelerated}) {
            QVERIFY(clip->forked);
            QCOMPARE(clip->resumed_step, k);
        }
        QVERIFY(dense->steps[std::size_t(k)].dense);
        QVERIFY(!dense->request.attention_changes.empty());
        QVERIFY(!accelerated->steps[6].dense);
        const auto& clips = r.studio.workspace.clips();
        const ClipEntry &left = *clips.find(compared[0][0].toULongLong()), &right = *clips.find(compared[0][1].toULongLong());
        QCOMPARE(captionOf(left), QStringLiteral("dense"));
        const QString headline = pairResult(left, right).headline;
        QVERIFY2(headline.contains(QStringLiteral(" over %1 steps").arg(dense->request.steps - k)), qPrintable(headline));
        for (int i = 0; i < k; ++i) QCOMPARE(dense->steps[std::size_t(i)].threshold, accelerated->steps[std::size_t(i)].threshold);
    }

    void a_frame_is_really_decoded_on_demand() {
        PausedRun r;
        QVERIFY(r.start());
        WatchPage* watch = r.studio.window.watchPage();
        QVERIFY(r.until([&] { return watch->clock()->length() > 0; }));
        watch->clock()->setPosition(1);
        r.studio.action("run.decode")->trigger();
        QVERIFY(r.until([&] { return r.run->decoded.has_value(); }));
        QCOMPARE(r.run->decoded->frame, firstFrameOf(watch->clock()->position()));
        QCOMPARE(r.run->decoded->picture->width, r.run->request.width);
        bool captioned = false;
        for (auto* label : watch->findChildren<QLabel*>()) captioned = captioned || label->text().startsWith(QStringLiteral("Decoded, step"));
        QVERIFY(captioned);
        // It stays while the run goes on, and the map beside it is that of its step.
        const int step = r.run->decoded->step;
        int seen = 0;
        QObject::connect(&r.studio.workspace, &Workspace::runUpdated, watch, [&] {
            if (!r.run->running || r.run->lastPreviewStep() <= step || !watch->shownMap()) return;
            ++seen;
            QCOMPARE(watch->shownMap()->step, r.run->mapNear(step)->step);
        });
        QVERIFY(r.goOn());
        QVERIFY(seen > 0);
    }

    // From a checkpoint on: what was measured stands at its own steps, and no dense time is made up.
    void a_run_that_went_on_shows_its_times_at_their_steps() {
        RunRecord run;
        run.request = smallRequest();
        for (const int step : {5, 6, 7}) {
            engine::StepStats stats;
            stats.step = step;
            stats.seconds = step;
            stats.dense = false;
            run.steps.push_back(stats);
        }
        RunStrip strip;
        strip.resize(1200, strip.height());
        strip.show(run, 0, false, -1, -1);
        strip.QWidget::show();
        QVERIFY(QTest::qWaitForWindowExposed(&strip));
        auto* times = strip.findChild<CurveView*>();
        QCOMPARE(times->note(), secondsText(6));
        QSignalSpy chosen(&strip, &RunStrip::stepChosen);
        QTest::mouseClick(times, Qt::LeftButton, {}, QPoint(times->width() * 5 / 7, times->height() / 2));
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toInt(), 6);
    }

    void forecasts_are_estimates_from_what_was_measured() {
        RunRecord run;
        run.request = smallRequest();
        QVERIFY(!forecastOf(run, AttentionMode::Ripple, run.request.ripple, {}).savings);  // nothing measured
        run.running = true;
        for (int step = 1; step <= 4; ++step) run.steps.push_back(engine::make_stats(run.request, step));
        run.delta = engine::make_distribution(run.request, 4);
        engine::RippleSettings bold = run.request.ripple;
        bold.schedule.theta_max = 2.0, bold.schedule.theta_min = 1.0;
        const auto as_is = forecastOf(run, AttentionMode::Ripple, run.request.ripple, {});
        const auto bolder = forecastOf(run, AttentionMode::Ripple, bold, {});
        const auto dense = forecastOf(run, AttentionMode::Dense, {}, {});
        QVERIFY(*bolder.savings > *as_is.savings);
        QVERIFY(*bolder.seconds < *as_is.seconds);
        QVERIFY(*dense.seconds > *as_is.seconds);
        QCOMPARE(*as_is.seconds, *as_is.now_seconds);
        QVERIFY(savingText(bolder).startsWith(QStringLiteral("would save")));
        run.steps.resize(8, run.steps.back());
        run.steps.back().step = 8;
        QVERIFY(!forecastOf(run, AttentionMode::Dense, {}, {}).seconds);  // nothing is left
    }

    void the_loss_lies_between_measured_points_and_is_bounded_outside() {
        const std::vector<LossPoint> points{lossPoint(0.7, 30.0, 6), lossPoint(0.5, 40.0, 6)};
        const LossEstimate between = estimateLoss(points, 0.65);
        QCOMPARE(between.kind, Kind::About);
        QCOMPARE(between.db, 32.5);
        QCOMPARE(lossText(between), QStringLiteral("about 33 dB against dense"));
        QCOMPARE(estimateLoss(points, 0.7).kind, Kind::About);
        QCOMPARE(estimateLoss(points, 0.7).db, 30.0);
        const LossEstimate careful = estimateLoss(points, 0.3), bold = estimateLoss(points, 0.9);
        QCOMPARE(careful.kind, Kind::Above);
        QCOMPARE(lossText(careful), QStringLiteral("above about 40 dB against dense"));
        QCOMPARE(bold.kind, Kind::Below);
        QCOMPARE(lossText(bold), QStringLiteral("below about 30 dB against dense"));
        const QString basis = lossBasisText(between);
        QVERIFY2(basis.contains(QStringLiteral("50.0 % saved: 40.0 dB")) && basis.contains(QStringLiteral("65.0 %")), qPrintable(basis));
    }

    void nothing_measured_is_said_in_words() {
        const LossEstimate none = estimateLoss({}, 0.5);
        QCOMPARE(none.kind, Kind::Unknown);
        QVERIFY(lossText(none).startsWith(QStringLiteral("loss not measured")));
        QVERIFY(lossBasisText(none).contains(QStringLiteral("Sweep page")));
        // A clip equal to its twin tells of no loss.
        QCOMPARE(estimateLoss({lossPoint(0.5, engine::ClipQuality::kIdenticalDb)}, 0.5).kind, Kind::Unknown);
    }

    // One clip is luck: two that contradict each other count with their clips, and more savings never promise less loss.
    void contradicting_points_are_averaged() {
        const std::vector<LossPoint> points{lossPoint(0.4, 36.0, 1), lossPoint(0.5, 40.0, 3), lossPoint(0.8, 30.0, 1)};
        double before = 1000.0;
        for (double savings = 0.3; savings < 0.9; savings += 0.01) {
            const double db = estimateLoss(points, savings).db;
            QVERIFY(db <= before);
            before = db;
        }
        QCOMPARE(estimateLoss(points, 0.45).db, 39.0);
        QCOMPARE(estimateLoss(points, 0.65).db, 34.5);
        QCOMPARE(estimateLoss({lossPoint(0.5, 30.0), lossPoint(0.5, 34.0)}, 0.5).db, 32.0);
    }

    void a_form_is_how_not_how_much() {
        engine::RippleSettings a, b;
        b.schedule = {.theta_min = 0.1, .theta_max = 0.9, .i_min = 1, .i_max = 3, .last_step_dense = false};
        QVERIFY(sameForm(a, b));
        b.near_field = true;
        QVERIFY(!sameForm(a, b));
        engine::RippleSettings cells;
        cells.carry = engine::Carry::Residual;
        cells.schedule.theta_min = cells.schedule.theta_max = 100.0;
        engine::RippleSettings rarer = cells, thresholds = cells;
        rarer.refresh_steps = 12, rarer.schedule.i_min = 2;
        thresholds.schedule.theta_min = thresholds.schedule.theta_max = 0.3;
        QVERIFY(sameForm(cells, rarer));
        QVERIFY(!sameForm(cells, thresholds) && !sameForm(cells, a));
    }

    void only_dense_twins_give_points_of_the_history() {
        engine::Recipe clip, dense;
        clip.request = dense.request = smallRequest();
        dense.request.attention = AttentionMode::Dense;
        dense.request.ripple = {};
        clip.provenance.model_name = "Pond";
        clip.attention_savings = 0.6f;
        QVERIFY(!lossPointOf(7, clip, dense));  // not measured
        clip.quality.emplace().mean_psnr_db = 33.0;
        const auto point = lossPointOf(7, clip, dense);
        QVERIFY(point);
        QCOMPARE(point->key, (engine::PresetKey{"Pond", 64, 64, 9, 8}));
        QCOMPARE(point->psnr_db, 33.0);
        QCOMPARE(point->settings, clip.request.ripple);
        engine::Recipe other = dense;
        other.request.seed = 6;
        QVERIFY(!lossPointOf(7, clip, other));  // another clip
        QVERIFY(!lossPointOf(7, clip, clip));   // no dense one
        clip.request.attention_changes.push_back({4, AttentionMode::Dense, {}, {}});
        QVERIFY(!lossPointOf(7, clip, dense));  // of two kinds
    }

    void points_of_other_sizes_and_weights_are_left_out() {
        MeasuredLosses losses;
        engine::ModelInfo model;
        model.name = "Pond", model.digest = "a";
        const auto request = smallRequest();
        LossPoint here = lossPoint(0.5, 40.0), other_size = here, other_weights = here, same_clip = here;
        here.key = other_weights.key = same_clip.key = engine::preset_key(model, request);
        here.clip_id = same_clip.clip_id = 5, other_weights.clip_id = 6, other_size.clip_id = 7;
        other_weights.model_digest = "b";
        same_clip.psnr_db = 41.0;
        QSignalSpy changed(&losses, &MeasuredLosses::changed);
        losses.add({here, other_size, other_weights});
        losses.add({same_clip});
        losses.add({});
        QCOMPARE(changed.size(), 2);
        const auto found = losses.of(model, request);
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].psnr_db, 41.0);
    }

    void shipped_presets_of_pond_tell_the_loss_between_them() {
        engine::ModelInfo pond;
        pond.name = "Pond";
        engine::GenerationRequest request;
        request.width = request.height = 256, request.frames = 33, request.steps = 20;
        const auto points = MeasuredLosses().of(pond, request);
        QCOMPARE(points.size(), std::size_t(3));
        for (const auto& point : points) {
            QVERIFY(sameForm(point.settings, points[0].settings));
            const LossEstimate own = estimateLoss(points, point.run_savings);
            QCOMPARE(own.kind, Kind::About);
            QVERIFY(std::abs(own.db - point.psnr_db) < 1e-9);
        }
        QVERIFY(lossBasisText(estimateLoss(points, 0.6)).contains(QStringLiteral("preset Balanced")));
    }

    void steering_counts_the_steps_that_are_done() {
        RunRecord run;
        run.request = smallRequest();
        run.running = true;
        for (int step = 1; step <= 4; ++step) run.steps.push_back(engine::make_stats(run.request, step));
        run.delta = engine::make_distribution(run.request, 4);
        LossPoint point = lossPoint(0.2, 38.0), bolder = lossPoint(0.6, 30.0);
        point.settings = bolder.settings = run.request.ripple;
        bolder.settings.schedule.theta_max *= 2;
        const auto asked = forecastOf(run, AttentionMode::Ripple, run.request.ripple, {bolder});
        QVERIFY(asked.loss);
        double saved = *asked.savings * 4;
        for (const auto& step : run.steps) saved += double(step.attention_savings());
        QVERIFY(std::abs(asked.loss->run_savings - saved / 8) < 1e-9);
        QCOMPARE(asked.loss->points.size(), std::size_t(1));
        // The settings of the whole run, measured: their own loss, whatever the forecast says of savings.
        const auto measured = forecastOf(run, AttentionMode::Ripple, run.request.ripple, {point, bolder});
        QCOMPARE(measured.loss->kind, Kind::About);
        QCOMPARE(measured.loss->db, 38.0);
        QCOMPARE(measured.loss->run_savings, 0.2);
        QCOMPARE(forecastOf(run, AttentionMode::Ripple, bolder.settings, {point, bolder}).loss->points.size(), std::size_t(2));
        // Dense from here on: the loss of the steps that were accelerated, in their form.
        const auto dense = forecastOf(run, AttentionMode::Dense, {}, {point});
        QVERIFY(dense.loss->run_savings < asked.loss->run_savings);
        QCOMPARE(dense.loss->points.size(), std::size_t(1));
        engine::RippleSettings other = run.request.ripple;
        other.near_field = true;
        QCOMPARE(forecastOf(run, AttentionMode::Ripple, other, {point}).loss->kind, Kind::TwoForms);
        for (auto& step : run.steps) step = engine::make_stats(engine::GenerationRequest{}, step.step);
        QCOMPARE(forecastOf(run, AttentionMode::Dense, {}, {point}).loss->kind, Kind::None);
        QCOMPARE(forecastOf(run, AttentionMode::Ripple, other, {point}).loss->kind, Kind::Unknown);
    }

    void a_comparison_is_known_after_a_new_start() {
        QTemporaryDir folder;
        engine::ModelInfo model;
        model.name = "Fake", model.digest = "fake";
        const auto request = smallRequest();
        {
            Workspace workspace(fakeEngine(), folder.path());
            QSignalSpy compared(&workspace, &Workspace::comparisonReady);
            workspace.compare(request);
            QTRY_COMPARE_WITH_TIMEOUT(compared.size(), 1, kPatienceMs);
            QCOMPARE(workspace.losses().of(model, request).size(), std::size_t(1));
        }
        Workspace workspace(fakeEngine(), folder.path());
        QVERIFY(workspace.losses().of(model, request).empty());  // read when the first run begins
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.enqueue(request);
        QTRY_COMPARE_WITH_TIMEOUT(workspace.losses().of(model, request).size(), std::size_t(1), kPatienceMs);
        QCOMPARE(workspace.losses().of(model, request)[0].source, LossPoint::Source::History);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatienceMs);
    }

    // Compare, then steer another run: the comparison is a point for it.
    void a_comparison_is_known_to_the_next_run() {
        PausedRun r;
        QVERIFY(r.start());
        QVERIFY(lossLabel(r.studio.window) && lossLabel(r.studio.window)->text().startsWith(QStringLiteral("loss not measured")));
        engine::GenerationRequest request = r.run->request;
        request.seed += 1;
        QSignalSpy compared(&r.studio.workspace, &Workspace::comparisonReady);
        r.studio.workspace.compare(request);
        QVERIFY(r.goOn());
        QVERIFY(r.until([&] { return compared.size() == 1; }));
        engine::ModelInfo model;  // as the fake engine calls it; the window has no folder of it
        model.name = "Fake", model.digest = "fake";
        const auto points = r.studio.workspace.losses().of(model, request);
        QCOMPARE(points.size(), std::size_t(1));
        QSignalSpy started(&r.studio.workspace, &Workspace::runStarted);
        r.studio.window.promptPanel()->setRequest(r.run->request);
        r.studio.window.generate();
        QVERIFY(r.until([&] { return started.size() == 1; }));
        r.run = started[0][0].value<RunRecordPtr>();
        QVERIFY(r.until([&] { return r.run->steps.size() >= 2; }) && r.pause());
        r.studio.window.promptPanel()->setLosses(points);
        QVERIFY(lossLabel(r.studio.window));
        const QString text = lossLabel(r.studio.window)->text();
        QVERIFY2(text.contains(QStringLiteral("dB against dense")), qPrintable(text));
        QVERIFY(lossLabel(r.studio.window)->toolTip().contains(QStringLiteral("a comparison of the history")));
        r.ended.clear();
        QVERIFY(r.goOn());
    }

    void the_threshold_moves_by_keys() {
        ThresholdView view;
        view.resize(300, 52);
        view.setDistribution(engine::make_distribution(smallRequest(), 3));
        view.setThreshold(0.3);
        QSignalSpy chosen(&view, &ThresholdView::thresholdChosen);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(chosen.last()[0].toDouble(), 0.31);
        QTest::keyClick(&view, Qt::Key_PageDown);
        QCOMPARE(chosen.last()[0].toDouble(), 0.26);
        view.setThreshold(0.0);
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(chosen.size(), 2);
        view.setEnabled(false);
        QVERIFY(!view.grab().toImage().isNull());
    }
};

QTEST_MAIN(TestSteering)
#include "tst_steering.moc"
