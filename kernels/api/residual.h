#pragma once
// What is carried from step to step (engine/attention/README.md): on a refresh R = dense - merged, between refreshes
// out = merged + R. Without a merged part R is the kept output itself, and applying it is a broadcast. Attention adds R
// in its own epilogue (RippleAttentionParams::residual); launch_apply_residual is for every other way to the merged
// output.

#include "kernels/api/gpu_types.h"

namespace timeripple::kernels {

enum class ResidualType {
    SameAsOutput,  // bf16 or fp16, as the call's ElementType
    Fp8E4M3        // 1 byte a value and an fp32 scale per row: value = scale * byte
};

// [heads, tokens, head_dim], contiguous, on 16 bytes.
struct ResidualView {
    const void* data = nullptr;    // null: no residual
    const float* scale = nullptr;  // Fp8E4M3: [heads, tokens]
    ResidualType type = ResidualType::SameAsOutput;
};

// Bytes of `data`; Fp8E4M3 needs heads * tokens floats of scale besides.
constexpr std::int64_t residual_bytes(ResidualType type, int heads, std::int64_t tokens, int head_dim) {
    return heads * tokens * head_dim * (type == ResidualType::Fp8E4M3 ? 1 : 2);
}

struct RefreshResidualParams {
    ElementType type = ElementType::BFloat16;
    int heads = 0;
    int head_dim = 0;  // 64 or 128
    int tokens = 0;
    TensorView dense;   // [heads, tokens, head_dim]
    TensorView merged;  // data null: 0, the output itself is kept
    ResidualType residual_type = ResidualType::SameAsOutput;
    void* residual = nullptr;         // written, as ResidualView::data
    float* residual_scale = nullptr;  // written for Fp8E4M3
};

struct ApplyResidualParams {
    ElementType type = ElementType::BFloat16;
    int heads = 0;
    int head_dim = 0;
    int tokens = 0;
    TensorView merged;  // data null: 0, the kept output is given again
    ResidualView residual;
    MutableTensorView out;  // may be `merged`
};

bool supports_refresh_residual(const RefreshResidualParams& params) noexcept;
GpuError launch_refresh_residual(const RefreshResidualParams& params, GpuStream stream) noexcept;
bool supports_apply_residual(const ApplyResidualParams& params) noexcept;
GpuError launch_apply_residual(const ApplyResidualParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
