#pragma once
// Eight values of a residual, read and written by one thread. Device-only.

#include "kernels/api/residual.h"
#include "kernels/device/element.cuh"
#include "kernels/residual/fp8_e4m3.h"

#include <cuda_fp8.h>

namespace timeripple::kernels {

// Values [column, column + 8) of row `row` = head * tokens + token.
template <typename Element>
__device__ inline void load_residual(const ResidualView& residual, std::int64_t row, int head_dim, int column,
                                     float values[device::kVectorElements]) {
    const std::int64_t first = row * head_dim + column;
    if (residual.type == ResidualType::SameAsOutput) {
        device::unpack_vector<Element>(
            *reinterpret_cast<const uint4*>(static_cast<const Element*>(residual.data) + first), values);
        return;
    }
    const uint2 bytes = *reinterpret_cast<const uint2*>(static_cast<const std::uint8_t*>(residual.data) + first);
    const float scale = residual.scale[row];
    const std::uint32_t words[2] = {bytes.x, bytes.y};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const auto pair = __nv_fp8x2_storage_t(words[i / 2] >> (16 * (i % 2)) & 0xffffu);
        const __half2_raw halves = __nv_cvt_fp8x2_to_halfraw2(pair, __NV_E4M3);
        const float2 both = __half22float2(__half2(halves));
        values[2 * i] = both.x * scale;
        values[2 * i + 1] = both.y * scale;
    }
}

// `vector`, rounded already, plus the residual, rounded again: what a separate addition gives.
template <typename Element>
__device__ inline uint4 plus_residual(const uint4& vector, const ResidualView& residual, std::int64_t row, int head_dim,
                                      int column) {
    float sum[device::kVectorElements];
    float values[device::kVectorElements];
    device::unpack_vector<Element>(vector, sum);
    load_residual<Element>(residual, row, head_dim, column, values);
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        sum[i] += values[i];
    }
    return device::pack_vector<Element>(sum);
}

}  // namespace timeripple::kernels
