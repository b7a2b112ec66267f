// A block per row; every thread keeps its values in registers between the sums and the store, so a row is read once.

#include "kernels/api/token_rows_gpu.h"
#include "kernels/device/element.cuh"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

using device::kVectorElements;
using device::pack_vector;
using device::unpack_vector;
using Element = __nv_bfloat16;

constexpr int kThreads = 128;

// Sum over the block, in a fixed order.
__device__ float block_sum(float value) {
    __shared__ float sums[kThreads / 32];
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) {
        value += __shfl_xor_sync(0xffffffffu, value, offset);
    }
    __syncthreads();  // the sums of the call before have been read
    if (threadIdx.x % 32 == 0) {
        sums[threadIdx.x / 32] = value;
    }
    __syncthreads();
    float total = 0.0f;
#pragma unroll
    for (int warp = 0; warp < kThreads / 32; ++warp) {
        total += sums[warp];
    }
    return total;
}

__device__ void load_floats(const float* from, float values[kVectorElements], float otherwise) {
    if (from == nullptr) {
#pragma unroll
        for (int i = 0; i < kVectorElements; ++i) {
            values[i] = otherwise;
        }
        return;
    }
    const float4 low = reinterpret_cast<const float4*>(from)[0];
    const float4 high = reinterpret_cast<const float4*>(from)[1];
    values[0] = low.x, values[1] = low.y, values[2] = low.z, values[3] = low.w;
    values[4] = high.x, values[5] = high.y, values[6] = high.z, values[7] = high.w;
}

__device__ const float* at_or_null(const float* base, int index) {
    return base == nullptr ? nullptr : base + index;
}

// kVectors: 16-byte vectors of a row that a thread may hold.
template <int kVectors>
__global__ void __launch_bounds__(kThreads) norm_rows(NormRowsParams params) {
    const std::int64_t row = blockIdx.x;
    const int vectors = int(params.dim) / kVectorElements;
    const std::int64_t begin = row * params.dim;
    float values[kVectors][kVectorElements];
    float sum = 0.0f;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
        const int index = v * kThreads + int(threadIdx.x);
        if (index < vectors) {
            const int column = index * kVectorElements;
            if (params.in != nullptr) {
                unpack_vector<Element>(*reinterpret_cast<const uint4*>(params.in + begin + column), values[v]);
            } else {
                float branch[kVectorElements], gate[kVectorElements];
                uint4* const residual = reinterpret_cast<uint4*>(params.residual + begin + column);
                unpack_vector<Element>(*residual, values[v]);
                unpack_vector<Element>(*reinterpret_cast<const uint4*>(params.branch + begin + column), branch);
                load_floats(at_or_null(params.gate, column), gate, 1.0f);
#pragma unroll
                for (int i = 0; i < kVectorElements; ++i) {
                    values[v][i] += branch[i] * gate[i];
                }
                const uint4 rounded = pack_vector<Element>(values[v]);
                *residual = rounded;
                unpack_vector<Element>(rounded, values[v]);  // the norm sees what was stored
            }
#pragma unroll
            for (int i = 0; i < kVectorElements; ++i) {
                sum += values[v][i];
            }
        }
    }
    const float mean = block_sum(sum) / float(params.dim);
    float squares = 0.0f;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
        if (v * kThreads + int(threadIdx.x) < vectors) {
#pragma unroll
            for (int i = 0; i < kVectorElements; ++i) {
                values[v][i] -= mean;
                squares += values[v][i] * values[v][i];
            }
        }
    }
    const float scale = 1.0f / sqrtf(block_sum(squares) / float(params.dim) + params.eps);
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
        const int index = v * kThreads + int(threadIdx.x);
        if (index < vectors) {
            const int column = index * kVectorElements;
            float weight[kVectorElements], bias[kVectorElements];
            load_floats(at_or_null(params.weight, column), weight, 1.0f);
            load_floats(at_or_null(params.bias, column), bias, 0.0f);
#pragma unroll
            for (int i = 0; i < kVectorElements; ++i) {
                values[v][i] = values[v][i] * scale * weight[i] + bias[i];
            }
            *reinterpret_cast<uint4*>(params.out + begin + column) = pack_vector<Element>(values[v]);
        }
    }
}

