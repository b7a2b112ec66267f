#pragma once
// What the settings mean for one step, in the words of the mechanisms: thresholds per side, axis and range of channels.

#include "engine/api/ripple_settings.h"
#include "engine/attention/snapped_attention.h"
#include "kernels/api/reuse.h"

#include <array>
#include <vector>

namespace timeripple::engine {

bool contains(const std::vector<int>& list, int value);
kernels::GroupReference reference_of(const RippleSettings& settings);

// Thresholds of one step: theta times the factors, axes that are off at 0.
kernels::LinkRule link_rule(const RippleSettings& settings, double theta, const std::array<double, kAxes>& factor);

// Rules of the forms that decide for ranges of channels.
std::vector<ChannelRule> channel_rules(const RippleSettings& settings, double theta, int head_dim);

// True where whole tokens merge, so that rows are left out; else channels are decided for apart.
inline bool merges_whole_tokens(const RippleSettings& settings) {
    return settings.granularity == Granularity::Token && settings.adversarial == AdversarialReuse::None;
}

}  // namespace timeripple::engine
