#pragma once
// One form of reuse on tensors from a file: how anybody can check the arithmetic from outside. Files: app/README.md.

#include "engine/api/reuse_stats.h"
#include "engine/api/ripple_settings.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace timeripple::engine {

struct AttentionFileRequest {
    // safetensors with q, k, v [heads, N, D], one float type (F16, BF16, F32, F64), after qk-norm and RoPE. The N rows
    // are text_before rows of text, T*Y*X video tokens (time-major), text_behind rows of text. Text is never merged.
    std::string input;
    std::array<int, kAxes> grid{0, 0, 0};  // T, Y, X
    int text_before = 0;
    int text_behind = 0;
    RippleSettings settings;      // of one call: what is carried from step to step does not apply and is refused
    std::optional<double> theta;  // the step's threshold; none: the schedule's theta_max
    // Written: out [heads, N, D] of the input's type; query_root, key_root [heads, N] I32; query_origin, key_origin
    // [heads, T*Y*X] U8 (TokenOrigin); unique_query_share, unique_key_share, score_savings, attention_savings [heads]
    // F32. Channel and group forms have a root for every channel: no root tensors, and the origin that most channels
    // have.
    std::string output;
    bool reference = false;  // also `reference` [heads, N, D] F64, from the definition, token by token: slow
    int threads = 0;         // 0: all cores
};

struct AttentionFileReport {
    int heads = 0;
    int rows = 0;  // text included
    int head_dim = 0;
    std::string type;  // "BF16"
    double theta = 0.0;
    std::vector<HeadStats> stats;  // one a head
    // Means over the heads.
    double score_savings = 0.0, attention_savings = 0.0;
    double unique_query_share = 1.0, unique_key_share = 1.0;
    double rms_against_dense = 0.0;                   // root mean square of out - dense, relative to that of dense
    std::optional<double> largest_against_reference;  // largest |out - reference|
};

// Rules that need no file: grid, settings, theta. One sentence.
Status validate(const AttentionFileRequest& request);

}  // namespace timeripple::engine
