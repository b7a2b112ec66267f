// PSNR and SSIM against goldens of scikit-image (Gaussian window, sigma 1.5, population covariance).
#include "engine/metrics/frame_quality.h"
#include "tests/support/seeded_weights.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

using namespace timeripple::engine;
using namespace timeripple::tests;

namespace {

FrameSequence blank() {
    FrameSequence sequence;
    sequence.frames = 3;
    sequence.height = 40;
    sequence.width = 52;
    sequence.rgb.resize(3 * sequence.frame_bytes());
    return sequence;
}

// As in make_quality_goldens.py: a ramp (factor 1) or a constant, plus seeded noise.
FrameSequence picture(bool ramp, double amplitude, const std::string& noise) {
    FrameSequence sequence = blank();
    for (std::size_t i = 0; i < sequence.rgb.size(); ++i) {
        const std::size_t c = i % 3, x = i / 3 % 52, y = i / 3 / 52 % 40, f = i / 3 / 52 / 40;
        const double base = ramp ? double((f * 31 + y * 5 + x * 3 + c * 70) % 256) : 128.0;
        const double value = base + amplitude * double(uniform(fnv1a(noise), i));
        sequence.rgb[i] = std::uint8_t(std::floor(std::min(255.0, std::max(0.0, value))));
    }
    return sequence;
}

}  // namespace

class FrameQualityTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void equals_scikit_image() {
        std::ifstream in(std::string(TIMERIPPLE_SOURCE_DIR) + "/tests/data/model/quality.json");
        const nlohmann::json goldens = nlohmann::json::parse(in);
        const FrameSequence reference = picture(true, 0.0, "none");
        for (const char* name : {"noisy", "other"}) {
            const FrameSequence candidate =
                std::string(name) == "noisy" ? picture(true, 40.0, "quality") : picture(false, 200.0, "other");
            const Result<ClipQuality> quality = frame_quality(reference, candidate);
            QVERIFY(quality.ok());
            for (std::size_t frame = 0; frame < 3; ++frame) {
                QVERIFY(std::abs(quality->psnr_db[frame] - goldens[name]["psnr"][frame].get<double>()) < 1e-9);
                QVERIFY(std::abs(quality->ssim[frame] - goldens[name]["ssim"][frame].get<double>()) < 1e-7);
            }
            QVERIFY(std::abs(quality->mean_psnr_db - goldens[name]["mean_psnr"].get<double>()) < 1e-9);
            QCOMPARE(quality->psnr_db[std::size_t(quality->worst_frame)], quality->worst_psnr_db);
        }
    }
    void identical_frames() {
        const FrameSequence reference = picture(true, 0.0, "none");
        const Result<ClipQuality> quality = frame_quality(reference, reference);
        QVERIFY(quality.ok());
        QCOMPARE(quality->mean_psnr_db, ClipQuality::kIdenticalDb);
        QVERIFY(std::abs(quality->mean_ssim - 1.0) < 1e-12);
    }
    void refuses_other_sizes() {
        FrameSequence small = blank();
        small.frames = 2;
        const Result<ClipQuality> quality = frame_quality(blank(), small);
        QVERIFY(!quality.ok());
        QCOMPARE(quality.error().code, ErrorCode::BadRequest);
        QVERIFY(!frame_quality({}, {}).ok());
    }
};

QTEST_APPLESS_MAIN(FrameQualityTest)
#include "tst_frame_quality.moc"
