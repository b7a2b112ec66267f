#pragma once
// Decoupled look-back over one counter per chunk (after Merrill and Garland, "Single-pass parallel prefix scan with
// decoupled look-back", 2016). Device-only.

#include <cstdint>

namespace timeripple::kernels {

// A chunk's word: 0 at first, then its own count, then the count of it and of everything in front of it.
inline constexpr std::uint32_t kOwnCount = 1u << 30;
inline constexpr std::uint32_t kWholeCount = 2u << 30;
inline constexpr std::uint32_t kCountBits = kOwnCount - 1;

__device__ inline int inclusive_warp_sum(int value) {
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
        const int before = __shfl_up_sync(0xffffffffu, value, step);
        value += int(threadIdx.x % 32) >= step ? before : 0;
    }
    return value;
}

// By one whole warp. Publishes the chunk's count and returns the sum of all chunks in front of it; those must have
// begun. A word holds flag and count together, so nothing has to be ordered around it.
__device__ inline int look_back(volatile std::uint32_t* words, int chunk, int count) {
    const int lane = int(threadIdx.x) % 32;
    if (lane == 0) {
        words[chunk] = (chunk == 0 ? kWholeCount : kOwnCount) | std::uint32_t(count);
    }
    int before = 0;
    for (int nearest = chunk - 1; nearest >= 0; nearest -= 32) {
        std::uint32_t word = kWholeCount;  // nothing stands in front of chunk 0
        unsigned whole, needed;
        do {
            if (nearest - lane >= 0) {
                word = words[nearest - lane];
            }
            whole = __ballot_sync(0xffffffffu, (word & kWholeCount) != 0);
            needed = whole ^ (whole - 1);  // up to the nearest whole count, that included; all if there is none
        } while ((__ballot_sync(0xffffffffu, word != 0) & needed) != needed);
        before += __reduce_add_sync(0xffffffffu, (needed >> lane & 1) != 0 ? int(word & kCountBits) : 0);
        if (whole != 0) {
            break;
        }
    }
    if (lane == 0 && chunk > 0) {
        words[chunk] = kWholeCount | std::uint32_t(before + count);
    }
    return before;
}

}  // namespace timeripple::kernels
