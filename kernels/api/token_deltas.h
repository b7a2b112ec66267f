#pragma once
// From the Deltas of all pairs of a cell, as detection leaves them, to Delta per token: of every token the smallest over
// the axes that are on (definition: engine/attention/README.md). Sums over heads and calls stay on the device; the
// caller clears them at the beginning of a step. One thread adds up a token, heads in order: equal runs give equal bits.

#include "kernels/api/reuse_mask.h"

namespace timeripple::kernels {

// A byte for a Delta: this many steps for a doubling of Delta, straight inside an octave of Delta^2; 0 begins at
// kDeltaByteBits, the bits of a Delta^2 as fp32.
inline constexpr int kDeltaByteSteps = 23;
inline constexpr std::int32_t kDeltaByteBits = (127 - 14) << 23;
inline constexpr std::uint8_t kNoDeltaByte = 255;

// All tokens are video tokens.
struct TokenDeltaParams {
    int heads = 0;
    TokenGrid grid;
    const std::uint16_t* edge_delta = nullptr;  // ReuseMaskParams::edge_delta of one call
    // What the call compared: a token that it did not compare has no Delta.
    int enabled_axes[kSides] = {7, 7};  // bit a: axis a
    int exempt_frames = 0;
    const std::uint8_t* dense_heads = nullptr;  // as ReuseMaskParams::dense_heads

    // Added to, [2, tokens]: sum of Delta over heads, and number of heads in which the token had one.
    float* sum = nullptr;
    float* head_count = nullptr;
    // Written where not null: the call's Deltas as bytes, kNoDeltaByte for none; [heads, 2, tokens].
    std::uint8_t* bytes = nullptr;
};

bool supports_token_deltas(const TokenDeltaParams& params) noexcept;
GpuError launch_token_deltas(const TokenDeltaParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
