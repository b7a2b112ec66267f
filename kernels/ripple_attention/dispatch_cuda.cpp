// Which attention kernel serves a call on the current device.

#include "kernels/ripple_attention/launch_table.h"
#include "kernels/ripple_attention/tile_config.h"

#include <cuda_runtime_api.h>

namespace timeripple::kernels {
namespace {

GpuError launch_sm80(const RippleAttentionParams& params, GpuStream stream, int sm_arch) {
    const bool bf16 = params.type == ElementType::BFloat16;
    if (params.head_dim == 64) {
        return bf16 ? launch_sm80_bf16_d64_n64(params, stream) : launch_sm80_fp16_d64_n64(params, stream);
    }
    if (sm80_key_tile(sm_arch) == Sm80Tile::kBlockN) {
        return bf16 ? launch_sm80_bf16_d128_n64(params, stream) : launch_sm80_fp16_d128_n64(params, stream);
    }
    return bf16 ? launch_sm80_bf16_d128_n32(params, stream) : launch_sm80_fp16_d128_n32(params, stream);
}

#if TIMERIPPLE_HAS_SM90
GpuError launch_sm90(const RippleAttentionParams& params, GpuStream stream) {
    const bool bf16 = params.type == ElementType::BFloat16;
    if (params.head_dim == 64) {
        return bf16 ? launch_sm90_bf16_d64(params, stream) : launch_sm90_fp16_d64(params, stream);
    }
    return bf16 ? launch_sm90_bf16_d128(params, stream) : launch_sm90_fp16_d128(params, stream);
}
#endif

// Compute capability of the current device as 10 * major + minor.
GpuError current_architecture(int& sm_arch) {
    int device = 0;
    int major = 0;
    int minor = 0;
    cudaError_t error = cudaGetDevice(&device);
    if (error == cudaSuccess) {
        error = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    }
    if (error == cudaSuccess) {
        error = cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device);
    }
    sm_arch = 10 * major + minor;
    return error;
}

}  // namespace

AttentionKernel choose_attention_kernel(const RippleAttentionParams& params, int sm_arch) noexcept {
#if TIMERIPPLE_HAS_SM90
    // The wgmma kernel is built for sm_90a alone: wgmma exists on no other architecture.
    if (sm_arch == 90 && params.tile_counter != nullptr) {
        return AttentionKernel::Sm90;
    }
#endif
    (void)params;
    return sm_arch >= 80 ? AttentionKernel::Sm80 : AttentionKernel::Automatic;
}

GpuError launch_ripple_attention_fwd(const RippleAttentionParams& params, GpuStream stream,
                                     AttentionKernel kernel) noexcept {
    int sm_arch = 0;
    const GpuError error = current_architecture(sm_arch);
    if (error != kGpuSuccess) {
        return error;
    }
    if (!supports_ripple_attention(params, sm_arch, kernel)) {
        return kGpuInvalidValue;
    }
#if TIMERIPPLE_HAS_SM90
    if ((kernel == AttentionKernel::Automatic ? choose_attention_kernel(params, sm_arch) : kernel) ==
        AttentionKernel::Sm90) {
        return launch_sm90(params, stream);
    }
#endif
    return launch_sm80(params, stream, sm_arch);
}

}  // namespace timeripple::kernels
