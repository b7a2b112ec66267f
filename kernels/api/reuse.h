#pragma once
// What the CPU and the CUDA side of attention reuse share: the rule by which tokens link, and the words for its result.
// Definitions: engine/attention/README.md.

#include "kernels/api/token_grid.h"

namespace timeripple::kernels {

// Which value stands for a group of linked tokens.
enum class GroupReference { Mean, First };

// When tokens of one side (queries or keys) of one head link. Delta is compared squared.
struct LinkRule {
    float squared_theta[kAxes] = {0.0f, 0.0f, 0.0f};  // per axis; 0 switches the axis off
    int exempt_frames = 0;  // tokens of the first frames are never merged: they neither link nor are linked to
};

// How a token was obtained, as recorded: 0 computed, 1 + axis reused along that axis. The link of a token is this minus
// one.
inline constexpr int kOrigins = 1 + kAxes;

// Most tokens that one group can hold: a 2x2x2 cell.
inline constexpr int kMaxGroup = 8;

}  // namespace timeripple::kernels
