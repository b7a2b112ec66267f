#pragma once
// Row-wise work of a transformer block on the host, one pass over memory each: norm with modulation, gated residual,
// q/k norm with rotary embedding. A row is one token. All arithmetic is fp32; bfloat16 is rounded once, on store.
// Threads: any; callers split the rows.

#include "kernels/api/bf16.h"

#include <cstdint>

namespace timeripple::kernels {

// out = LayerNorm(in) * weight + bias over `dim` values a row. weight and bias may be null.
void layer_norm_rows(const float* in, float* out, const float* weight, const float* bias, std::int64_t rows,
                     std::int64_t dim, float eps);
void layer_norm_rows(const Bf16* in, Bf16* out, const float* weight, const float* bias, std::int64_t rows,
                     std::int64_t dim, float eps);

// residual += branch * gate, then branch = LayerNorm(residual) * weight + bias: the end of one branch of a block and
// the beginning of the next. gate, weight and bias have `dim` values; each may be null.
void residual_norm_rows(float* residual, float* branch, const float* gate, const float* weight, const float* bias,
                        std::int64_t rows, std::int64_t dim, float eps);
void residual_norm_rows(Bf16* residual, Bf16* branch, const float* gate, const float* weight, const float* bias,
                        std::int64_t rows, std::int64_t dim, float eps);

// In place: RMS norm over the whole row, times weight, then rotation of the pairs (2i, 2i+1) of every head by the row's
// angle. cosine and sine are [rows, head_dim / 2]; null leaves the rotation out. `stride` is the distance of rows in
// elements.
void rms_norm_rope_rows(float* data, std::int64_t stride, const float* weight, const float* cosine, const float* sine,
                        std::int64_t rows, int heads, int head_dim, float eps);
void rms_norm_rope_rows(Bf16* data, std::int64_t stride, const float* weight, const float* cosine, const float* sine,
                        std::int64_t rows, int heads, int head_dim, float eps);

// RMS norm over channels of a channel-first array: out[c][p] = in[c][p] / max(|in[.][p]|, 1e-12) * weight[c], for
// positions [begin, end). `plane` is the distance of channels in elements; `in` and `out` may be the same.
void channel_norm_planes(const float* in, float* out, const float* weight, int channels, std::int64_t plane,
                         std::int64_t begin, std::int64_t end);

}  // namespace timeripple::kernels
