#include "kernels/ripple_attention/launch_table.h"
#include "kernels/ripple_attention/ripple_attention_fwd_sm90.cuh"

namespace timeripple::kernels {

GpuError launch_sm90_bf16_d64(const RippleAttentionParams& params, GpuStream stream) noexcept {
    return launch_sm90<__nv_bfloat16, 64>(params, params.softmax_scale * kLog2E, static_cast<cudaStream_t>(stream));
}

}  // namespace timeripple::kernels
