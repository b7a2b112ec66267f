#pragma once
// Rotary position tables of Wan's self-attention over the token grid.

#include "kernels/api/token_grid.h"

#include <ATen/core/Tensor.h>

namespace timeripple::engine {

struct RopeTables {
    at::Tensor cosine;  // fp32 [tokens, head_dim / 2]
    at::Tensor sine;
};

// The head's channels are split over t, y, x as t = rest, y = x = 2 * (head_dim / 6); angles in fp64, stored in fp32;
// theta 10000, positions from 0.
RopeTables make_rope_tables(const kernels::TokenGrid& grid, int head_dim, at::Device device);

}  // namespace timeripple::engine
