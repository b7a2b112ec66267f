#pragma once
// Statistics of reuse as sums on the device: every call adds, nothing is read on the host. The caller clears the sums
// at the beginning of a step and copies them at its end, asynchronously. Sums are of integers but for token_delta,
// whose order is fixed: equal runs give equal bits.

#include "kernels/api/reuse_mask.h"

namespace timeripple::kernels {

inline constexpr int kDeltaBins = 64;
// Counters of one layer and head, summed over calls; [kHeadCounters].
inline constexpr int kCalls = 0;
inline constexpr int kQueryGroups = 1;   // u_q = kQueryGroups / (kCalls * tokens)
inline constexpr int kKeyGroups = 2;     // u_k
inline constexpr int kGroupPairs = 3;    // sum of query groups * key groups: attention done, of kCalls * tokens^2
inline constexpr int kQueryOrigins = 4;  // [kOrigins] video tokens by origin (kernels/api/reuse.h)
inline constexpr int kKeyOrigins = kQueryOrigins + kOrigins;
inline constexpr int kHeadCounters = kKeyOrigins + kOrigins;

struct ReuseStatisticsParams {
    int heads = 0;
    int tokens = 0;
    int video_begin = 0;
    TokenGrid grid;
    // Of one call, from detect and scan.
    const std::uint8_t* link = nullptr;         // [2, heads, tokens]
    const int* groups = nullptr;                // [2, heads]
    const std::uint16_t* edge_delta = nullptr;  // ReuseMaskParams::edge_delta; null: no Delta statistics
    int enabled_axes[kSides] = {7, 7};          // bit a: axis a counts for a token's smallest Delta

    // Added to; any may be null. "video" is the tokens of the grid.
    std::uint64_t* head_counters = nullptr;    // [heads, kHeadCounters]: the call's layer
    std::uint32_t* token_origins = nullptr;    // [2, kOrigins, video]: heads in which the token had the origin
    std::uint32_t* token_merged = nullptr;     // [2, video]: sum over heads of the number of tokens in its group
    float* token_delta = nullptr;              // [2, video]: sum over heads of the smallest Delta over enabled axes;
                                               // a token without a partner on any of them is left as it is
    std::uint32_t* delta_histogram = nullptr;  // [2, kAxes, kDeltaBins] tokens with a partner on the axis, all heads
    // Where the bins begin, ascending, the first at 0; the last bin has no end. Read for delta_histogram alone.
    float bin_edges[kDeltaBins] = {};
};

bool supports_reuse_statistics(const ReuseStatisticsParams& params) noexcept;
GpuError launch_reuse_statistics(const ReuseStatisticsParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
