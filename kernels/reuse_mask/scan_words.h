#pragma once
// Arithmetic of K1 over member masks, four bytes at a time, for host and device.

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

// Of 16 masks, the groups and members in the first `bytes` of them.
TR_HOST_DEVICE inline GroupCount count_front(const std::uint32_t masks[4], int bytes) {
    GroupCount count;
    for (int word = 0; word < 4; ++word) {
        const int valid = bytes - 4 * word;
        const std::uint32_t front = valid >= 4 ? ~0u : valid <= 0 ? 0u : (1u << (8 * valid)) - 1u;
        const GroupCount own = count_groups(masks[word] & front);
        count.groups += own.groups;
        count.members += own.members;
    }
    return count;
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
