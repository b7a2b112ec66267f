#pragma once
// Types common to the GPU launchers. This header and everything in kernels/api compiles without a CUDA toolkit: a
// stream travels as an opaque pointer (cudaStream_t), an error as the value of cudaError_t.

#include "kernels/api/reuse.h"

#include <cstdint>

namespace timeripple::kernels {

using GpuStream = void*;                         // cudaStream_t
using GpuError = int;                            // cudaError_t; 0 is success
inline constexpr GpuError kGpuSuccess = 0;       // cudaSuccess
inline constexpr GpuError kGpuInvalidValue = 1;  // cudaErrorInvalidValue
inline constexpr GpuError kGpuNoDevice = 100;  // cudaErrorNoDevice; every launcher of a build without CUDA answers this

enum class ElementType { BFloat16, Float16 };

// [heads, tokens, head_dim] with head_dim contiguous; strides in elements, both multiples of 8 (16 bytes).
struct TensorView {
    const void* data = nullptr;
    std::int64_t head_stride = 0;
    std::int64_t token_stride = 0;
};
struct MutableTensorView {
    void* data = nullptr;
    std::int64_t head_stride = 0;
    std::int64_t token_stride = 0;
};

// True if this build holds CUDA kernels at all.
bool built_with_cuda() noexcept;
// The sentence of a GpuError ("an illegal memory access was encountered"); never null.
const char* gpu_error_text(GpuError error) noexcept;

}  // namespace timeripple::kernels
