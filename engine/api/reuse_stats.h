#pragma once
// What attention reuse did, as numbers and as a map of tokens. Three savings are kept apart and never mixed:
// score savings (the paper's estimate), attention savings (all multiply-adds really left out), measured speed-up.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/api/ripple_settings.h"

namespace timeripple::engine {

// How a token's query or key was obtained.
enum class TokenOrigin : std::uint8_t { Computed = 0, AlongTime = 1, AlongY = 2, AlongX = 3 };
inline constexpr int kOrigins = 4;
enum class Side { Query = 0, Key = 1 };

// One self-attention call of one head, mean over cond and uncond passes.
struct HeadStats {
    float unique_query_share = 1.0f;  // u_q: share of query tokens that are computed
    float unique_key_share = 1.0f;    // u_k
    float score_savings = 0.0f;       // 1 - mean over channels of u_q(c) u_k(c); the paper's estimate
    float attention_savings = 0.0f;   // 1 - multiply-adds done / dense multiply-adds, QK^T and PV
    std::array<float, kOrigins> query_origin{1, 0, 0, 0};  // shares by TokenOrigin, sum 1
    std::array<float, kOrigins> key_origin{1, 0, 0, 0};
};

struct LayerStats {
    float attention_seconds = 0.0f;  // wall-clock of this layer's self-attention, all heads, cond and uncond
    float overhead_seconds = 0.0f;   // of which: detection, compaction, scatter, statistics
    std::vector<HeadStats> heads;
};

struct StepStats {
    int step = 0;       // 1-based
    int steps = 0;
    double threshold = 0.0;  // 0 in a dense step
    bool dense = true;       // a dense request or a guard step of the schedule
    double seconds = 0.0;    // wall-clock of the whole step: both passes and the scheduler
    std::vector<LayerStats> layers;

    // Means over layers and heads.
    float score_savings() const;
    float attention_savings() const;
};

// Per-token origin of one step. The token grid is T x Y x X, time-major.
struct TokenMap {
    int step = 0;
    std::array<int, 3> grid{0, 0, 0};
    int layers = 0;
    int heads = 0;
    // Share (0..255) of all layers and heads in which a token had an origin: [2 sides][kOrigins][T*Y*X].
    std::vector<std::uint8_t> mean_share;
    // TokenOrigin of every token: [layers][heads][2 sides][T*Y*X]; empty where it would pass kMaxMapBytes.
    std::vector<std::uint8_t> origin;
    // [2 sides][T*Y*X], means over layers, heads and passes that merge whole tokens: the smallest Delta of a token to its
    // neighbours over the axes that are on (NaN where it has none), and how many tokens its group holds.
    // Empty where the form merges no whole tokens.
    std::vector<float> mean_delta;
    std::vector<float> mean_merged;
    // The same Delta of single layers and heads, of the pass with the prompt, as delta_code() has it:
    // [layers][heads][2 sides][T*Y*X]. Empty where the form merges no whole tokens and where keeps_delta() says no.
    std::vector<std::uint8_t> delta;

    static constexpr std::size_t kMaxMapBytes = 64u << 20;
    static constexpr std::size_t kMaxDeltaBytes = 128u << 20;  // of a run
    static constexpr bool keeps_delta(std::size_t bytes_of_step, int steps) {
        return bytes_of_step <= kMaxMapBytes && bytes_of_step * std::size_t(steps) <= kMaxDeltaBytes;
    }
    std::size_t tokens() const { return std::size_t(grid[0]) * grid[1] * grid[2]; }
    std::size_t bytes() const {
        return mean_share.size() + origin.size() + delta.size() + sizeof(float) * (mean_delta.size() + mean_merged.size());
    }
};

using TokenMapPtr = std::shared_ptr<const TokenMap>;

}  // namespace timeripple::engine
