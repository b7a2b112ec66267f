#pragma once
// fp8 e4m3 (sign, 4 bits of exponent with bias 7, 3 of mantissa; no infinity, 0x7f and 0xff are NaN) and the scale of a
// row of a residual, for host and device. The kernels convert with the hardware's own instruction where there is one;
// the two functions here say what it must give.

#include "kernels/api/token_grid.h"

#include <cmath>
#include <cstdint>

namespace timeripple::kernels {

inline constexpr float kLargestE4M3 = 448.0f;

// fp32 scale of a row whose largest magnitude is `largest`: value = scale * byte. 0 where all of it is negligible.
TR_HOST_DEVICE inline float residual_row_scale(float largest) {
    return largest < 1e-30f ? 0.0f : largest / kLargestE4M3;
}
TR_HOST_DEVICE inline float residual_row_inverse(float scale) {
    return scale == 0.0f ? 0.0f : 1.0f / scale;
}

inline float decode_e4m3(std::uint8_t byte) {
    const int exponent = byte >> 3 & 15;
    const int mantissa = byte & 7;
    if ((byte & 0x7f) == 0x7f) {
        return NAN;
    }
    const float magnitude =
        exponent == 0 ? std::ldexp(float(mantissa), -9) : std::ldexp(float(8 + mantissa), exponent - 10);
    return (byte & 0x80) != 0 ? -magnitude : magnitude;
}

// To the nearest, ties to even; beyond the largest number saturates to it.
inline std::uint8_t encode_e4m3(float value) {
    if (std::isnan(value)) {
        return 0x7f;
    }
    const std::uint8_t sign = std::signbit(value) ? 0x80 : 0;
    const float magnitude = std::fmin(std::fabs(value), kLargestE4M3);
    if (magnitude == 0.0f) {
        return sign;
    }
    int exponent = 0;
    std::frexp(magnitude, &exponent);          // magnitude = f * 2^exponent, f in [0.5, 1)
    exponent = exponent < -5 ? -5 : exponent;  // subnormals share the step of the smallest normal numbers
    const float steps = std::ldexp(magnitude, 4 - exponent);  // 8..16 for a normal number
    int code = int(std::nearbyint(steps));                    // ties to even in the default rounding mode
    code += (exponent + 5) * 8;                               // a carry of the mantissa runs into the exponent
    return std::uint8_t(sign | code);
}

}  // namespace timeripple::kernels
