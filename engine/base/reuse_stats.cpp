#include "engine/api/reuse_stats.h"

namespace timeripple::engine {
namespace {

float mean_over_heads(const std::vector<LayerStats>& layers, float HeadStats::*member) {
    double sum = 0.0;
    std::size_t count = 0;
    for (const auto& layer : layers) {
        for (const auto& head : layer.heads)
            sum += head.*member;
        count += layer.heads.size();
    }
    return count ? static_cast<float>(sum / double(count)) : 0.0f;
}

}  // namespace

float StepStats::score_savings() const {
    return mean_over_heads(layers, &HeadStats::score_savings);
}

float StepStats::attention_savings() const {
    return mean_over_heads(layers, &HeadStats::attention_savings);
}

}  // namespace timeripple::engine
