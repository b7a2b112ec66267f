#pragma once
// Attention reuse with LibTorch's operators on any device: what a GPU does where our kernels do not serve. Whole tokens
// are compacted (head by head, or all heads in one padded batch); ranges of channels are snapped and attended to in
// full.

#include "engine/attention/compacted_attention.h"
#include "engine/attention/tensor_groups.h"

#include <ATen/core/Tensor.h>

#include <stop_token>
#include <vector>

namespace timeripple::engine {

struct TensorReuseRule {
    std::vector<ChannelRule> ranges;  // one of all channels where whole tokens merge
    std::vector<int> dense_heads;
    double value_weight = 0.0;
    kernels::GroupReference reference = kernels::GroupReference::Mean;
    NearField near_field;
};

// Heads of a compacted call: each alone, or together in one padded batch.
enum class HeadBatching { PerHead, Padded };

struct TensorReuseResult {
    at::Tensor out;  // [1, heads, N, head_dim], laid out [N, heads, head_dim]
    TensorGroups queries, keys;
};

// q, k, v [1, heads, N, head_dim]. Reads the number of groups on the host, so a GPU waits once a call.
TensorReuseResult compacted_with_tensors(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                         const kernels::TokenGrid& grid, const TensorReuseRule& rule,
                                         HeadBatching batching, const std::stop_token& stop);
TensorReuseResult snapped_with_tensors(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                       const kernels::TokenGrid& grid, const TensorReuseRule& rule);

}  // namespace timeripple::engine
