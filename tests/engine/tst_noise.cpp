// The noise is defined to the last bit: published vectors, an independent reference, and its statistics.
#include "engine/sampling/philox.h"
#include "engine/sampling/sampler.h"
#include "tests/support/tensor_compare.h"

#include <QTest>

#include <cmath>
#include <cstring>

using namespace timeripple::engine;
using namespace timeripple::test;

namespace {

// Distance in representable numbers.
std::int64_t ulps(float a, float b) {
    const auto ordered = [](float value) {
        std::int32_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        return std::int64_t(bits < 0 ? std::int32_t(0x80000000u) - bits : bits);
    };
    return std::abs(ordered(a) - ordered(b));
}

}  // namespace

class TestNoise : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void published_vectors();
    void own_functions_equal_libm();
    void equals_independent_reference();
    void bits_are_fixed();
    void shape_and_history_do_not_matter();
    void is_normal();
};

// Known answers of Random123 for philox4x32-10.
void TestNoise::published_vectors() {
    using philox::Words;
    const std::uint32_t ones = 0xFFFFFFFFu;
    QVERIFY((philox::block(Words{0, 0, 0, 0}, {0, 0}) == Words{0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u}));
    QVERIFY((philox::block(Words{ones, ones, ones, ones}, {ones, ones}) ==
             Words{0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu}));
    QVERIFY((philox::block(Words{0x243F6A88u, 0x85A308D3u, 0x13198A2Eu, 0x03707344u}, {0xA4093822u, 0x299F31D0u}) ==
             Words{0xD16CFE09u, 0x94FDCCEBu, 0x5001E420u, 0x24126EA1u}));
}

void TestNoise::own_functions_equal_libm() {
    double worst_log = 0.0, worst_cos = 0.0;
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        const double u = (double(philox::block(3, i)[0]) + 0.5) / 4294967296.0;
        worst_log = std::max(worst_log, std::abs(philox::exact_log(u) / std::log(u) - 1.0));
        const auto [cosine, sine] = philox::exact_cos_sin(u);
        worst_cos =
            std::max({worst_cos, std::abs(cosine - std::cos(2 * M_PI * u)), std::abs(sine - std::sin(2 * M_PI * u))});
        QVERIFY(std::abs(cosine * cosine + sine * sine - 1.0) < 1e-15);
    }
    QVERIFY2(worst_log < 1e-15, qPrintable(QString::number(worst_log)));
    QVERIFY2(worst_cos < 2e-15, qPrintable(QString::number(worst_cos)));  // libm's argument 2 pi u is itself rounded
    QCOMPARE(philox::exact_log(1.0), 0.0);
}

// Computed in 80-bit arithmetic with libm: after rounding to float nearly all bits agree, none is further than one
// place.
void TestNoise::equals_independent_reference() {
    Fixture fixture("sampling", "runs");
    int different = 0;
    for (const std::uint64_t seed : {0ull, 1ull, 42ull, 0xFFFFFFFFull, 0xDEADBEEFCAFEF00Dull}) {
        const at::Tensor reference = fixture.tensor("normals_" + std::to_string(seed));
        const at::Tensor noise = make_noise(seed, reference.sizes());
        for (std::int64_t i = 0; i < reference.numel(); ++i) {
            const std::int64_t distance = ulps(noise.data_ptr<float>()[i], reference.data_ptr<float>()[i]);
            QVERIFY(distance <= 1);
            different += distance != 0;
        }
    }
    QVERIFY2(different <= 2, qPrintable(QString::number(different)));
}

// The same with GCC and Clang, optimised or not, with fused multiply-add or without; a machine that differs fails here.
void TestNoise::bits_are_fixed() {
    std::uint64_t hash = 1469598103934665603ull;  // FNV-1a over words
    for (const std::uint64_t seed : {0ull, 7ull, 0xDEADBEEFull << 20}) {
        for (std::uint64_t index = 0; index < 300'000; ++index) {
            for (const float number : philox::normals(seed, index)) {
                std::uint32_t bits = 0;
                std::memcpy(&bits, &number, sizeof(bits));
                hash = (hash ^ bits) * 1099511628211ull;
            }
        }
    }
    QCOMPARE(hash, 0x08CA245C57F93EA8ull);
}

void TestNoise::shape_and_history_do_not_matter() {
    const at::Tensor first = make_noise(9, {1, 16, 3, 5, 7});
    (void)make_noise(10, {1, 2, 3});
    const at::Tensor second = make_noise(9, {1680});
    QVERIFY(same_bits(first.view({-1}), second));
    QVERIFY(same_bits(make_noise(9, {7}), second.narrow(0, 0, 7)));
    QVERIFY(!same_bits(make_noise(9ull | 1ull << 32, {1680}), second));
}

void TestNoise::is_normal() {
    const std::int64_t count = 1 << 20;
    const at::Tensor noise = make_noise(5, {count}).to(at::kDouble);
    // Five standard errors of each moment.
    const double root = std::sqrt(double(count));
    QVERIFY(std::abs(noise.mean().item<double>()) < 5 / root);
    QVERIFY(std::abs(noise.pow(2).mean().item<double>() - 1) < 5 * std::sqrt(2.0) / root);
    QVERIFY(std::abs(noise.pow(3).mean().item<double>()) < 5 * std::sqrt(15.0) / root);
    QVERIFY(std::abs(noise.pow(4).mean().item<double>() - 3) < 5 * std::sqrt(96.0) / root);
    const at::Tensor neighbours = noise.narrow(0, 0, count - 1) * noise.narrow(0, 1, count - 1);
    QVERIFY(std::abs(neighbours.mean().item<double>()) < 5 / root);
    // Kolmogorov-Smirnov distance to the normal distribution; 1.95 / sqrt(n) is passed by chance once in a thousand.
    const at::Tensor sorted = std::get<0>(noise.sort());
    const at::Tensor normal = 0.5 * (1 + at::erf(sorted / std::sqrt(2.0)));
    const at::Tensor steps = at::arange(count, at::kDouble) / double(count);
    QVERIFY((normal - steps).abs().max().item<double>() < 1.95 / root);
}

QTEST_APPLESS_MAIN(TestNoise)
#include "tst_noise.moc"
