#pragma once
// bf16 and fp16 in registers: pairs packed into 32 bits, eight into a 16-byte vector. Device-only.

#include <cstdint>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

namespace timeripple::kernels::device {

template <typename Element>
struct Pack;

template <>
struct Pack<__nv_bfloat16> {
    // bf16 is the upper half of a float.
    __device__ static float2 unpack(std::uint32_t pair) {
        return {__uint_as_float(pair << 16), __uint_as_float(pair & 0xffff0000u)};
    }
    __device__ static std::uint32_t pack(float low, float high) {
        std::uint32_t pair;
        asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
        return pair;
    }
};

template <>
struct Pack<__half> {
    __device__ static float2 unpack(std::uint32_t pair) {
        const __half2 halves = *reinterpret_cast<const __half2*>(&pair);
        return __half22float2(halves);
    }
    __device__ static std::uint32_t pack(float low, float high) {
        std::uint32_t pair;
        asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
        return pair;
    }
};

inline constexpr int kVectorElements = 8;  // of a 16-byte vector

template <typename Element>
__device__ inline void unpack_vector(const uint4& vector, float values[kVectorElements]) {
    const std::uint32_t words[4] = {vector.x, vector.y, vector.z, vector.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const float2 pair = Pack<Element>::unpack(words[i]);
        values[2 * i] = pair.x;
        values[2 * i + 1] = pair.y;
    }
}

template <typename Element>
__device__ inline uint4 pack_vector(const float values[kVectorElements]) {
    return {Pack<Element>::pack(values[0], values[1]), Pack<Element>::pack(values[2], values[3]),
            Pack<Element>::pack(values[4], values[5]), Pack<Element>::pack(values[6], values[7])};
}

// Mean of the rows of a group, one 16-byte vector per thread: fp32 sum, rounded once. `rows` at least 1; a row that
// stands alone is passed through bit by bit.
template <typename Element>
__device__ inline uint4 mean_of_rows(const Element* base, std::int64_t row_stride, const int* members, int rows) {
    const uint4 first = *reinterpret_cast<const uint4*>(base + members[0] * row_stride);
    if (rows == 1) {
        return first;
    }
    float sum[kVectorElements];
    unpack_vector<Element>(first, sum);
    for (int row = 1; row < rows; ++row) {
        float values[kVectorElements];
        unpack_vector<Element>(*reinterpret_cast<const uint4*>(base + members[row] * row_stride), values);
#pragma unroll
        for (int i = 0; i < kVectorElements; ++i) {
            sum[i] += values[i];
        }
    }
    const float scale = 1.0f / float(rows);
#pragma unroll
    for (int i = 0; i < kVectorElements; ++i) {
        sum[i] *= scale;
    }
    return pack_vector<Element>(sum);
}

}  // namespace timeripple::kernels::device
