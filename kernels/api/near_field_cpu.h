#pragma once
// The near field of compacted attention, exact: each query sees the keys of its own neighbourhood unmerged, the rest
// merged. Given the merged output O and the log of its row sum L, with p = e^(s - L) of the true rows and p' = e^(s' -
// L) of the merged ones, summed over the neighbourhood:
//
//   out_i = (O + sum (p_ij - p'_ij) v_j) / (1 + sum (p_ij - p'_ij))
//
// which equals attention with true scores inside the neighbourhood and merged scores outside. Where nothing was merged
// the sums are 0 and the output keeps its bits.

#include "kernels/api/reuse_cpu.h"

#include <array>

namespace timeripple::kernels {

template <typename T>
struct NearFieldInput {
    Rows<const T> q, k, v;             // one head: video tokens, channels
    Rows<const T> merged_q, merged_k;  // rows of the groups
    const TokenGroups* queries = nullptr;
    const TokenGroups* keys = nullptr;
    // Natural log of the row sum with counts, of every query group; fp64 for fp64 input, else fp32.
    const void* log_sum = nullptr;
    int channels = 0;
    TokenGrid grid;
    std::array<int, kAxes> reach{1, 2, 2};  // tokens to either side along time, y, x
};

// Pairs of a query and a key of its neighbourhood, over the whole grid.
long long near_pairs(const TokenGrid& grid, const std::array<int, kAxes>& reach);

// Corrects rows [begin, end) of `out`, which hold the merged outputs.
template <typename T>
void add_near_field(const NearFieldInput<T>& input, int begin, int end, Rows<T> out);

}  // namespace timeripple::kernels
