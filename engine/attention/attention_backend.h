#pragma once
// Every self-attention of the video tokens goes through this door: dense or ripple, chosen per run, decided per step
// and layer by the backend itself.

#include "kernels/api/token_grid.h"

#include <ATen/core/Tensor.h>

#include <stop_token>

namespace timeripple::engine {

// Which classifier-free-guidance pass is running. Per-run state of a backend is kept apart for the two.
enum class GuidancePass { Cond = 0, Uncond = 1 };

// Rows of text in a joint attention, before and behind the video tokens. Never merged: each counts once.
struct TextRows {
    int before = 0;
    int behind = 0;
};

struct AttentionCall {
    int step = 1;  // 1-based denoising step
    int steps = 1;
    int layer = 0;  // transformer block
    GuidancePass pass = GuidancePass::Cond;
    kernels::TokenGrid grid;  // of the video tokens
    TextRows text;            // N = text.before + grid.tokens() + text.behind
};

class AttentionBackend {
  public:
    virtual ~AttentionBackend() = default;
    // q, k (after qk-norm and RoPE) and v: [1, heads, N, head_dim], N with the text, any strides; result likewise, contiguous as
    // [1, N, heads, head_dim] transposed where that saves a copy. Softmax scale is 1/sqrt(head_dim).
    // Polls `stop` between heads where it works head by head; a stopped call may return garbage, the caller checks.
    virtual at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                               std::stop_token stop) = 0;
};

}  // namespace timeripple::engine
