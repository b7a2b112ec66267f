// Steering a run, checkpoints and forecasts, on the fake engine.
#include "engine/api/checkpoint.h"
#include "engine/api/recipe.h"
#include "engine/base/checkpoint_file.h"
#include "tests/support/fake_engine.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

using namespace timeripple::engine;

namespace {

GenerationRequest small_request() {
    GenerationRequest request;
    request.prompt = "a red disc";
    request.width = request.height = 32;
    request.frames = 5;
    request.steps = 6;
    request.ripple.schedule = {0.2, 0.4, 1, 3, true};
    return request;
}

// Writes down what it hears, and does something after a step.
struct Watcher : GenerationObserver {
    std::vector<std::string> heard;
    std::vector<AttentionChange> changes;
    std::vector<std::string> checkpoints;
    std::vector<std::string> notices;
    std::vector<StepStats> steps;
    std::vector<DeltaDistributionPtr> deltas;
    FrameSequencePtr decoded;
    std::function<void(int)> after_step = [](int) {};
    std::function<void(int)> when_paused = [](int) {};

    void on_step(const StepStats& stats) override {
        steps.push_back(stats);
        after_step(stats.step);
    }
    void on_delta(DeltaDistributionPtr delta) override { deltas.push_back(std::move(delta)); }
    void on_attention_changed(const AttentionChange& change) override { changes.push_back(change); }
    void on_paused(int step, bool paused) override {
        heard.push_back((paused ? "paused " : "resumed ") + std::to_string(step));
        if (paused) when_paused(step);
    }
    void on_checkpoint(int step, const std::string& path) override {
        heard.push_back("checkpoint " + std::to_string(step));
        checkpoints.push_back(path);
    }
    void on_decoded_frame(int step, int frame, FrameSequencePtr frames) override {
        heard.push_back("frame " + std::to_string(frame) + " after " + std::to_string(step));
        decoded = std::move(frames);
    }
    void on_notice(const std::string& text) override { notices.push_back(text); }
};

}  // namespace

class TestRunControl : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void attention_changes_at_the_next_step() {
        FakeEngine engine;
        Watcher watcher;
        RunOptions options;
        options.control = std::make_shared<RunControl>();
        watcher.after_step = [&](int step) {
            if (step == 2)
                QVERIFY(options.control->set_attention(AttentionMode::Ripple, small_request().ripple, "Mine"));
        };
        const auto clip = engine.generate(small_request(), options, watcher, {});
        QVERIFY(clip);
        QCOMPARE(watcher.changes.size(), std::size_t(1));
        QCOMPARE(watcher.changes[0].from_step, 3);
        QVERIFY(watcher.steps[1].dense && !watcher.steps[2].dense);
        QVERIFY((*clip)->request.attention_changes == watcher.changes);

