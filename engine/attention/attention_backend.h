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

// [N, heads * head_dim] rows (any row stride) seen as [1, heads, N, head_dim].
at::Tensor as_heads(const at::Tensor& rows, int heads);

// q and k as a block's projection leaves them, and what qk-norm and RoPE need.
struct RawQueryKey {
    at::Tensor query, key;                // [N, heads * head_dim], channels side by side, any row stride
    at::Tensor query_weight, key_weight;  // fp32 [heads * head_dim], of the RMS norm over a token's whole row
    at::Tensor cosine, sine;              // fp32 [N, head_dim / 2]
    int heads = 0;
    double eps = 1e-6;
};

class AttentionBackend {
  public:
    virtual ~AttentionBackend() = default;
    // q, k (after qk-norm and RoPE) and v: [1, heads, N, head_dim], N with the text, any strides; result likewise, contiguous as
    // [1, N, heads, head_dim] transposed where that saves a copy. Softmax scale is 1/sqrt(head_dim).
    // Polls `stop` between heads where it works head by head; a stopped call may return garbage, the caller checks.
    virtual at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                               std::stop_token stop) = 0;
    // The same from q and k before norm and rotation, without text. Both are normed and rotated in place and hold
    // afterwards what forward() would have been given. Default: first that, then forward().
    virtual at::Tensor forward_raw(const RawQueryKey& raw, const at::Tensor& v, const AttentionCall& call,
                                   std::stop_token stop);
};

}  // namespace timeripple::engine
