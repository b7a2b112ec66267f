// AutoencoderKLWan against diffusers v0.40.0: decode and encode over several chunks, odd sizes, tiled and not.
#include "engine/vae/video_vae.h"
#include "tests/support/seeded_weights.h"
#include "tests/support/tensor_file.h"

#include <QtTest>

#include <ATen/ATen.h>

using namespace timeripple;
using namespace timeripple::engine;
using namespace timeripple::tests;

namespace {

const std::string kData = std::string(TIMERIPPLE_SOURCE_DIR) + "/tests/data/model/";
constexpr VaeTiling kTiling{32, 32, 24, 24};  // as in make_model_fixtures.py

VaeConfig config_of(const std::string& name) {
    return VaeConfig::from_json(JsonConfig::from_file(kData + "vae_" + name + ".json"));
}

at::Tensor decode(const std::string& name, const std::string& input, at::IntArrayRef shape,
                  const std::optional<VaeTiling>& tiling, std::stop_token stop = {},
                  const VaeDecoder::OnProgress& on_progress = {}) {
    const c10::InferenceMode guard;
    SeededWeights weights;
    const VaeDecoder decoder(weights, config_of(name), at::kCPU);
    std::vector<at::Tensor> chunks;
    int count = 0;
    decoder.decode(
        seeded_values(input, shape), tiling,
        [&](const at::Tensor& frames, int first) {
            QCOMPARE(first, count);
            count += int(frames.size(1));
            chunks.push_back(frames.clone());
        },
        stop, on_progress);
    return at::cat(chunks, 1).unsqueeze(0);
}

at::Tensor encode(const std::string& name, const std::string& input, at::IntArrayRef shape,
                  const std::optional<VaeTiling>& tiling) {
    const c10::InferenceMode guard;
    SeededWeights weights;
    return VaeEncoder(weights, config_of(name), at::kCPU)
        .encode(seeded_values(input, shape, 0.5).squeeze(0), tiling, /*normalise=*/false);
}

void compare(const at::Tensor& value, const at::Tensor& golden) {
    QCOMPARE(value.sizes().vec(), golden.sizes().vec());
    const double error = relative_error(value, golden);
    qInfo("relative error %.2e", error);
    QVERIFY(error < 1e-5);
}

}  // namespace

class VideoVaeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void decodes() {
        compare(decode("wan", "latents", {1, 4, 4, 5, 3}, {}),
                read_tensors(kData + "vae_wan.safetensors").at("decoded"));
        compare(decode("other", "latents", {1, 3, 4, 5, 6}, {}),
                read_tensors(kData + "vae_other.safetensors").at("decoded"));
    }
    void encodes() {
        compare(encode("wan", "frames", {1, 3, 13, 40, 24}, {}),
                read_tensors(kData + "vae_wan.safetensors").at("encoded"));
        compare(encode("other", "frames", {1, 3, 9, 20, 28}, {}),
                read_tensors(kData + "vae_other.safetensors").at("encoded"));
    }
    void decodes_in_tiles() {
        compare(decode("wan", "tiled_latents", {1, 4, 3, 7, 5}, kTiling),
                read_tensors(kData + "vae_wan.safetensors").at("decoded_tiled"));
    }
    void encodes_in_tiles() {
        compare(encode("wan", "tiled_frames", {1, 3, 9, 56, 40}, kTiling),
                read_tensors(kData + "vae_wan.safetensors").at("encoded_tiled"));
    }
    // A picture no larger than a tile is decoded whole.
    void small_pictures_are_not_tiled() {
        const VaeTiling large{256, 256, 192, 192};
        QVERIFY(
            at::equal(decode("wan", "latents", {1, 4, 4, 5, 3}, large), decode("wan", "latents", {1, 4, 4, 5, 3}, {})));
    }
    void stops_between_latent_frames() {
        for (const std::optional<VaeTiling>& tiling : {std::optional<VaeTiling>(), std::optional<VaeTiling>(kTiling)}) {
            std::stop_source stop;
            int frames = 0;
            try {
                decode("wan", "tiled_latents", {1, 4, 3, 7, 5}, tiling, stop.get_token(), [&](int done, int total) {
                    frames = done;
                    QCOMPARE(total, tiling ? 3 * 3 * 2 : 3);
                    stop.request_stop();
                });
                QFAIL("not stopped");
            } catch (const EngineFailure& failure) {
                QCOMPARE(failure.error().code, ErrorCode::Cancelled);
            }
            QCOMPARE(frames, 1);
        }
    }
    void refuses_wan22() {
        for (const char* text :
             {R"({"is_residual":true})", R"({"patch_size":2})", R"({"_class_name":"AutoencoderKL"})"}) {
            try {
                VaeConfig::from_json(JsonConfig(text, "vae/config.json"));
                QFAIL("accepted");
            } catch (const EngineFailure& failure) {
                QCOMPARE(failure.error().code, ErrorCode::WrongModel);
            }
        }
    }
};

QTEST_APPLESS_MAIN(VideoVaeTest)
#include "tst_video_vae.moc"
