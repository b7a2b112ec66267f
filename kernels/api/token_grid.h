#pragma once
// The grid of video tokens, T x Y x X, flattened time-major: token = (t * height + y) * width + x.

#include <cstdint>

#if defined(__CUDACC__)
#define TR_HOST_DEVICE __host__ __device__
#else
#define TR_HOST_DEVICE
#endif

namespace timeripple::kernels {

inline constexpr int kAxes = 3;  // time, y, x: this order everywhere

struct TokenGrid {
    int frames = 0;  // T, latent frames
    int height = 0;  // Y
    int width = 0;   // X

    TR_HOST_DEVICE int tokens() const { return frames * height * width; }
    TR_HOST_DEVICE int extent(int axis) const { return axis == 0 ? frames : axis == 1 ? height : width; }
    // Distance in tokens between neighbours along an axis.
    TR_HOST_DEVICE int stride(int axis) const { return axis == 0 ? height * width : axis == 1 ? width : 1; }
    TR_HOST_DEVICE int position(int token, int axis) const { return token / stride(axis) % extent(axis); }
};

}  // namespace timeripple::kernels
