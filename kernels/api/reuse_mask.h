#pragma once
// K0 and K1: which tokens are merged, and the lists that compaction and attention read. Device pointers throughout;
// nothing is read back, so both launches can be captured in a graph. Definition of links and groups:
// kernels/reuse/link_decision.h.
//
// A *group* is a root with all tokens that reach it; groups of a head are numbered by their root token, ascending (by
// cell in single_pass.h). A sequence is `tokens` long and holds the video grid from `video_begin` on; every other token
// (text) is a group of its own.

#include "kernels/api/gpu_types.h"
#include "kernels/api/token_grid.h"

#include <cstddef>
#include <cstdint>

namespace timeripple::kernels {

inline constexpr int kSides = 2;  // 0 queries, 1 keys
inline constexpr std::uint8_t kNoLinkByte = 255;

// Bytes between the member masks of two heads: rows start on 16 bytes, so that the scan reads 16 at a time.
TR_HOST_DEVICE constexpr std::int64_t member_mask_stride(int tokens) {
    return (std::int64_t(tokens) + 15) / 16 * 16;
}

// A head's member list in chunks of equal length, the work of a block of launch_compact_kv.
inline constexpr int kMemberChunk = 64;
TR_HOST_DEVICE constexpr int member_chunks(int tokens) {
    return (tokens + kMemberChunk - 1) / kMemberChunk;
}

inline constexpr int kCellEdges = 12;  // pairs of a 2x2x2 cell that differ along one axis
// Deltas of one head: kCellEdges per cell, cells x fastest, half cells at the far side of odd extents included.
TR_HOST_DEVICE constexpr std::int64_t edge_delta_stride(const TokenGrid& grid) {
    return std::int64_t((grid.frames + 1) / 2) * ((grid.height + 1) / 2) * ((grid.width + 1) / 2) * kCellEdges;
}

struct ReuseMaskParams {
    ElementType type = ElementType::BFloat16;
    int heads = 0;
    int head_dim = 0;  // 64 or 128
    int tokens = 0;    // of the whole sequence
    int video_begin = 0;
    TokenGrid grid;
    TensorView q, k;  // after qk-norm and RoPE
    TensorView v;     // read only where value_weight > 0

    float query_theta[kAxes] = {0, 0, 0};  // threshold on Delta per axis; 0 switches the axis off
    float key_theta[kAxes] = {0, 0, 0};
    float value_weight = 0.0f;  // w of value-aware keys: Delta^2 = (Delta_k^2 + w^2 Delta_v^2) / (1 + w^2)
    int exempt_frames = 0;      // the first frames whose tokens are never merged, neither as root nor as member
    const std::uint8_t* dense_heads = nullptr;  // [heads], non-zero: this head merges nothing; may be null

    // Written by detect. Bit b of a root's byte: the token at root + (b>>2, b>>1&1, b&1) in (t, y, x) belongs to its
    // group; bit 0 (the root itself) is always set. 0 for a token that is no root. [2, heads,
    // member_mask_stride(tokens)]
    std::uint8_t* member_mask = nullptr;
    std::uint8_t* link =
        nullptr;  // axis of the token's link or kNoLinkByte, for statistics; [2, heads, tokens] or null
    // Delta as fp16 of the pairs of every 2x2x2 cell, for statistics: edge_index of kernels/reuse_mask/cell_decision.h,
    // NaN where there is no pair; [2, heads, edge_delta_stride(grid)] or null.
    std::uint16_t* edge_delta = nullptr;

    // Written by scan.
    int* members = nullptr;  // token of every member, group after group, the root first; [2, heads, tokens]
    int* starts = nullptr;  // where a group's members start; [2, heads, tokens + 1], one more than the groups is filled
    int* groups = nullptr;  // number of groups; [2, heads]
    // Of the keys: the first group that starts at or behind member c * kMemberChunk, and last the number of groups;
    // [heads, member_chunks(tokens) + 1], for launch_compact_kv, or null.
    int* chunk_groups = nullptr;
    int* group_of = nullptr;  // group of every token, for the near field; [2, heads, tokens] or null
};

bool supports_reuse_mask(const ReuseMaskParams& params) noexcept;
GpuError launch_detect_links(const ReuseMaskParams& params, GpuStream stream) noexcept;
GpuError launch_scan_groups(const ReuseMaskParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
