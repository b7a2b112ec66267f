#pragma once
// K2: the keys and values of every group as one row: K' the group's reference, V' the sum of its values (fp32, rounded
// once), and how many tokens it stands for.

#include "kernels/api/gpu_types.h"
#include "kernels/api/reuse_mask.h"

namespace timeripple::kernels {

// Rows behind a head's last group that repeat its last key with count 0 and value 0, so that attention needs no mask
// whatever its tile width (at most this). A zero key would not do: its score could be the row's largest.
inline constexpr int kKeyTailRows = 192;

// Rows to reserve per head in K', V' and the counts.
constexpr int key_capacity(int tokens) {
    return (tokens + kKeyTailRows + 127) / 128 * 128;
}

struct CompactKvParams {
    ElementType type = ElementType::BFloat16;
    int heads = 0;
    int head_dim = 0;  // 64 or 128
    int tokens = 0;
    GroupReference reference = GroupReference::Mean;
    TensorView k, v;                    // [heads, tokens, head_dim]
    const int* members = nullptr;       // the key side's lists of ReuseMaskParams: [heads, tokens]
    const int* starts = nullptr;        // [heads, tokens + 1]
    const int* groups = nullptr;        // [heads]
    const int* chunk_groups = nullptr;  // [heads, member_chunks(tokens) + 1]

    void* compacted_k = nullptr;  // [heads, key_capacity(tokens), head_dim], contiguous
    void* compacted_v = nullptr;  // the same
    float* counts = nullptr;      // [heads, key_capacity(tokens)]
};

bool supports_compact_kv(const CompactKvParams& params) noexcept;
GpuError launch_compact_kv(const CompactKvParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
