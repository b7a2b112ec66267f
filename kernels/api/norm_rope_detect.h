#pragma once
// qk-norm, RoPE and detection (K0) in one pass: raw q and k are read once, written normed and rotated, and the member
// masks are those that launch_detect_links would find on what was written, bit for bit. Arithmetic of norm and rotation
// as rms_norm_rope_rows of token_rows.h: fp32, rounded once on store.
//
// Only video tokens are normed and rotated; text rows (which models norm with weights of their own) are left alone, and
// become groups of their own in the masks.

#include "kernels/api/reuse_mask.h"

namespace timeripple::kernels {

enum class NormSpan {
    AllHeads,  // one RMS per token over all heads (Wan); weight [heads, head_dim]
    EachHead   // one RMS per token and head (HunyuanVideo); weight [head_dim]
};

struct NormRopeDetectParams {
    // q and k raw; value rows, thresholds, lists as for launch_detect_links. member_mask null: norm and rotation alone,
    // for steps without reuse (thresholds and v are not read then). With value rows detection is a launch of its own.
    ReuseMaskParams mask;

    NormSpan span = NormSpan::AllHeads;
    float eps = 1e-6f;
    const float* query_weight = nullptr;
    const float* key_weight = nullptr;
    // Rotation of the pairs (2i, 2i + 1) of every head: [video tokens, head_dim / 2] each; both null: none.
    const float* cosine = nullptr;
    const float* sine = nullptr;

    MutableTensorView q_out, k_out;  // may be q and k themselves
};

// AllHeads: heads * head_dim at most this.
inline constexpr int kMostNormDim = 5120;
bool supports_norm_rope_detect(const NormRopeDetectParams& params) noexcept;
GpuError launch_norm_rope_detect(const NormRopeDetectParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
