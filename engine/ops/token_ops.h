#pragma once
// Row-wise work of a transformer block on tensors: kernels/token_rows on the host in fp32 and bf16 and on a GPU in bf16,
// LibTorch's operators everywhere else. Arithmetic is fp32 either way. Rows are split over LibTorch's threads.

#include <ATen/core/Tensor.h>

namespace timeripple::engine {

// out = LayerNorm(in) * weight + bias over the last dimension. in, out: [N, dim] contiguous; weight, bias: fp32 [dim]
// or undefined.
void layer_norm_into(at::Tensor& out, const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias,
                     double eps);

// residual += branch * gate, then branch = LayerNorm(residual) * weight + bias. Both [N, dim] contiguous; gate, weight
// and bias fp32 [dim] or undefined.
void residual_norm_(at::Tensor& residual, at::Tensor& branch, const at::Tensor& gate, const at::Tensor& weight,
                    const at::Tensor& bias, double eps);

// residual += branch * gate, without a norm behind it.
void gated_add_(at::Tensor& residual, const at::Tensor& branch, const at::Tensor& gate);

// In place on rows [N, heads * head_dim] (row stride free): RMS norm over the row, times weight (fp32), then rotation
// of the pairs (2i, 2i+1) of each head by cosine and sine, fp32 [N, head_dim / 2]; undefined: no rotation.
void rms_norm_rope_(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& cosine, const at::Tensor& sine,
                    int heads, double eps);

// RMS norm over channels of [C, ...], as AutoencoderKLWan has it: in / max(|in|, 1e-12) * weight, weight already times
// sqrt(C). Result is a new tensor.
at::Tensor channel_norm(const at::Tensor& in, const at::Tensor& weight);

}  // namespace timeripple::engine
