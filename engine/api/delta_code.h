#pragma once
// One byte for a Delta, so that a map can keep that of every token, layer and head.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace timeripple::engine {

// The token has no neighbour that it may link to, or its head compares nothing.
inline constexpr std::uint8_t kNoDelta = 255;

// 23 steps for a doubling of Delta, from 1/128 to 16: within 2.2 % there, at the nearest end outside. Steps are straight
// inside an octave of Delta^2, so that the bits of a float are all it takes.
inline constexpr std::int32_t kDeltaStepsOfDoubling = 23;
inline constexpr std::int32_t kDeltaCodeBits = (127 - 14) << 23;  // of Delta^2 = (1/128)^2, as fp32

// Delta^2 >= 0; NaN becomes kNoDelta.
inline std::uint8_t delta_code(float squared_delta) {
    const std::int32_t above = std::bit_cast<std::int32_t>(squared_delta) - kDeltaCodeBits;
    const std::int32_t code = (above >> 8) * kDeltaStepsOfDoubling >> 16;
    return squared_delta != squared_delta ? kNoDelta : std::uint8_t(std::clamp(code, 0, kNoDelta - 1));
}

// The middle of what the code stands for; NaN for kNoDelta.
inline float delta_of_code(std::uint8_t code) {
    const std::int32_t above = ((2 * std::int32_t(code) + 1) << 15) / kDeltaStepsOfDoubling;
    return code == kNoDelta ? std::numeric_limits<float>::quiet_NaN()
                            : std::sqrt(std::bit_cast<float>(kDeltaCodeBits + (above << 8)));
}

}  // namespace timeripple::engine
