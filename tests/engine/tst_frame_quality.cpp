// PSNR and SSIM against goldens of scikit-image (Gaussian window, sigma 1.5, population covariance).
#include "engine/metrics/frame_quality.h"

#include "engine/api/ssim_map.h"
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
    // The window's map and the engine's number are two programs for one formula.
    void map_agrees_with_the_number() {
        const FrameSequence reference = picture(true, 0.0, "none"), candidate = picture(true, 40.0, "quality");
        const Result<ClipQuality> quality = frame_quality(reference, candidate);
        QVERIFY(quality.ok());
        constexpr int kBorder = 5;  // left out of the number, where the window does not fit
        for (int frame = 0; frame < reference.frames; ++frame) {
            const auto map = ssim_map(reference.frame(frame), candidate.frame(frame), reference.width, reference.height);
            QCOMPARE(map.size(), std::size_t(reference.width) * std::size_t(reference.height));
            double sum = 0.0;
            int count = 0;
            for (int y = kBorder; y < reference.height - kBorder; ++y) {
                for (int x = kBorder; x < reference.width - kBorder; ++x, ++count) sum += map[std::size_t(y) * 52 + x];
            }
            // Single precision here, double there.
            QVERIFY2(std::abs(sum / count - quality->ssim[std::size_t(frame)]) < 2e-5,
                     qPrintable(QString::number(sum / count - quality->ssim[std::size_t(frame)])));
        }
        for (float value : ssim_map(reference.frame(0), reference.frame(0), 52, 40)) QVERIFY(std::abs(value - 1.0f) < 1e-4f);
        QCOMPARE(ssim_map(reference.frame(0), candidate.frame(0), 2, 1).size(), std::size_t(2));  // smaller than the window
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
