#pragma once
// Delta of one token out of those of its cell, and its byte, for host and device.

#include "kernels/api/token_deltas.h"
#include "kernels/reuse_mask/cell_decision.h"

#include <cmath>

namespace timeripple::kernels {

// Bit a: token p of a cell is compared with its even neighbour along axis a. `mergeable` as for token_link.
TR_HOST_DEVICE inline int compared_axes(int p, int mergeable, int enabled_axes) {
    int axes = 0;
    for (int axis = 0; axis < kAxes; ++axis) {
        const int bit = axis_bit(axis);
        const bool pair = (p & bit) != 0 && (mergeable >> p & 1) != 0 && (mergeable >> (p & ~bit) & 1) != 0;
        axes |= pair ? enabled_axes & (1 << axis) : 0;
    }
    return axes;
}

// NaN where `axes` has no bit set. delta[a]: along axis a, anything where bit a is not set.
TR_HOST_DEVICE inline float smallest_delta(int axes, const float delta[kAxes]) {
    float smallest = NAN;
    for (int axis = 0; axis < kAxes; ++axis) {
        smallest = fminf(smallest, (axes >> axis & 1) != 0 ? delta[axis] : NAN);
    }
    return smallest;
}

// `bits`: those of Delta^2 as fp32, Delta^2 >= 0 and no NaN.
TR_HOST_DEVICE inline std::uint8_t delta_byte(std::int32_t bits) {
    const std::int32_t step = ((bits - kDeltaByteBits) >> 8) * kDeltaByteSteps >> 16;
    return std::uint8_t(step < 0 ? 0 : step < kNoDeltaByte ? step : kNoDeltaByte - 1);
}

}  // namespace timeripple::kernels
