#pragma once
// The mechanism of ripple attention on the CPU: for every head groups of linked tokens, compaction, LibTorch's
// attention over the compacted rows with log(count) on the scores, scatter. Policy (which step, which layer, what
// threshold) is above it.

#include "engine/attention/attention_backend.h"
#include "kernels/api/reuse_cpu.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <stop_token>
#include <vector>

namespace timeripple::engine {

// How one head is grouped. Thresholds of 0 leave it dense, bit for bit.
struct HeadRule {
    kernels::LinkRule query, key;
    float value_weight = 0.0f;  // > 0: value-aware keys
    kernels::GroupReference reference = kernels::GroupReference::Mean;
};

// Keys within `reach` tokens of a query along time, y and x are seen unmerged by the true query.
struct NearField {
    bool exact = false;
    std::array<int, kernels::kAxes> reach{1, 2, 2};
};

// Keeps scratch memory between calls; one object per run. Uses LibTorch's threads.
class CompactedAttention {
  public:
    // q, k, v [1, heads, N, head_dim] in fp32, bf16 or fp64, N the grid's tokens and the text, one rule per head. The
    // near field wants no text. Returns a tensor of the same shape, its rows laid out [N, heads, head_dim]; garbage
    // where `stop` was requested.
    at::Tensor run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                   const TextRows& text, const std::vector<HeadRule>& rules, const NearField& near_field,
                   const std::stop_token& stop);

    // Of the last run.
    const kernels::TokenGroups& queries(int head) const { return queries_[head]; }
    const kernels::TokenGroups& keys(int head) const { return keys_[head]; }
    // Wall-clock that went into detection, compaction and scatter.
    double overhead_seconds() const { return overhead_seconds_; }

  private:
    template <typename T>
    void run_typed(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                   const TextRows& text, const std::vector<HeadRule>& rules, const NearField& near_field,
                   const std::stop_token& stop, const at::Tensor& out);
    template <typename T>
    void correct_near_field(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const kernels::TokenGrid& grid, const NearField& near_field, const std::stop_token& stop,
                            const at::Tensor& out);

    std::vector<kernels::TokenGroups> queries_, keys_;  // [heads]
    // q', k', v' [3, heads, N, head_dim] and log counts [heads, N]: the size of the worst case, of which only the pages
    // that are written take memory.
    at::Tensor scratch_, bias_;
    at::Tensor log_sum_;  // [heads, N], only for the near field
    double overhead_seconds_ = 0.0;
};

}  // namespace timeripple::engine
