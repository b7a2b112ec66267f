#include "tests/support/fake_measurements.h"

#include "engine/api/delta_code.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeripple::engine {

// A small integer hash (xorshift-multiply), so that "random" values are the same everywhere.
std::uint32_t hash32(std::uint64_t x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    x ^= x >> 33;
    return static_cast<std::uint32_t>(x);
}

StepStats make_stats(const GenerationRequest& request, int step) {
    StepStats stats;
    stats.step = step;
    stats.steps = request.steps;
    stats.threshold =
        request.attention == AttentionMode::Ripple ? request.ripple.schedule.threshold(step, request.steps) : 0.0;
    stats.dense = stats.threshold == 0.0;
    stats.layers.resize(kFakeLayers);
    for (int l = 0; l < kFakeLayers; ++l) {
        auto& layer = stats.layers[l];
        layer.heads.resize(kFakeHeads);
        for (int h = 0; h < kFakeHeads && !stats.dense; ++h) {
            auto& head = layer.heads[h];
            const float spread = float(hash32(step * 1000 + l * 10 + h) % 200) / 1000.0f;
            head.unique_query_share = std::clamp(1.0f - float(stats.threshold) - spread, 0.1f, 1.0f);
            head.unique_key_share = std::clamp(1.0f - float(stats.threshold) - 0.5f * spread, 0.1f, 1.0f);
            head.score_savings = 1.0f - head.unique_query_share * head.unique_key_share;
            head.attention_savings = head.score_savings;
            const float q = 1.0f - head.unique_query_share, k = 1.0f - head.unique_key_share;
            head.query_origin = {head.unique_query_share, 0.5f * q, 0.3f * q, 0.2f * q};
            head.key_origin = {head.unique_key_share, 0.6f * k, 0.2f * k, 0.2f * k};
        }
        layer.attention_seconds = stats.dense ? 0.004f : 0.002f;
        layer.overhead_seconds = stats.dense ? 0.0f : 0.0002f;
    }
    stats.seconds = stats.dense ? 0.04 : 0.02;
    return stats;
}

TokenMapPtr make_map(const GenerationRequest& request, int step) {
    auto map = std::make_shared<TokenMap>();
    map->step = step;
    map->grid = {latent_frames(request.frames), request.height / 16, request.width / 16};
    map->layers = kFakeLayers;
    map->heads = kFakeHeads;
    const std::size_t n = map->tokens();
    const std::size_t calls = std::size_t(map->layers) * map->heads;
    map->origin.resize(calls * 2 * n);
    std::vector<std::uint32_t> counts(2 * kOrigins * n);
    for (std::size_t call = 0; call < calls; ++call) {
        for (std::size_t side = 0; side < 2; ++side) {
            for (std::size_t t = 0; t < n; ++t) {
                const std::size_t origin = hash32(step * 7919 + call * 104729 + side * 31 + t / 2 * 2) % kOrigins;
                map->origin[(call * 2 + side) * n + t] = static_cast<std::uint8_t>(origin);
                ++counts[(side * kOrigins + origin) * n + t];
            }
        }
    }
    map->mean_share.resize(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        map->mean_share[i] = static_cast<std::uint8_t>((counts[i] * 255 + calls / 2) / calls);
    }
    // Every eighth token stands alone in its cell's corner and has no partner, as where the grid is odd.
    for (std::size_t i = 0; i < 2 * n; ++i) {
        const float delta = 0.05f + float(hash32(step * 31 + i) % 1000) / 1000.0f * 0.6f;
        map->mean_delta.push_back(i % 8 == 7 ? std::numeric_limits<float>::quiet_NaN() : delta);
        map->mean_merged.push_back(1.0f + 7.0f * std::max(0.0f, 1.0f - delta / 0.5f));
    }
    for (std::size_t call = 0; call < calls; ++call) {
        for (std::size_t i = 0; i < 2 * n; ++i) {
            // Heads differ by a factor whose mean is 1.
            const float delta = map->mean_delta[i] * (0.5f + (float(call) + 0.5f) / float(calls));
            map->delta.push_back(delta_code(delta * delta));
        }
    }
    return map;
}

DeltaDistributionPtr make_distribution(const GenerationRequest& request, int step) {
    auto distribution = std::make_shared<DeltaDistribution>();
    distribution->step = step;
    distribution->steps = request.steps;
    distribution->grid = {latent_frames(request.frames), request.height / 16, request.width / 16};
    distribution->layers = kFakeLayers;
    distribution->heads = kFakeHeads;
    distribution->samples = 32;
    const auto& grid = distribution->grid;
    const int tokens = grid[0] * grid[1] * grid[2];
    for (int i = 0; i < kFakeLayers * distribution->samples; ++i)
        distribution->tokens.push_back(int(hash32(i) % std::uint32_t(tokens)));
    const auto one = [&](std::uint64_t key, int token, int axis) {
        const std::array<int, kAxes> position{token / (grid[1] * grid[2]), token / grid[2] % grid[1], token % grid[2]};
        if (position[axis] % 2 == 0) return std::numeric_limits<float>::quiet_NaN();
        const double u = (hash32(key * 97 + step * 1000003ULL) % 10000 + 0.5) / 10000.0;
        return static_cast<float>((0.2 + 0.1 * axis) * (1.0 + 0.01 * step) * std::sqrt(-std::log(u)));
    };
    std::uint64_t key = 0;
    for (int layer = 0; layer < kFakeLayers; ++layer) {
        const auto add = [&](std::vector<float>& values) {
            for (int sample = 0; sample < distribution->samples; ++sample) {
                for (int axis = 0; axis < kAxes; ++axis)
                    values.push_back(
                        one(++key, distribution->tokens[std::size_t(layer * distribution->samples + sample)], axis));
            }
        };
        for (int head = 0; head < kFakeHeads; ++head) {
            add(distribution->delta);
            add(distribution->delta);
            add(distribution->value_delta);
        }
    }
    distribution->count_samples();
    return distribution;
}

}  // namespace timeripple::engine
