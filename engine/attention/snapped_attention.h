#pragma once
// The paper's finer forms: whether a value is reused is decided for ranges of channels (a RoPE group, or single
// channels), and for the tokens of a range as for whole tokens. Rows cannot be left out then, so this is the arithmetic
// of the form, dense attention over snapped q and k: for quality and savings by count, not for speed.

#include "engine/api/reuse_stats.h"
#include "engine/attention/attention_backend.h"
#include "kernels/api/reuse_cpu.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <stop_token>
#include <vector>

namespace timeripple::engine {

// Channels [first, first + count) and when their tokens link.
struct ChannelRule {
    int first = 0;
    int count = 0;
    kernels::LinkRule query, key;
};

// Channels of the RoPE groups t, y, x of Wan: 44/42/42 of 128.
std::array<int, kAxes> rope_groups(int head_dim);

class SnappedAttention {
  public:
    // Shapes as CompactedAttention::run. `rules` cover all channels and hold for every head but the `dense_heads`.
    at::Tensor run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                   const std::vector<ChannelRule>& rules, const std::vector<int>& dense_heads,
                   kernels::GroupReference reference, const std::stop_token& stop, const TextRows& text = {});

    // Of one head of the last run.
    struct Outcome {
        HeadStats stats;  // origins are shares of tokens times channels
        // What most channels of a token did, in the sense of kernels::TokenGroups::link: [tokens].
        std::vector<std::int8_t> query_link, key_link;
    };
    const Outcome& outcome(int head) const { return outcomes_[head]; }
    // Wall-clock of everything but the dense attention.
    double overhead_seconds() const { return overhead_seconds_; }

  private:
    std::vector<Outcome> outcomes_;
    double overhead_seconds_ = 0.0;
};

}  // namespace timeripple::engine
