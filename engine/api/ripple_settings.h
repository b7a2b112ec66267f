#pragma once
// Settings of TimeRipple attention (arXiv 2511.12035): which partial attention scores are reused. One value type, versioned
// JSON, part of every recipe. Definitions: engine/attention/README.md.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/api/result.h"

namespace timeripple::engine {

// Axes of the token grid T x Y x X, in this order everywhere.
enum class Axis { Time = 0, Y = 1, X = 2 };
inline constexpr int kAxes = 3;

// What the decision to reuse is taken for.
enum class Granularity { Token, Group, Channel };
// Which value stands for a group of linked tokens.
enum class Reference { Mean, First };

// What is carried from step to step instead of being computed anew; refreshed every `refresh_steps` accelerated steps.
enum class Carry {
    Nothing,
    Residual,  // the error of merging: a refresh computes dense and merged, the steps between add dense - merged
    Output     // the output of attention itself (as PAB): a rival form, for comparison; thresholds are not used
};
// The paper's demonstration of what the RoPE groups are for: in one group of channels every token at an odd position along
// that group's axis copies its even neighbour, whatever their Delta. Not a way to save time.
enum class AdversarialReuse { None, Time, Y, X };

// theta_i over the denoising steps i (1-based) of n: dense for i <= i_min, a straight line from theta_min at i_min to
// theta_max at i_max, theta_max after that; the last step is dense if last_step_dense (the paper's Eq. 4).
struct ThresholdSchedule {
    double theta_min = 0.2;
    double theta_max = 0.4;
    int i_min = 6;
    int i_max = 12;
    bool last_step_dense = true;

    // 0 means: this step is dense.
    double threshold(int step, int steps) const;
    bool operator==(const ThresholdSchedule&) const = default;
};

struct RippleSettings {
    static constexpr int kVersion = 1;

    Granularity granularity = Granularity::Token;
    Reference reference = Reference::Mean;
    std::array<bool, kAxes> axes{true, true, true};
    ThresholdSchedule schedule;
    // Factors on the step's threshold, for queries and keys apart and per axis. 0 switches that side or axis off.
    std::array<double, kAxes> query_factor{1.0, 1.0, 1.0};
    std::array<double, kAxes> key_factor{1.0, 1.0, 1.0};
    bool exempt_first_frame = false;   // tokens of latent frame 0 are never merged
    std::vector<int> dense_layers;     // these transformer blocks stay dense
    std::vector<int> dense_heads;      // these heads stay dense, in every layer
    // w of value-aware keys: two keys merge only if their values agree too,
    // Delta^2 = (Delta_k^2 + w^2 Delta_v^2) / (1 + w^2). 0: keys alone. Token granularity only.
    double key_value_weight = 0.0;
    // Keys within near_reach tokens of a query along each axis are seen exactly, the rest merged. Token granularity only.
    bool near_field = false;
    std::array<int, kAxes> near_reach{1, 2, 2};
    Carry carry = Carry::Nothing;
    int refresh_steps = 6;
    AdversarialReuse adversarial = AdversarialReuse::None;

    bool operator==(const RippleSettings&) const = default;
};

// One sentence per violated rule; Status carries the first.
Status validate(const RippleSettings& settings);

// Bytes that the settings carry from step to step; 0 where they carry nothing. `passes`: 2 with classifier-free guidance.
std::uint64_t carried_bytes(const RippleSettings& settings, int layers, std::uint64_t tokens, int channels,
                            int bytes_per_value, int passes);

// Versioned JSON. from_json tolerates unknown keys, refuses a newer version and wrong types with a sentence.
std::string to_json(const RippleSettings& settings);
Result<RippleSettings> ripple_settings_from_json(const std::string& text);

}  // namespace timeripple::engine
