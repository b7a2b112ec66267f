#pragma once
// Norm and rotation of one 16-byte vector of a row. Device-only; the formula is that of rms_norm_rope_rows.

#include "kernels/device/element.cuh"

namespace timeripple::kernels {

// `cosine`, `sine`: of the vector's four pairs; null: no rotation.
template <typename Element>
__device__ inline uint4 norm_rope_vector(const uint4& raw, float scale, const float* weight, const float* cosine,
                                         const float* sine) {
    float x[device::kVectorElements];
    device::unpack_vector<Element>(raw, x);
    const float4 low = *reinterpret_cast<const float4*>(weight);
    const float4 high = *reinterpret_cast<const float4*>(weight + 4);
    const float w[device::kVectorElements] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        x[i] = x[i] * scale * w[i];
    }
    if (cosine != nullptr) {
        const float4 c4 = *reinterpret_cast<const float4*>(cosine);
        const float4 s4 = *reinterpret_cast<const float4*>(sine);
        const float c[4] = {c4.x, c4.y, c4.z, c4.w};
        const float s[4] = {s4.x, s4.y, s4.z, s4.w};
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