template <int kVectors>
__global__ void __launch_bounds__(kThreads) rms_rope_rows(RmsRopeRowsParams params) {
    const std::int64_t row = blockIdx.x;
    const int dim = params.heads * params.head_dim;
    const int vectors = dim / kVectorElements;
    Bf16* const data = params.data + row * params.stride;
    float values[kVectors][kVectorElements];
    float squares = 0.0f;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
        const int index = v * kThreads + int(threadIdx.x);
        if (index < vectors) {
            unpack_vector<Element>(*reinterpret_cast<const uint4*>(data + index * kVectorElements), values[v]);
#pragma unroll
            for (int i = 0; i < kVectorElements; ++i) {
                squares += values[v][i] * values[v][i];
            }
        }
    }
    const float scale = 1.0f / sqrtf(block_sum(squares) / float(dim) + params.eps);
    const int pairs = params.head_dim / 2;
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
        const int index = v * kThreads + int(threadIdx.x);
        if (index < vectors) {
            const int column = index * kVectorElements;
            float weight[kVectorElements];
            load_floats(params.weight + column, weight, 1.0f);
#pragma unroll
            for (int i = 0; i < kVectorElements; ++i) {
                values[v][i] = values[v][i] * scale * weight[i];
            }
            if (params.cosine != nullptr) {
                const std::int64_t angle = row * pairs + column % params.head_dim / 2;
                const float4 cosine = *reinterpret_cast<const float4*>(params.cosine + angle);
                const float4 sine = *reinterpret_cast<const float4*>(params.sine + angle);
                const float c[4] = {cosine.x, cosine.y, cosine.z, cosine.w};
                const float s[4] = {sine.x, sine.y, sine.z, sine.w};
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float even = values[v][2 * i], odd = values[v][2 * i + 1];
                    values[v][2 * i] = even * c[i] - odd * s[i];
                    values[v][2 * i + 1] = even * s[i] + odd * c[i];
                }
            }
            *reinterpret_cast<uint4*>(data + column) = pack_vector<Element>(values[v]);
        }
    }
}

int vectors_of_thread(std::int64_t dim) {
    const std::int64_t per_vector = std::int64_t(kThreads) * kVectorElements;
    return int((dim + per_vector - 1) / per_vector);
}

}  // namespace

GpuError launch_norm_rows(const NormRowsParams& params, GpuStream stream) noexcept {
    if (!supports_norm_rows(params)) {
        return kGpuInvalidValue;
    }
    const int vectors = vectors_of_thread(params.dim);
    const dim3 grid(static_cast<unsigned>(params.rows));
    const auto kernel = vectors <= 1   ? norm_rows<1>
                        : vectors <= 2 ? norm_rows<2>
                        : vectors <= 5 ? norm_rows<5>
                                       : norm_rows<8>;
    kernel<<<grid, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(params);
    return cudaGetLastError();
}

GpuError launch_rms_rope_rows(const RmsRopeRowsParams& params, GpuStream stream) noexcept {
    if (!supports_rms_rope_rows(params)) {
        return kGpuInvalidValue;
    }
    const int vectors = vectors_of_thread(std::int64_t(params.heads) * params.head_dim);
    const dim3 grid(static_cast<unsigned>(params.rows));
    const auto kernel = vectors <= 1   ? rms_rope_rows<1>
                        : vectors <= 2 ? rms_rope_rows<2>
                        : vectors <= 5 ? rms_rope_rows<5>
                                       : rms_rope_rows<8>;
    kernel<<<grid, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(params);
    return cudaGetLastError();
}

}  // namespace timeripple::kernels
