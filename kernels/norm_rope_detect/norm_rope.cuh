#pragma once
// Norm and rotation of one 16-byte vector of a row. Device-only; the formula is that of rms_norm_rope_rows.

#include "kernels/device/element.cuh"

namespace timeripple::kernels {

// What a lane needs beside the vector: weights of its channels, and angles of its four pairs where there is a rotation.
struct NormWeights {
    float w[device::kVectorElements];

    // `weight` is read-only for the whole kernel, as all tables here: so loads may pass the stores of rows.
    __device__ explicit NormWeights(const float* weight) {
        const float4 low = __ldg(reinterpret_cast<const float4*>(weight));
        const float4 high = __ldg(reinterpret_cast<const float4*>(weight + 4));
        w[0] = low.x, w[1] = low.y, w[2] = low.z, w[3] = low.w;
        w[4] = high.x, w[5] = high.y, w[6] = high.z, w[7] = high.w;
    }
};
struct PairAngles {
    float4 cosine;
    float4 sine;
};

template <typename Element>
__device__ inline uint4 norm_rope_vector(const uint4& raw, float scale, const NormWeights& weights, bool rotate,
                                         const PairAngles& angles) {
    float x[device::kVectorElements];
    device::unpack_vector<Element>(raw, x);
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        x[i] = x[i] * scale * weights.w[i];
    }
    if (rotate) {
        const float c[4] = {angles.cosine.x, angles.cosine.y, angles.cosine.z, angles.cosine.w};
        const float s[4] = {angles.sine.x, angles.sine.y, angles.sine.z, angles.sine.w};
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const float even = x[2 * i];
            const float odd = x[2 * i + 1];
            x[2 * i] = even * c[i] - odd * s[i];
            x[2 * i + 1] = even * s[i] + odd * c[i];
        }
    }
    return device::pack_vector<Element>(x);
}

template <typename Element>
__device__ inline float squares_of_vector(const uint4& raw) {
    float x[device::kVectorElements];
    device::unpack_vector<Element>(raw, x);
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        sum = fmaf(x[i], x[i], sum);
    }
    return sum;
}

}  // namespace timeripple::kernels
