#pragma once
// Made-up q, k, v for tests and benchmarks: smooth fields over the token grid plus noise, so that some neighbours agree
// and some do not, as in a video.

#include "kernels/api/token_grid.h"

#include <cmath>
#include <random>
#include <vector>

namespace timeripple::testing {

// [tokens, channels]. `roughness` is the standard deviation of the independent part; the smooth part has about unit
// size.
inline std::vector<double> smooth_tokens(const kernels::TokenGrid& grid, int channels, double roughness,
                                         unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> values(static_cast<std::size_t>(grid.tokens()) * channels);
    std::vector<double> wave(static_cast<std::size_t>(channels) * 4);
    for (double& w : wave) {
        w = normal(random);
    }
    std::vector<double> local(grid.tokens());  // noise is stronger at some places than at others
    for (double& l : local) {
        l = roughness * std::abs(normal(random));
    }
    for (int token = 0; token < grid.tokens(); ++token) {
        for (int c = 0; c < channels; ++c) {
            const double* w = wave.data() + static_cast<std::size_t>(c) * 4;
            const double phase = 0.15 * w[0] * grid.position(token, 0) + 0.2 * w[1] * grid.position(token, 1) +
                                 0.2 * w[2] * grid.position(token, 2) + 3.0 * w[3];
            values[static_cast<std::size_t>(token) * channels + c] = std::sin(phase) + local[token] * normal(random);
        }
    }
    return values;
}

}  // namespace timeripple::testing
