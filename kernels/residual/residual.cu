// R = dense - merged and out = merged + R: one row of head_dim per head_dim / 8 neighbouring lanes, 8 values each.

#include "kernels/residual/residual.cuh"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;

template <typename Element, int kHeadDim>
__device__ const uint4& vector_at(const TensorView& view, int head, int token, int column) {
    return *reinterpret_cast<const uint4*>(static_cast<const Element*>(view.data) + head * view.head_stride +
                                           token * view.token_stride + column);
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads)
    refresh_residual_kernel(const __grid_constant__ RefreshResidualParams params) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const int head = blockIdx.y;
    const int token = blockIdx.x * (kThreads / kLanes) + threadIdx.x / kLanes;
    const int column = threadIdx.x % kLanes * device::kVectorElements;
    if (token >= params.tokens) {
        return;
    }
    const uint4 dense = vector_at<Element, kHeadDim>(params.dense, head, token, column);
    float values[device::kVectorElements];
    device::unpack_vector<Element>(dense, values);
    if (params.merged.data != nullptr) {
        float merged[device::kVectorElements];
        device::unpack_vector<Element>(vector_at<Element, kHeadDim>(params.merged, head, token, column), merged);
#pragma unroll
        for (int i = 0; i < device::kVectorElements; ++i) {
            values[i] -= merged[i];
        }
    }
    const std::int64_t row = std::int64_t(head) * params.tokens + token;
    const std::int64_t first = row * kHeadDim + column;
    if (params.residual_type == ResidualType::SameAsOutput) {
        *reinterpret_cast<uint4*>(static_cast<Element*>(params.residual) + first) =
            device::pack_vector<Element>(values);
        return;
    }
    float largest = 0.0f;
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        largest = fmaxf(largest, fabsf(values[i]));
    }
    // Rows lie inside one warp, and their lanes leave the kernel together or not at all.
    const unsigned lanes = ((1u << kLanes) - 1u) << (threadIdx.x % 32 / kLanes * kLanes);
#pragma unroll
    for (int step = kLanes / 2; step > 0; step /= 2) {
        largest = fmaxf(largest, __shfl_xor_sync(lanes, largest, step));
    }
    const float scale = residual_row_scale(largest);
    const float inverse = residual_row_inverse(scale);
    std::uint32_t words[2] = {0, 0};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        const __nv_fp8x2_storage_t pair =
            __nv_cvt_float2_to_fp8x2({values[2 * i] * inverse, values[2 * i + 1] * inverse}, __NV_SATFINITE, __NV_E4M3);
        words[i / 2] |= std::uint32_t(pair) << (16 * (i % 2));
    }
    *reinterpret_cast<uint2*>(static_cast<std::uint8_t*>(params.residual) + first) = {words[0], words[1]};
    if (column == 0) {
        params.residual_scale[row] = scale;
    }
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads) apply_residual_kernel(const __grid_constant__ ApplyResidualParams params) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const int head = blockIdx.y;
    const int token = blockIdx.x * (kThreads / kLanes) + threadIdx.x / kLanes;
    const int column = threadIdx.x % kLanes * device::kVectorElements;
    if (token >= params.tokens) {
        return;
    }
    const std::int64_t row = std::int64_t(head) * params.tokens + token;
    uint4 out;
    if (params.merged.data != nullptr) {
        out = plus_residual<Element>(vector_at<Element, kHeadDim>(params.merged, head, token, column), params.residual,
                                     row, kHeadDim, column);
    } else {
        float values[device::kVectorElements];
        load_residual<Element>(params.residual, row, kHeadDim, column, values);
        out = device::pack_vector<Element>(values);
    }
    *reinterpret_cast<uint4*>(static_cast<Element*>(params.out.data) + head * params.out.head_stride +
                              token * params.out.token_stride + column) = out;
}

template <int kHeadDim>
dim3 grid_of(int tokens, int heads) {
    constexpr int kRows = kThreads / (kHeadDim / device::kVectorElements);
    return dim3((tokens + kRows - 1) / kRows, heads);
}

template <typename Element, int kHeadDim>
cudaError_t launch(const RefreshResidualParams& params, cudaStream_t stream) {
    refresh_residual_kernel<Element, kHeadDim>
        <<<grid_of<kHeadDim>(params.tokens, params.heads), kThreads, 0, stream>>>(params);
    return cudaGetLastError();
}
template <typename Element, int kHeadDim>
cudaError_t launch(const ApplyResidualParams& params, cudaStream_t stream) {
    apply_residual_kernel<Element, kHeadDim>
        <<<grid_of<kHeadDim>(params.tokens, params.heads), kThreads, 0, stream>>>(params);
    return cudaGetLastError();
}

template <typename Params>
cudaError_t launch_for(const Params& params, GpuStream stream) {
    const auto cuda_stream = static_cast<cudaStream_t>(stream);
    const bool bf16 = params.type == ElementType::BFloat16;
    if (params.head_dim == 128) {
        return bf16 ? launch<__nv_bfloat16, 128>(params, cuda_stream) : launch<__half, 128>(params, cuda_stream);
    }
    return bf16 ? launch<__nv_bfloat16, 64>(params, cuda_stream) : launch<__half, 64>(params, cuda_stream);
}

}  // namespace

GpuError launch_refresh_residual(const RefreshResidualParams& params, GpuStream stream) noexcept {
    return supports_refresh_residual(params) ? launch_for(params, stream) : kGpuInvalidValue;
}
GpuError launch_apply_residual(const ApplyResidualParams& params, GpuStream stream) noexcept {
    return supports_apply_residual(params) ? launch_for(params, stream) : kGpuInvalidValue;
}

}  // namespace timeripple::kernels
