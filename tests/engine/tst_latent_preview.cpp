// The preview projection: fitted from the built-in model's own autoencoder it shows what the decoder shows; its cache.
#include "engine/vae/latent_preview.h"
#include "engine/vae/rgb_frames.h"

#include <QTemporaryDir>
#include <QtTest>

#include <ATen/ATen.h>

#include <filesystem>
#include <fstream>

using namespace timeripple::engine;

namespace {

const std::string kVae = std::string(TIMERIPPLE_SOURCE_DIR) + "/resources/models/pond/vae";

// A dark gradient with a bright bar that moves: none of the clips of the fit.
at::Tensor moving_bar(int frames, int size) {
    at::Tensor clip =
        at::linspace(-0.8, 0.2, size, at::kFloat).view({1, 1, size, 1}).expand({3, frames, size, size}).clone();
    for (int frame = 0; frame < frames; ++frame) {
        clip.select(1, frame).narrow(2, 8 + 3 * frame, size / 4).select(0, 0).fill_(0.9);
    }
    return clip;
}

}  // namespace

class LatentPreviewTest : public QObject {
    Q_OBJECT

    QTemporaryDir cache_;

  private Q_SLOTS:
    void initTestCase() { qputenv("XDG_CACHE_HOME", cache_.path().toUtf8()); }

    void shows_what_the_decoder_shows() {
        const c10::InferenceMode guard;
        const JsonConfig json = JsonConfig::from_file(kVae + "/config.json");
        const VaeConfig config = VaeConfig::from_json(json);
        const auto weights = open_weights(kVae, "diffusion_pytorch_model");
        const VaeEncoder encoder(*weights, config, at::kCPU);
        const VaeDecoder decoder(*weights, config, at::kCPU);
        const LatentPreview preview = LatentPreview::fit(encoder, decoder, {});

        const at::Tensor latents = encoder.encode(moving_bar(9, 96), {}, true);
        const FrameSequence small = preview.frames(latents, 4.0);
        QCOMPARE(small.frames, 3);
        QCOMPARE(small.height, 24);
        QCOMPARE(small.width, 24);
        QCOMPARE(small.fps, 4.0);

        std::vector<at::Tensor> decoded;
        decoder.decode(latents, {}, [&](const at::Tensor& frames, int) { decoded.push_back(frames.mean(1)); }, {});
        const at::Tensor truth = at::adaptive_avg_pool2d(at::stack(decoded), {24, 24});  // [T, 3, 24, 24]
        const at::Tensor shown = at::from_blob(const_cast<std::uint8_t*>(small.rgb.data()), {3, 24, 24, 3}, at::kByte)
                                     .permute({0, 3, 1, 2})
                                     .to(at::kFloat)
                                     .div(127.5)
                                     .sub(1.0);
        const double left = (shown - truth).square().mean().item<double>() / truth.var().item<double>();
        qInfo("share of the variance that the preview misses: %.3f", left);
        QVERIFY(left < 0.2);

        const std::string key = preview_key(*weights, config, json.text());
        QCOMPARE(key.size(), std::size_t(16));
        QVERIFY(!load_preview(key, config.z_dim));
        save_preview(key, preview);
        const auto again = load_preview(key, config.z_dim);
        QVERIFY(again && at::allclose(again->map(), preview.map(), 1e-6, 1e-7));
        QVERIFY(!load_preview(key, config.z_dim + 1));
        QVERIFY(preview_key(*weights, config, json.text() + " ") != key);
    }

    void damaged_cache_is_ignored() {
        const std::filesystem::path folder = std::filesystem::path(cache_.path().toStdString()) / "timeripple";
        std::filesystem::create_directories(folder);
        for (const char* text :
             {"", "{", "[]", R"({"version":1})", R"({"version":1,"map":[1,"x"]})", R"({"version":"1","map":[]})"}) {
            std::ofstream(folder / "preview-0000000000000000.json") << text;
            QVERIFY(!load_preview("0000000000000000", 16));
        }
    }

    void rounds_as_the_video_processor() {
        FrameSequence sequence;
        // 127.5 goes to 128, the even one; values beyond [-1, 1] are clamped.
        const at::Tensor values = at::tensor({-1.0f, 0.0f, 1.0f, 3.0f, -3.0f, 2.0f * 0.25f - 1.0f}).view({3, 1, 1, 2});
        append_rgb(sequence, values);
        const std::vector<std::uint8_t> want{0, 255, 0, 128, 255, 64};
        QCOMPARE(sequence.rgb, want);
        QCOMPARE(sequence.frames, 1);
        append_rgb(sequence, values);
        QCOMPARE(sequence.frames, 2);
    }
};

QTEST_APPLESS_MAIN(LatentPreviewTest)
#include "tst_latent_preview.moc"
