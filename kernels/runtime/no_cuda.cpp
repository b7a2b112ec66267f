// The GPU doors of a build without CUDA: they say so and do nothing.

#include "kernels/api/compact_kv.h"
#include "kernels/api/near_field.h"
#include "kernels/api/norm_rope_detect.h"
#include "kernels/api/residual.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/reuse_statistics.h"
#include "kernels/api/ripple_attention.h"
#include "kernels/api/single_pass.h"
#include "kernels/api/token_deltas.h"
#include "kernels/api/token_rows_gpu.h"

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
GpuError launch_single_pass(const SinglePassParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_norm_rows(const NormRowsParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_rms_rope_rows(const RmsRopeRowsParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_compact_kv(const CompactKvParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_norm_rope_detect(const NormRopeDetectParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_reuse_statistics(const ReuseStatisticsParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_token_deltas(const TokenDeltaParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_near_field(const NearFieldParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_refresh_residual(const RefreshResidualParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
GpuError launch_apply_residual(const ApplyResidualParams&, GpuStream) noexcept {
    return kGpuNoDevice;
}
AttentionKernel choose_attention_kernel(const RippleAttentionParams&, int) noexcept {
    return AttentionKernel::Automatic;
}
GpuError launch_ripple_attention_fwd(const RippleAttentionParams&, GpuStream, AttentionKernel) noexcept {
    return kGpuNoDevice;
}

}  // namespace timeripple::kernels