        // The request of the clip gives the clip again, also after a trip through its recipe.
        const auto recipe = recipe_from_json(to_json(recipe_of(**clip)));
        QVERIFY(recipe);
        QVERIFY(recipe->request == (*clip)->request);
        Watcher again;
        const auto replayed = engine.generate(recipe->request, again, {});
        QVERIFY(replayed);
        QVERIFY((*replayed)->frames->rgb == (*clip)->frames->rgb);
        QVERIFY(again.changes == watcher.changes);
    }

    void settings_that_break_a_rule_change_nothing() {
        RunControl control;
        RippleSettings bad;
        bad.schedule.theta_max = -1.0;
        const auto status = control.set_attention(AttentionMode::Ripple, bad);
        QVERIFY(!status);
        QVERIFY(status.error().message.find("theta_max") != std::string::npos);
        QVERIFY(!control.take().attention);
    }

    void pause_stands_and_serves_wishes() {
        FakeEngine engine;
        Watcher watcher;
        QTemporaryDir folder;
        const std::string point = folder.filePath("point.safetensors").toStdString();
        RunOptions options;
        options.control = std::make_shared<RunControl>();
        std::thread other;
        watcher.after_step = [&](int step) {
            if (step == 2) options.control->pause();
        };
        watcher.when_paused = [&](int) {
            other = std::thread([&] {
                options.control->decode_frame(99);
                options.control->save_checkpoint(point);
                options.control->resume();
            });
        };
        const auto clip = engine.generate(small_request(), options, watcher, {});
        other.join();
        QVERIFY(clip);
        QCOMPARE(watcher.heard.front(), std::string("paused 2"));
        QVERIFY(watcher.decoded);
        QCOMPARE(watcher.decoded->frames, 1);
        QCOMPARE(watcher.checkpoints, std::vector<std::string>{point});
        QVERIFY(std::find(watcher.heard.begin(), watcher.heard.end(), "resumed 2") != watcher.heard.end());
    }

    void a_paused_run_can_be_stopped() {
        FakeEngine engine;
        Watcher watcher;
        std::stop_source stop;
        RunOptions options;
        options.control = std::make_shared<RunControl>();
        options.control->pause();
        watcher.when_paused = [&](int) { stop.request_stop(); };
        const auto clip = engine.generate(small_request(), options, watcher, stop.get_token());
        QVERIFY(!clip);
        QCOMPARE(int(clip.error().code), int(ErrorCode::Cancelled));
    }

    void checkpoints_are_kept_resumed_and_forked() {
        FakeEngine engine;
        Watcher watcher;
        QTemporaryDir place;
        RunOptions options;
        options.checkpoint_folder = place.filePath("points").toStdString();
        const auto clip = engine.generate(small_request(), options, watcher, {});
        QVERIFY(clip);
        QCOMPARE(watcher.checkpoints.size(), std::size_t(6));
        const auto kept = checkpoints_in(options.checkpoint_folder);
        QCOMPARE(kept.size(), std::size_t(2));
        QCOMPARE(kept[0].step, 6);
        QVERIFY(kept[1].request == (*clip)->request);

        RunOptions resume;
        resume.resume_from = kept[1].path;
        Watcher second;
        const auto resumed = engine.generate(small_request(), resume, second, {});
        QVERIFY(resumed);
        QCOMPARE(second.steps.size(), std::size_t(1));
        QCOMPARE((*resumed)->steps.size(), std::size_t(6));
        QCOMPARE((*resumed)->resumed_step, 5);
        QVERIFY((*resumed)->frames->rgb == (*clip)->frames->rgb);

        GenerationRequest ripple = small_request();
        ripple.attention = AttentionMode::Ripple;
        const auto refused = engine.generate(ripple, resume, second, {});
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("attention") != std::string::npos);
        resume.fork = true;
        const auto forked = engine.generate(ripple, resume, second, {});
        QVERIFY(forked);
        QCOMPARE((*forked)->request.attention_changes.size(), std::size_t(1));
        QCOMPARE((*forked)->request.attention_changes[0].from_step, 6);
        QCOMPARE(int((*forked)->request.attention), int(AttentionMode::Dense));
        resume.resume_from = kept[0].path;
        const auto late = engine.generate(ripple, resume, second, {});
        QVERIFY(!late);
        QVERIFY(late.error().message.find("last step") != std::string::npos);
    }

    void another_run_is_refused_by_name_data() {
        QTest::addColumn<QString>("word");
        for (const char* word : {"prompt", "seed", "width", "frames", "steps", "guidance", "shift", "scheduler",
                                 "precision", "threads", "model", "weights", "build"})
            QTest::newRow(word) << word;
    }
    void another_run_is_refused_by_name() {
        QFETCH(QString, word);
        CheckpointInfo checkpoint{"x.safetensors", 2, small_request(), {"1", "Pond", "abc"}};
        GenerationRequest wanted = small_request();
        Provenance here = checkpoint.provenance;
        const std::map<QString, std::function<void()>> change{
            {"prompt", [&] { wanted.prompt = "a blue disc"; }},
            {"seed", [&] { wanted.seed = 3; }},
            {"width", [&] { wanted.width = 64; }},
            {"frames", [&] { wanted.frames = 9; }},
            {"steps", [&] { wanted.steps = 7; }},
            {"guidance", [&] { wanted.guidance_scale = 2.0; }},
            {"shift", [&] { wanted.flow_shift = 2.0; }},
            {"scheduler", [&] { wanted.scheduler = SchedulerKind::FlowMatchEuler; }},
            {"precision", [&] { wanted.precision = Precision::BFloat16; }},
            {"threads", [&] { wanted.threads = 7; }},
            {"model", [&] { here.model_name = "Other"; }},
            {"weights", [&] { here.model_digest = "def"; }},
            {"build", [&] { here.build_id = "2"; }}};
        QVERIFY(continued_request(checkpoint, wanted, here, false));
        change.at(word)();
        for (const bool fork : {false, true}) {
            const auto refused = continued_request(checkpoint, wanted, here, fork);
            QVERIFY(!refused);
            QVERIFY2(refused.error().message.find(word.toStdString()) != std::string::npos,
                     refused.error().message.c_str());
        }
    }

    void what_changes_no_latents_may_differ() {
        CheckpointInfo checkpoint{"x.safetensors", 2, small_request(), {}};
        GenerationRequest wanted = small_request();
        wanted.fps = 24.0;
        wanted.vae_tiling = true;
        const auto continued = continued_request(checkpoint, wanted, {}, false);
        QVERIFY(continued);
        QVERIFY(continued->vae_tiling && continued->fps == 24.0);
    }

    void damaged_checkpoints_are_refused() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("point.safetensors").toStdString();
        const std::vector<float> values(1000, 0.5f);
        QVERIFY(detail::write_checkpoint({path, 2, small_request(), {}},
                                         {{"latents", ElementType::F32, {10, 100}, values.data()}}));
        QVERIFY(detail::read_checkpoint(path));
        const auto size = std::filesystem::file_size(path);
        const auto sentence = [&](const char* what) {
            const auto read = detail::read_checkpoint(path);
            QVERIFY2(!read, what);
            QVERIFY2(read.error().message.find("point.safetensors") != std::string::npos, read.error().message.c_str());
        };
        {
            std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(std::streamoff(size) - 9);
            file.put('\x01');
        }
        sentence("a flipped byte");
        std::filesystem::resize_file(path, size - 100);
        sentence("cut short");
        std::filesystem::resize_file(path, 5);
        sentence("nearly nothing");
        std::filesystem::remove(path);
        sentence("missing");
    }

    void forecasts_agree_with_counting() {
        // Two heads, one sample of each parity pattern; thresholds where the answer is known.
        DeltaDistribution distribution;
        distribution.steps = 4;
        distribution.grid = {2, 2, 2};
        distribution.layers = distribution.heads = 1;
        distribution.samples = 7;
        const float none = std::numeric_limits<float>::quiet_NaN();
        for (int token = 1; token < 8; ++token)
            distribution.tokens.push_back(token);
        for (int side = 0; side < 2; ++side) {
            for (int token = 1; token < 8; ++token) {
                for (int axis = 0; axis < kAxes; ++axis) {
                    const bool odd = token >> (2 - axis) & 1;
                    distribution.delta.push_back(odd ? 0.1f * float(token) : none);
                }
            }
        }
        distribution.value_delta.assign(7 * kAxes, 10.0f);
        distribution.count_samples();
        RippleSettings settings;
        const auto three = forecast(distribution, settings, 0.35);  // tokens 1, 2, 3 of 8 link on both sides
        QVERIFY(three);
        QVERIFY(std::abs(three->unique_query_share - 5.0 / 8.0) < 1e-12);
        QVERIFY(std::abs(three->attention_savings - (1.0 - 25.0 / 64.0)) < 1e-12);
        settings.axes = {true, false, false};
        QVERIFY(forecast(distribution, settings, 0.35)->unique_key_share == 1.0);
        settings.exempt_first_frame = true;
        QVERIFY(forecast(distribution, settings, 9.0)->unique_key_share == 1.0);
        settings = {};
        settings.key_value_weight = 0.5;
        QVERIFY(forecast(distribution, settings, 0.35)->unique_key_share == 1.0);
        QVERIFY(forecast(distribution, settings, 0.35)->unique_query_share < 1.0);
        settings = {};
        settings.dense_layers = {0};
        QVERIFY(forecast(distribution, settings, 0.35)->attention_savings == 0.0);
        settings = {};
        settings.granularity = Granularity::Group;
        QVERIFY(!forecast(distribution, settings, 0.35));

        QCOMPARE(distribution.share_below(Side::Query, Axis::Time, 100.0), 1.0);
        QCOMPARE(distribution.share_below(Side::Query, Axis::Time, 0.0), 0.0);
        const double half = distribution.share_below(Side::Query, Axis::Time, 0.55);  // 0.4 and 0.5 of 0.4 ... 0.7
        QVERIFY(half > 0.4 && half < 0.6);
    }

    void a_run_is_forecast_from_its_steps() {
        FakeEngine engine;
        Watcher watcher;
        QVERIFY(engine.generate(small_request(), watcher, {}));
        QCOMPARE(watcher.deltas.size(), std::size_t(6));
        const auto cost = dense_step_cost(watcher.steps);
        QVERIFY(cost);
        const auto& delta = *watcher.deltas[1];
        const auto run = forecast_run(delta, AttentionMode::Ripple, small_request().ripple, *cost, 3);
        QVERIFY(run);
        QVERIFY(run->seconds < run->dense_seconds);
        QVERIFY(run->attention_savings > 0.0 && run->attention_savings < 1.0);
        const auto dense = forecast_run(delta, AttentionMode::Dense, {}, *cost, 3);
        QVERIFY(dense->seconds == dense->dense_seconds);
    }
};

QTEST_GUILESS_MAIN(TestRunControl)
#include "tst_run_control.moc"
