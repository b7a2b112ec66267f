#pragma once
// K3: attention of the groups' queries over the groups' keys, count-weighted; every token of a query group receives the
// group's output. With identity lists (all list pointers null) it is plain dense attention.
//
//   out[h, i] = sum_j c_j e^{s q'_i k'_j} (V'_j / c_j) / sum_j c_j e^{s q'_i k'_j},   s = softmax_scale, V'_j a sum
//   over c_j values

#include "kernels/api/gpu_types.h"
#include "kernels/api/residual.h"

namespace timeripple::kernels {

inline constexpr int kMaxHeads = 128;

struct RippleAttentionParams {
    ElementType type = ElementType::BFloat16;
    int heads = 0;     // at most kMaxHeads
    int head_dim = 0;  // 64 or 128
    int tokens = 0;
    float softmax_scale = 0.0f;
    GroupReference reference = GroupReference::Mean;  // of a query group

    TensorView q;           // [heads, tokens, head_dim]
    TensorView k, v;        // dense: [heads, tokens, head_dim]; compacted: K', V' [heads, key_rows, head_dim]
    int key_rows = 0;       // rows per head in k and v: tokens, or key_capacity(tokens)
    MutableTensorView out;  // [heads, tokens, head_dim]
    float* lse = nullptr;   // natural log of the row's sum with counts, [heads, tokens]; may be null

    // out = attention + R, added to the rounded output of each token; data null: none.
    ResidualView residual;

    // Compacted attention: all five, else all null.
    const float* key_counts = nullptr;   // [heads, key_rows]
    const int* key_groups = nullptr;     // [heads]
    const int* query_members = nullptr;  // [heads, tokens]
    const int* query_starts = nullptr;   // [heads, tokens + 1]
    const int* query_groups = nullptr;   // [heads]

    // One int of device memory, 0 before the first launch; every launch leaves it 0. Launches that may overlap need one
    // each.
    int* tile_counter = nullptr;
};

enum class AttentionKernel { Automatic, Sm80, Sm90 };
const char* attention_kernel_name(AttentionKernel kernel) noexcept;

// sm_arch: 10 * major + minor of the device's compute capability, for example 90.
bool supports_ripple_attention(const RippleAttentionParams& params, int sm_arch,
                               AttentionKernel kernel = AttentionKernel::Automatic) noexcept;
// The kernel that Automatic stands for.
AttentionKernel choose_attention_kernel(const RippleAttentionParams& params, int sm_arch) noexcept;
// Launches on the current device.
GpuError launch_ripple_attention_fwd(const RippleAttentionParams& params, GpuStream stream,
                                     AttentionKernel kernel = AttentionKernel::Automatic) noexcept;

}  // namespace timeripple::kernels
