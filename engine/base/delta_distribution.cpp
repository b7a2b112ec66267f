#include "engine/api/delta_distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeripple::engine {
namespace {

constexpr double kFirstEdge = 0.005, kLastEdge = 10.24;

// Detection, compaction, scatter and statistics in shares of dense attention: measured at 2,304 and 8,190 tokens it is
// 0.01 to 0.04 (kernels/README.md).
constexpr double kOverheadShare = 0.03;

bool contains(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

// Tokens that have a partner along one axis at least, as a share of all.
double partnered_share(const std::array<int, kAxes>& grid) {
    double roots = 1.0;
    for (const int extent : grid)
        roots *= double((extent + 1) / 2) / std::max(1, extent);
    return 1.0 - roots;
}

// Pairs of a query and a key inside the near field, as a share of all.
double near_share(const std::array<int, kAxes>& grid, const std::array<int, kAxes>& reach) {
    double share = 1.0;
    for (int axis = 0; axis < kAxes; ++axis) {
        double pairs = 0.0;
        for (int i = 0; i < grid[axis]; ++i)
            pairs += std::min(grid[axis] - 1, i + reach[axis]) - std::max(0, i - reach[axis]) + 1;
        share *= pairs / (double(grid[axis]) * grid[axis]);
    }
    return share;
}

class Forecaster {
  public:
    Forecaster(const DeltaDistribution& distribution, const RippleSettings& settings, double theta)
        : distribution_(distribution),
          settings_(settings),
          theta_(theta),
          partnered_(partnered_share(distribution.grid)) {}

    double unique_share(int layer, int head, Side side) const {
        const auto& factor = side == Side::Query ? settings_.query_factor : settings_.key_factor;
        int linked = 0;
        for (int sample = 0; sample < distribution_.samples; ++sample)
            linked += links(layer, head, side, sample, factor);
        return distribution_.samples == 0 ? 1.0 : 1.0 - partnered_ * linked / distribution_.samples;
    }

  private:
    bool links(int layer, int head, Side side, int sample, const std::array<double, kAxes>& factor) const {
        const std::size_t call = std::size_t(layer) * distribution_.heads + head;
        const std::size_t samples = distribution_.samples;
        const float* delta = &distribution_.delta[((call * 2 + int(side)) * samples + sample) * kAxes];
        const bool by_value = side == Side::Key && settings_.key_value_weight > 0.0;
        const float* value = by_value ? &distribution_.value_delta[(call * samples + sample) * kAxes] : nullptr;
        const int frame_tokens = distribution_.grid[1] * distribution_.grid[2];
        const int frame = distribution_.tokens[std::size_t(layer) * samples + sample] / frame_tokens;
        if (settings_.exempt_first_frame && frame == 0) return false;
        for (int axis = 0; axis < kAxes; ++axis) {
            const bool exempt = settings_.exempt_first_frame && axis == int(Axis::Time) && frame == 1;
            if (!settings_.axes[axis] || exempt) continue;
            double squared = double(delta[axis]) * delta[axis];
            if (value) {
                const double w = settings_.key_value_weight * settings_.key_value_weight;
                squared = (squared + w * value[axis] * value[axis]) / (1.0 + w);
            }
            const double bound = theta_ * factor[axis];
            if (squared < bound * bound) return true;  // NaN is not
        }
        return false;
    }

    const DeltaDistribution& distribution_;
    const RippleSettings& settings_;
    double theta_;
    double partnered_;
};

}  // namespace

double DeltaDistribution::bin_edge(int bin) {
    if (bin <= 0) return 0.0;
    if (bin >= kBins) return std::numeric_limits<double>::infinity();
    return kFirstEdge * std::pow(kLastEdge / kFirstEdge, double(bin - 1) / (kBins - 2));
}

void DeltaDistribution::count_samples() {
    histogram = {};
    std::array<float, kBins - 1> edges;
    for (int bin = 1; bin < kBins; ++bin)
        edges[bin - 1] = static_cast<float>(bin_edge(bin));
    for (std::size_t i = 0; i < delta.size(); ++i) {
        if (std::isnan(delta[i])) continue;
        const std::size_t side = i / (std::size_t(samples) * kAxes) % 2;
        const auto bin = std::upper_bound(edges.begin(), edges.end(), delta[i]) - edges.begin();
        ++histogram[side][i % kAxes][std::size_t(bin)];
    }
}

double DeltaDistribution::share_below(Side side, Axis axis, double theta) const {
    double below = 0.0, all = 0.0;
    for (int bin = 0; bin < kBins; ++bin) {
        const double count = histogram[int(side)][int(axis)][bin];
        const double low = bin_edge(bin), high = bin_edge(bin + 1);
        all += count;
        if (theta >= high) {
            below += count;
        } else if (theta > low && std::isfinite(high)) {
            below += count * (theta - low) / (high - low);
        }
    }
    return all > 0.0 ? below / all : 0.0;
}

std::optional<ReuseForecast> forecast(const DeltaDistribution& distribution, const RippleSettings& settings,
                                      double theta) {
    if (settings.granularity != Granularity::Token || settings.adversarial != AdversarialReuse::None) {
        return std::nullopt;
    }
    ReuseForecast result;
    const int calls = distribution.layers * distribution.heads;
    if (calls == 0 || theta <= 0.0) return result;
    const double near = settings.near_field ? near_share(distribution.grid, settings.near_reach) : 0.0;
    const double refresh = settings.carry == Carry::Nothing ? 0.0 : 1.0 / settings.refresh_steps;
    const Forecaster forecaster(distribution, settings, theta);
    double queries = 0.0, keys = 0.0, savings = 0.0;
    for (int layer = 0; layer < distribution.layers; ++layer) {
        const bool dense_layer = contains(settings.dense_layers, layer);
        for (int head = 0; head < distribution.heads; ++head) {
            double u_q = 1.0, u_k = 1.0, saved = 0.0;
            if (!dense_layer && settings.carry == Carry::Output) {
                saved = 1.0 - refresh;
            } else if (!dense_layer) {
                if (!contains(settings.dense_heads, head)) {
                    u_q = forecaster.unique_share(layer, head, Side::Query);
                    u_k = forecaster.unique_share(layer, head, Side::Key);
                }
                saved = 1.0 - u_q * u_k - 1.5 * near - refresh;
            }
            queries += u_q;
            keys += u_k;
            savings += saved;
        }
    }
    result.unique_query_share = queries / calls;
    result.unique_key_share = keys / calls;
    result.attention_savings = savings / calls;
    return result;
}

std::optional<DenseStepCost> dense_step_cost(const std::vector<StepStats>& steps) {
    const auto dense = std::find_if(steps.rbegin(), steps.rend(), [](const StepStats& step) { return step.dense; });
    if (steps.empty()) return std::nullopt;
    const StepStats& step = dense != steps.rend() ? *dense : steps.back();
    double attention = 0.0, overhead = 0.0;
    for (const LayerStats& layer : step.layers) {
        attention += layer.attention_seconds;
        overhead += layer.overhead_seconds;
    }
    DenseStepCost cost;
    cost.other_seconds = std::max(0.0, step.seconds - attention);
    cost.attention_seconds =
        step.dense ? attention : (attention - overhead) / std::max(0.02, 1.0 - step.attention_savings());
    return cost;
}

std::optional<RunForecast> forecast_run(const DeltaDistribution& distribution, AttentionMode mode,
                                        const RippleSettings& settings, const DenseStepCost& cost, int from_step) {
    RunForecast result;
    const int count = distribution.steps - from_step + 1;
    for (int step = from_step; step <= distribution.steps; ++step) {
        const double theta =
            mode == AttentionMode::Ripple ? settings.schedule.threshold(step, distribution.steps) : 0.0;
        const auto reuse = theta > 0.0 ? forecast(distribution, settings, theta) : ReuseForecast{};
        if (!reuse) return std::nullopt;
        const double attention = theta > 0.0 ? 1.0 - reuse->attention_savings + kOverheadShare : 1.0;
        result.attention_savings += reuse->attention_savings / count;
        result.seconds += cost.other_seconds + attention * cost.attention_seconds;
        result.dense_seconds += cost.other_seconds + cost.attention_seconds;
    }
    return result;
}

}  // namespace timeripple::engine
