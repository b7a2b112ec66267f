#pragma once
// What the fake engine claims to have measured. Deterministic.

#include "engine/api/delta_distribution.h"

namespace timeripple::engine {

inline constexpr int kFakeLayers = 4;
inline constexpr int kFakeHeads = 3;

// A small integer hash (xorshift-multiply), so that "random" values are the same everywhere.
std::uint32_t hash32(std::uint64_t x);

// `request` with the attention that holds in this step.
StepStats make_stats(const GenerationRequest& request, int step);
TokenMapPtr make_map(const GenerationRequest& request, int step);
// Delta along time is smallest, and grows a little with every step.
DeltaDistributionPtr make_distribution(const GenerationRequest& request, int step);

}  // namespace timeripple::engine
