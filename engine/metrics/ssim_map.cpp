// Plain C++ and part of tr_engine_base: the window asks for maps while the engine's thread works on a clip.
#include "engine/api/ssim_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace timeripple::engine {
namespace {

constexpr int kRadius = 5;
constexpr float kC1 = float(0.01 * 255.0 * 0.01 * 255.0);
constexpr float kC2 = float(0.03 * 255.0 * 0.03 * 255.0);
constexpr float kMiddle = 128.0f;  // sums of squares are taken around it, so that floats keep their digits

std::array<float, 2 * kRadius + 1> window() {
    constexpr double kSigma = 1.5;
    std::array<float, 2 * kRadius + 1> weights{};
    double sum = 0.0;
    for (int i = -kRadius; i <= kRadius; ++i)
        sum += std::exp(-i * i / (2 * kSigma * kSigma));
    for (int i = -kRadius; i <= kRadius; ++i) {
        weights[std::size_t(i + kRadius)] = float(std::exp(-i * i / (2 * kSigma * kSigma)) / sum);
    }
    return weights;
}

// 2 1 0 | 0 1 2, as OpenCV's BORDER_REFLECT, for pictures of any size.
int reflected(int i, int size) {
    while (i < 0 || i >= size)
        i = i < 0 ? -i - 1 : 2 * size - 1 - i;
    return i;
}

void blur(std::vector<float>& image, std::vector<float>& scratch, int width, int height) {
    static const auto kWeights = window();
    std::vector<float> padded(std::size_t(width) + 2 * kRadius);
    for (int y = 0; y < height; ++y) {
        const float* row = image.data() + std::size_t(y) * width;
        for (int x = -kRadius; x < width + kRadius; ++x)
            padded[std::size_t(x + kRadius)] = row[reflected(x, width)];
        float* to = scratch.data() + std::size_t(y) * width;
        for (int x = 0; x < width; ++x) {
            float sum = 0.0f;
            for (std::size_t k = 0; k < kWeights.size(); ++k)
                sum += kWeights[k] * padded[std::size_t(x) + k];
            to[x] = sum;
        }
    }
    for (int y = 0; y < height; ++y) {
        float* to = image.data() + std::size_t(y) * width;
        std::fill(to, to + width, 0.0f);
        for (int k = -kRadius; k <= kRadius; ++k) {
            const float weight = kWeights[std::size_t(k + kRadius)];
            const float* row = scratch.data() + std::size_t(reflected(y + k, height)) * width;
            for (int x = 0; x < width; ++x)
                to[x] += weight * row[x];
        }
    }
}

}  // namespace

std::vector<float> ssim_map(const std::uint8_t* a, const std::uint8_t* b, int width, int height) {
    if (width < 1 || height < 1) return {};
    const std::size_t n = std::size_t(width) * height;
    std::vector<float> map(n, 0.0f), scratch(n), ma(n), mb(n), aa(n), bb(n), ab(n);
    for (std::size_t channel = 0; channel < 3; ++channel) {
        for (std::size_t i = 0; i < n; ++i) {
            const float va = float(a[3 * i + channel]) - kMiddle, vb = float(b[3 * i + channel]) - kMiddle;
            ma[i] = va, mb[i] = vb, aa[i] = va * va, bb[i] = vb * vb, ab[i] = va * vb;
        }
        for (auto* image : {&ma, &mb, &aa, &bb, &ab})
            blur(*image, scratch, width, height);
        for (std::size_t i = 0; i < n; ++i) {
            const float var = (aa[i] - ma[i] * ma[i]) + (bb[i] - mb[i] * mb[i]), cov = ab[i] - ma[i] * mb[i];
            const float mean_a = ma[i] + kMiddle, mean_b = mb[i] + kMiddle;
            map[i] += (2 * mean_a * mean_b + kC1) * (2 * cov + kC2) /
                      ((mean_a * mean_a + mean_b * mean_b + kC1) * (std::max(0.0f, var) + kC2)) / 3.0f;
        }
    }
    return map;
}

}  // namespace timeripple::engine
