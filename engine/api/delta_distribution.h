#pragma once
// The measured distribution of Delta in one step, so that a threshold can be chosen by sight, and what a threshold
// would save. Delta: engine/attention/README.md. From a sample of the tokens of every layer and head; all forecasts are
// estimates.

#include "engine/api/generation_request.h"
#include "engine/api/reuse_stats.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace timeripple::engine {

struct DeltaDistribution {
    int step = 0;
    int steps = 0;
    std::array<int, kAxes> grid{0, 0, 0};
    int layers = 0;
    int heads = 0;

    // Pairs of neighbours by Delta, over all layers and heads: [side][axis][bin]. Bin b holds [bin_edge(b),
    // bin_edge(b+1)).
    static constexpr int kBins = 64;
    std::array<std::array<std::array<std::uint32_t, kBins>, kAxes>, 2> histogram{};
    // 0, then a geometric row from 0.005 to 10.24; the last bin has no upper end (bin_edge(kBins) is infinite).
    static double bin_edge(int bin);

    // The sample itself. Its tokens have a partner along one axis at least; those of a layer are the same in all its
    // heads.
    int samples = 0;                   // tokens of a layer
    std::vector<std::int32_t> tokens;  // [layers][samples]
    // Delta to the partner along each axis, NaN where there is none: [layers][heads][2 sides][samples][kAxes].
    std::vector<float> delta;
    // The same of the raw values, for value-aware keys: [layers][heads][samples][kAxes].
    std::vector<float> value_delta;

    // Share of the pairs along an axis whose Delta is below theta; 0 where there are no pairs.
    double share_below(Side side, Axis axis, double theta) const;
    // Fills the histogram from `delta`.
    void count_samples();
};
using DeltaDistributionPtr = std::shared_ptr<const DeltaDistribution>;

// What merging whole tokens at one threshold would give in a step of this distribution. Means over layers and heads;
// the savings are over whole refresh periods where something is carried.
struct ReuseForecast {
    double unique_query_share = 1.0;
    double unique_key_share = 1.0;
    double attention_savings = 0.0;
};
// Nothing for the forms that do not merge whole tokens (granularity group or channel, adversarial), which save no time.
std::optional<ReuseForecast> forecast(const DeltaDistribution& distribution, const RippleSettings& settings,
                                      double theta);

// Seconds of a dense step, by part, as far as measured steps tell.
struct DenseStepCost {
    double attention_seconds = 0.0;
    double other_seconds = 0.0;
};
// From the latest dense step, or reckoned back from the latest accelerated one; nothing without steps.
std::optional<DenseStepCost> dense_step_cost(const std::vector<StepStats>& steps);

// Steps `from_step` to the last under these settings, Delta staying as it is.
struct RunForecast {
    double attention_savings = 0.0;  // mean over these steps, dense ones included
    double seconds = 0.0;            // of these steps
    double dense_seconds = 0.0;      // of the same steps without reuse
};
std::optional<RunForecast> forecast_run(const DeltaDistribution& distribution, AttentionMode mode,
                                        const RippleSettings& settings, const DenseStepCost& cost, int from_step);

}  // namespace timeripple::engine
