#pragma once
// Row-wise work of a transformer block on the GPU in bf16, one pass over memory each, as token_rows.h does it on the
// host: arithmetic in fp32, rounded once on store. Device pointers; rows contiguous unless said otherwise, on 16 bytes.

#include "kernels/api/bf16.h"
#include "kernels/api/gpu_types.h"

#include <cstdint>

namespace timeripple::kernels {

// Values of a row: a multiple of 8, at most this.
inline constexpr std::int64_t kMostRowValues = 8192;

struct NormRowsParams {
    const Bf16* in = nullptr;  // [rows, dim]; null: residual + branch * gate is normed, and stored as the new residual
    Bf16* residual = nullptr;  // [rows, dim], only without `in`
    const Bf16* branch = nullptr;
    const float* gate = nullptr;    // [dim] or null
    Bf16* out = nullptr;            // [rows, dim] = LayerNorm * weight + bias; may be `branch` or `in`
    const float* weight = nullptr;  // [dim] or null
    const float* bias = nullptr;    // [dim] or null
    std::int64_t rows = 0, dim = 0;
    float eps = 1e-6f;
};
bool supports_norm_rows(const NormRowsParams& params) noexcept;
GpuError launch_norm_rows(const NormRowsParams& params, GpuStream stream) noexcept;

// In place: RMS norm over the whole row, times weight, then rotation of the pairs (2i, 2i + 1) of every head.
struct RmsRopeRowsParams {
    Bf16* data = nullptr;           // [rows, heads * head_dim]
    std::int64_t stride = 0;        // of rows, in values, a multiple of 8
    const float* weight = nullptr;  // [heads * head_dim]
    const float* cosine = nullptr;  // [rows, head_dim / 2]; null: no rotation
    const float* sine = nullptr;
    std::int64_t rows = 0;
    int heads = 0, head_dim = 0;  // head_dim a multiple of 8
    float eps = 1e-6f;
};
bool supports_rms_rope_rows(const RmsRopeRowsParams& params) noexcept;
GpuError launch_rms_rope_rows(const RmsRopeRowsParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
