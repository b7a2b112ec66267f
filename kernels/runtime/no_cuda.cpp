// The GPU doors of a build without CUDA: they say so and do nothing.

#include "kernels/api/compact_kv.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/ripple_attention.h"

namespace timeripple::kernels {

bool built_with_cuda() noexcept {
    return false;
}
const char* gpu_error_text(GpuError) noexcept {
    return "this build has no CUDA kernels";
}

GpuError launch_detect_links(const ReuseMaskParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_scan_groups(const ReuseMaskParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_compact_kv(const CompactKvParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
AttentionKernel choose_attention_kernel(const RippleAttentionParams&, int) noexcept {
    return AttentionKernel::Automatic;
}
GpuError launch_ripple_attention_fwd(const RippleAttentionParams&, GpuStream, AttentionKernel) noexcept {
    return kGpuNoDevice;
}

}  // namespace timeripple::kernels
