#pragma once
// Links and groups with LibTorch's operators: on any device, any precision, whole tokens or ranges of channels. What a
// GPU does where our kernels do not serve a shape or a form. Sums have a fixed order: equal runs give equal bits.
// Definitions: engine/attention/README.md. Tensors of rows are [heads, N, head_dim], N the grid's tokens.

#include "engine/attention/snapped_attention.h"
#include "kernels/api/reuse.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace timeripple::engine {

// One side. `ranges` R: 1 where whole tokens merge.
struct TensorGroups {
    at::Tensor link;   // int8 [heads, N, R]: axis or -1
    at::Tensor root;   // int64 [heads, N, R]: token that the group is numbered by
    at::Tensor count;  // fp32 [heads, N, R]: tokens of the group, at its root; 0 elsewhere
    // Where whole tokens merge: the smallest Delta^2 over the axes that are on, NaN without a partner. fp32 [heads, N]
    at::Tensor squared_delta;
};

struct TensorGroupRule {
    std::vector<ChannelRule> ranges;  // `query` or `key` of each is taken by `side`
    Side side = Side::Query;
    std::vector<int> dense_heads;
    double value_weight = 0.0;  // > 0: value-aware, with `values`
};

TensorGroups find_tensor_groups(const at::Tensor& rows, const at::Tensor& values, const kernels::TokenGrid& grid,
                                const TensorGroupRule& rule);

// Sum over each group at its root, 0 elsewhere: fp32 [heads, N, head_dim].
at::Tensor group_sums(const at::Tensor& rows, const TensorGroups& groups, const kernels::TokenGrid& grid,
                      const std::vector<ChannelRule>& ranges);
// The reference of each group at its root, in the type of the rows; anything elsewhere.
at::Tensor group_references(const at::Tensor& rows, const TensorGroups& groups, const kernels::TokenGrid& grid,
                            const std::vector<ChannelRule>& ranges, kernels::GroupReference reference);
// Every token gets what its root has.
at::Tensor spread_from_roots(const at::Tensor& at_roots, const TensorGroups& groups,
                             const std::vector<ChannelRule>& ranges);

}  // namespace timeripple::engine
