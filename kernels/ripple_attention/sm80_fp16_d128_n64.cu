#include "kernels/ripple_attention/launch_table.h"
#include "kernels/ripple_attention/ripple_attention_fwd_sm80.cuh"

namespace timeripple::kernels {

GpuError launch_sm80_fp16_d128_n64(const RippleAttentionParams& params, GpuStream stream) noexcept {
    return launch_sm80<__half, 128, 64>({params, params.softmax_scale * kLog2E}, static_cast<cudaStream_t>(stream));
}

}  // namespace timeripple::kernels
