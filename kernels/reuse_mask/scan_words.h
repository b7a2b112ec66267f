#pragma once
// Arithmetic of K1 over member masks, four bytes at a time, for host and device.

#include "kernels/api/reuse_mask.h"
#include "kernels/api/token_grid.h"

#include <cstdint>

namespace timeripple::kernels {

inline constexpr int kScanThreads = 512;
inline constexpr int kScanBytesPerThread = 16;  // one 16-byte load
inline constexpr int kScanChunk = kScanThreads * kScanBytesPerThread;

TR_HOST_DEVICE inline int bits_set(std::uint32_t word) {
#if defined(__CUDA_ARCH__)
    return __popc(word);
#else
    return __builtin_popcount(word);
#endif
}

// Groups and members of some tokens.
struct GroupCount {
    int groups = 0;
    int members = 0;
};

// A root's mask always has bit 0; any other byte is 0.
TR_HOST_DEVICE inline GroupCount count_groups(std::uint32_t masks) {
    return {bits_set(masks & 0x01010101u), bits_set(masks)};
}

// Members of the groups whose roots `tokens` marks, out of 32 tokens: votes[b] marks those with bit b in their group's
// size.
inline constexpr int kSizeBits = 4;  // a size is at most eight
TR_HOST_DEVICE inline int members_of(const std::uint32_t votes[kSizeBits], std::uint32_t tokens) {
    int members = 0;
    for (int bit = 0; bit < kSizeBits; ++bit) {
        members += bits_set(votes[bit] & tokens) << bit;
    }
    return members;
}

// The chunk of the member list that starts inside or right behind a group, so that the next group is its first; -1:
// none.
TR_HOST_DEVICE inline int chunk_behind(int first_member, int size) {
    const int chunk = (first_member + size) / kMemberChunk;
    return first_member < chunk * kMemberChunk ? chunk : -1;
}

// The four masks from token `first` on, less those at or behind `tokens` (rows are padded to 16 bytes with anything).
TR_HOST_DEVICE inline std::uint32_t masks_before(std::uint32_t masks, int first, int tokens) {
    const int valid = tokens - first;
    if (valid >= 4) {
        return masks;
    }
    return valid <= 0 ? 0u : masks & ((1u << (8 * valid)) - 1u);
}

}  // namespace timeripple::kernels
