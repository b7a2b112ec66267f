// Whole runs through the engine's door: against diffusers from given latents, the same bits again, cancellation,
// failures.
#include "engine/api/engine.h"
#include "engine/pipeline/engine.h"
#include "engine/pipeline/factory.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>
#include <QtTest>

#include <ATen/ATen.h>

#include <filesystem>
#include <fstream>

using namespace timeripple;
using namespace timeripple::engine;
using namespace timeripple::tests;

namespace {

using namespace tiny_model;

class Watcher : public GenerationObserver {
  public:
    void on_progress(const Progress& progress) override {
        last = progress;
        phases.insert(int(progress.phase));
        if (stop_at && progress.phase == *stop_at && (progress.done >= stop_done)) {
            stop.request_stop();
        }
    }
    void on_started(const GenerationRequest& request, const ModelInfo&) override { started = request; }
    void on_preview(int, FrameSequencePtr frames) override { previews.push_back(frames); }
    void on_step(const StepStats& step) override { steps.push_back(step); }
    void on_token_map(TokenMapPtr) override { ++maps; }

    Progress last;
    std::set<int> phases;
    GenerationRequest started;
    std::vector<FrameSequencePtr> previews;
    std::vector<StepStats> steps;
    int maps = 0;
    std::optional<Phase> stop_at;
    int stop_done = 0;
    std::stop_source stop;
};

}  // namespace

class PipelineTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    StudioEngine engine_;

    std::string path(const std::string& name = {}) const {
        return (fs::path(folder_.path().toStdString()) / name).string();
    }

    GenerationRequest request(const std::string& name) const { return tiny_model::request(name, path("model")); }

    ClipPtr generate(const GenerationRequest& request) {
        Watcher watcher;
        Result<ClipPtr> clip = engine_.generate(request, watcher, {});
        if (!clip) {
            qWarning("%s (%s)", clip.error().message.c_str(), clip.error().detail.c_str());
            return nullptr;
        }
        return *clip;
    }

    Error failure(const GenerationRequest& request) {
        Watcher watcher;
        Result<ClipPtr> clip = engine_.generate(request, watcher, {});
        return clip ? Error{ErrorCode::Internal, "it did not fail", {}} : clip.error();
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        qputenv("XDG_CACHE_HOME", folder_.filePath("cache").toUtf8());
        write_model(path("model"));
    }

    void equals_diffusers_data() {
        QTest::addColumn<QString>("name");
        const nlohmann::json json = facts();
        for (const auto& [name, one] : json["cases"].items()) {
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
        }
    }
    void equals_diffusers() {
        QFETCH(QString, name);
        const TensorMap golden = read_tensors(kData + "pipeline.safetensors");
        const GenerationRequest wanted = request(name.toStdString());
        const ClipPtr clip = generate(wanted);
        QVERIFY(clip);
        const at::Tensor latents = latents_tensor(*clip->latents);
        const double error = relative_error(latents, golden.at(name.toStdString() + ".latents"));
        qInfo("latents: relative error %.2e", error);
        QVERIFY(error < 1e-5);
        QCOMPARE(clip->frames->frames, 9);
        QCOMPARE(clip->frames->height, 48);
        QCOMPARE(clip->frames->width, 32);
        const auto frames = golden.find(name.toStdString() + ".frames");
        if (frames != golden.end()) {
            const at::Tensor bytes =
                at::from_blob(const_cast<std::uint8_t*>(clip->frames->rgb.data()), {9, 48, 32, 3}, at::kByte)
                    .permute({3, 0, 1, 2});
            // 8 bit: half a level on top of the 2e-3 that are allowed.
            const double worst = (bytes.to(at::kDouble) / 127.5 - 1.0 - frames->second).abs().max().item<double>();
            qInfo("frames: largest difference %.2e", worst);
            QVERIFY(worst <= 2e-3 + 0.5 / 127.5 + 1e-9);
        }
    }

    void same_bits_whatever_ran_before() {
        GenerationRequest first = request("unipc_2_guided");
        first.initial_latents_path.clear();
        first.seed = 7;
        const ClipPtr clip = generate(first);
        QVERIFY(clip);
        GenerationRequest other = request("euler_20_guided");
        other.prompt = "a small blue boat";
        other.width = 64;
        QVERIFY(generate([&] {
            other.initial_latents_path.clear();
            other.steps = 3;
            return other;
        }()));
        const ClipPtr again = generate(first);
        QVERIFY(again);
        QVERIFY(clip->latents->values == again->latents->values);
        QVERIFY(clip->frames->rgb == again->frames->rgb);
        // Another engine, nothing loaded.
        StudioEngine fresh;
        Watcher watcher;
        const Result<ClipPtr> third = fresh.generate(first, watcher, {});
        QVERIFY(third.ok());
        QVERIFY(clip->latents->values == (*third)->latents->values);
        // Another seed gives another clip.
        GenerationRequest reseeded = first;
        reseeded.seed = 8;
        QVERIFY(generate(reseeded)->latents->values != clip->latents->values);
    }

    void tells_what_it_does() {
        Watcher watcher;
        const Result<ClipPtr> clip = engine_.generate(request("unipc_20_guided"), watcher, {});
        QVERIFY(clip.ok());
        QCOMPARE(watcher.started.threads, 2);
        QCOMPARE(int(watcher.steps.size()), 20);
        QCOMPARE(int((*clip)->steps.size()), 20);
        QCOMPARE(int(watcher.previews.size()), 20);
        QCOMPARE(watcher.previews[0]->frames, 3);
        QCOMPARE(watcher.previews[0]->height, 12);
        QCOMPARE(watcher.previews[0]->width, 8);
        QCOMPARE(watcher.previews[0]->fps, 4.0);
        QCOMPARE(int(watcher.phases.size()), 4);
        QCOMPARE(watcher.last.phase, Phase::Decoding);
        QCOMPARE(watcher.last.done, watcher.last.total);
        QCOMPARE(watcher.steps[4].step, 5);
        QCOMPARE(int(watcher.steps[4].layers.size()), 2);
        QVERIFY(watcher.steps[4].layers[1].attention_seconds > 0.0f);
        QVERIFY(watcher.steps[4].seconds > 0.0);
        const Clip& made = **clip;
        QVERIFY(made.times.total > 0.0 && made.times.denoising > 0.0 && made.times.decoding > 0.0);
        QVERIFY(made.times.load + made.times.text_encoding + made.times.denoising + made.times.decoding <=
                made.times.total + 1e-6);
        QVERIFY(made.peak_memory_bytes > 0);
        QVERIFY(!made.provenance.attention_kernel.empty() && !made.provenance.build_id.empty());
        QCOMPARE(made.provenance.threads, 2);
    }

    // The whole compaction and scatter path at a threshold that no token passes.
    void ripple_without_reuse_equals_dense() {
        GenerationRequest ripple = request("unipc_2_guided");
        const ClipPtr dense = generate(ripple);
        ripple.attention = AttentionMode::Ripple;
        ripple.ripple.schedule = {1e-30, 1e-30, 1, 2, false};
        const ClipPtr clip = generate(ripple);
        QVERIFY(dense && clip);
        QVERIFY(dense->latents->values == clip->latents->values);
    }

    void stops_in_every_phase_data() {
        QTest::addColumn<int>("phase");
        QTest::addColumn<int>("done");
        QTest::newRow("loading") << int(Phase::Loading) << 0;
        QTest::newRow("text") << int(Phase::TextEncoding) << 0;
        QTest::newRow("denoising") << int(Phase::Denoising) << 3;
        QTest::newRow("decoding") << int(Phase::Decoding) << 1;
    }
    void stops_in_every_phase() {
        QFETCH(int, phase);
        QFETCH(int, done);
        Watcher watcher;
        watcher.stop_at = Phase(phase);
        watcher.stop_done = done;
        const Result<ClipPtr> clip = engine_.generate(request("unipc_20"), watcher, watcher.stop.get_token());
        QVERIFY(!clip.ok());
        QCOMPARE(clip.error().code, ErrorCode::Cancelled);
        // Finished latents survive a stopped decode, and only that.
        Watcher second;
        const Result<ClipPtr> kept = engine_.decode_kept_latents(true, second, {});
        QCOMPARE(kept.ok(), Phase(phase) == Phase::Decoding);
        if (kept.ok()) {
            QCOMPARE((*kept)->frames->frames, 9);
            QVERIFY((*kept)->frames->rgb == generate(request("unipc_20"))->frames->rgb);
            const Result<ClipPtr> twice = engine_.decode_kept_latents(false, second, {});
            QVERIFY(!twice.ok());
            QCOMPARE(twice.error().code, ErrorCode::BadRequest);
        }
    }

    void non_finite_latents_name_the_step() {
        fs::copy(path("model"), path("broken"), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        const std::string file = path("broken/transformer/diffusion_pytorch_model.safetensors");
        TensorMap tensors = read_tensors(file);
        tensors.at("proj_out.bias").fill_(std::numeric_limits<float>::infinity());
        write_tensors(file, tensors);
        GenerationRequest wanted = request("unipc_20");
        wanted.model_path = path("broken");
        const Error error = failure(wanted);
        QCOMPARE(error.code, ErrorCode::NonFinite);
        QVERIFY2(error.message.find("Step 1 of 20") != std::string::npos, error.message.c_str());
    }

    void bad_requests_get_a_sentence_data() {
        QTest::addColumn<QString>("setting");
        for (const char* setting :
             {"width", "frames", "positions", "guidance", "steps", "latents_missing", "latents_shape", "latents_nan",
              "latents_name", "model_missing", "weights_missing", "weights_cut"}) {
            QTest::newRow(setting) << setting;
        }
    }
    void bad_requests_get_a_sentence() {
        QFETCH(QString, setting);
        GenerationRequest wanted = request("unipc_2");
        ErrorCode code = ErrorCode::BadRequest;
        if (setting == "width") {
            wanted.width = 40;
        } else if (setting == "frames") {
            wanted.frames = 10;
        } else if (setting == "positions") {
            wanted.width = 16 * 65;  // the tiny model's tables end at 64
        } else if (setting == "guidance") {
            wanted.guidance_scale = std::nan("");
        } else if (setting == "steps") {
            wanted.steps = 0;
        } else if (setting == "latents_missing") {
            wanted.initial_latents_path = path("nothing.safetensors");
            code = ErrorCode::BadFile;
        } else if (setting == "latents_shape") {
            wanted.width = 64;
        } else if (setting == "latents_nan") {
            at::Tensor latents = seeded_values("initial", {1, 4, 3, 6, 4});
            latents.view(-1)[3] = std::nan("");
            write_tensors(path("nan.safetensors"), {{"latents", latents}});
            wanted.initial_latents_path = path("nan.safetensors");
            code = ErrorCode::BadFile;
        } else if (setting == "latents_name") {
            wanted.initial_latents_path = path("model/model_index.json");
            code = ErrorCode::BadFile;
        } else if (setting == "model_missing") {
            wanted.model_path = path("nowhere");
            code = ErrorCode::BadFile;
        } else {
            fs::copy(path("model"), path("cut"), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
            const fs::path file = path("cut/transformer/diffusion_pytorch_model.safetensors");
            if (setting == "weights_missing") {
                fs::remove(file);
            } else {
                fs::resize_file(file, fs::file_size(file) / 2);
            }
            wanted.model_path = path("cut");
            code = ErrorCode::BadFile;
        }
        const Error error = failure(wanted);
        qInfo("%s", error.message.c_str());
        QCOMPARE(error.code, code);
        QVERIFY(error.message.size() > 20 && error.message.back() == '.');
        // The engine works on.
        QVERIFY(generate(request("unipc_2")));
    }

    // The built-in model, through the one symbol that programs use.
    void pond_through_the_factory() {
        const char* own = nullptr;
        QVERIFY(!timeripple_make_engine("another build", &own));
        QVERIFY(own && std::string(own) != "another build");
        const std::unique_ptr<Engine> engine(timeripple_make_engine(own, &own));
        QVERIFY(engine);
        QVERIFY(!engine->devices().empty());
        GenerationRequest wanted;
        wanted.prompt = "a large orange fish moves left in dark water";
        wanted.frames = 9;
        wanted.steps = 3;
        wanted.device = DeviceChoice::Cpu;
        Watcher watcher;
        const Result<ClipPtr> clip = engine->generate(wanted, watcher, {});
        QVERIFY2(clip.ok(), clip.ok() ? "" : clip.error().message.c_str());
        const FrameSequence& frames = *(*clip)->frames;
        QCOMPARE(frames.frames, 9);
        QCOMPARE(frames.width, 128);
        const auto [low, high] = std::minmax_element(frames.rgb.begin(), frames.rgb.end());
        QVERIFY(*high - *low > 50);
        const Result<ClipQuality> quality = engine->measure_quality(frames, frames);
        QVERIFY(quality.ok() && quality->mean_psnr_db == ClipQuality::kIdenticalDb);
    }

    void survives_unloading() {
        const ClipPtr before = generate(request("unipc_2"));
        engine_.unload();
        const ClipPtr after = generate(request("unipc_2"));
        QVERIFY(before && after && before->frames->rgb == after->frames->rgb);
    }
};

QTEST_APPLESS_MAIN(PipelineTest)
#include "tst_pipeline.moc"
