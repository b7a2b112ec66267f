#pragma once
// K0, K1 and K2 as one kernel that reads q, k and v once: a block decides its cells, learns from the blocks in front of
// it how many groups they hold (look-back), and writes lists, K', V' and counts while the rows are still on the chip.

#include "kernels/api/compact_kv.h"
#include "kernels/api/reuse_mask.h"

namespace timeripple::kernels {

// Words of SinglePassParams::state: a word per chunk, side and head; a chunk is at least four cells (or eights of
// text), and a cell holds at least one token.
constexpr std::int64_t single_pass_state_words(int heads, int tokens) {
    return std::int64_t(kSides) * heads * (tokens / 4 + 2);
}

// The groups of a head are numbered by cell (of 2x2x2 tokens, x fastest), then root; text tokens come last. Any order
// of keys is the same attention; this one needs no sorting.
struct SinglePassParams {
    ReuseMaskParams mask;  // v is read in any case; member_mask may be null; of the keys' members and starts see below
    GroupReference reference = GroupReference::Mean;
    bool key_lists = false;  // whether members and starts of the keys are written: attention does not read them

    void* compacted_k = nullptr;  // as those of CompactKvParams
    void* compacted_v = nullptr;
    float* counts = nullptr;
    std::uint32_t* state = nullptr;  // scratch, single_pass_state_words of them
};

bool supports_single_pass(const SinglePassParams& params) noexcept;
GpuError launch_single_pass(const SinglePassParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
