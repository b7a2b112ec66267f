#include "engine/attention/ripple_rules.h"

#include <algorithm>
#include <limits>

namespace timeripple::engine {

bool contains(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

kernels::GroupReference reference_of(const RippleSettings& settings) {
    return settings.reference == Reference::First ? kernels::GroupReference::First : kernels::GroupReference::Mean;
}

kernels::LinkRule link_rule(const RippleSettings& settings, double theta, const std::array<double, kAxes>& factor) {
    kernels::LinkRule rule;
    for (int axis = 0; axis < kAxes; ++axis) {
        const double axis_theta = settings.axes[axis] ? theta * factor[axis] : 0.0;
        rule.squared_theta[axis] = static_cast<float>(axis_theta * axis_theta);
    }
    rule.exempt_frames = settings.exempt_first_frame ? 1 : 0;
    return rule;
}

std::vector<ChannelRule> channel_rules(const RippleSettings& settings, double theta, int head_dim) {
    std::vector<ChannelRule> rules;
    const std::array<int, kAxes> groups = rope_groups(head_dim);
    if (settings.adversarial != AdversarialReuse::None) {
        const int chosen = static_cast<int>(settings.adversarial) - static_cast<int>(AdversarialReuse::Time);
        for (int group = 0, first = 0; group < kAxes; first += groups[group++]) {
            ChannelRule rule{first, groups[group], {}, {}};
            if (group == chosen) {
                rule.query.squared_theta[group] = rule.key.squared_theta[group] = std::numeric_limits<float>::max();
            }
            rules.push_back(rule);
        }
        return rules;
    }
    const kernels::LinkRule query = link_rule(settings, theta, settings.query_factor);
    const kernels::LinkRule key = link_rule(settings, theta, settings.key_factor);
    if (settings.granularity == Granularity::Group) {
        for (int group = 0, first = 0; group < kAxes; first += groups[group++]) {
            rules.push_back({first, groups[group], query, key});
        }
    } else {
        for (int channel = 0; channel < head_dim; ++channel) {
            rules.push_back({channel, 1, query, key});
        }
    }
    return rules;
}

}  // namespace timeripple::engine
