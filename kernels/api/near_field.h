#pragma once
// The near field of compacted attention on the GPU: corrects the merged output in place, from the log-sum-exp that K3
// wrote. Definition and formula: near_field_cpu.h. Text queries keep what they have; text keys are exact anyway.

#include "kernels/api/gpu_types.h"
#include "kernels/api/token_grid.h"

namespace timeripple::kernels {

struct NearFieldParams {
    ElementType type = ElementType::BFloat16;
    int heads = 0;
    int head_dim = 0;  // 64 or 128
    int tokens = 0;    // of the whole sequence
    int video_begin = 0;
    TokenGrid grid;
    int reach[kAxes] = {1, 2, 2};  // tokens to either side along time, y, x; 0 or more
    float softmax_scale = 0.0f;
    GroupReference reference = GroupReference::Mean;

    TensorView q, k, v;                  // [heads, tokens, head_dim]
    const void* compacted_k = nullptr;   // K' of CompactKvParams
    const float* lse = nullptr;          // of the merged attention, [heads, tokens]
    const int* group_of = nullptr;       // ReuseMaskParams::group_of, both sides: [2, heads, tokens]
    const int* query_members = nullptr;  // [heads, tokens]
    const int* query_starts = nullptr;   // [heads, tokens + 1]
    MutableTensorView out;               // merged output, corrected in place
};

bool supports_near_field(const NearFieldParams& params) noexcept;
GpuError launch_near_field(const NearFieldParams& params, GpuStream stream) noexcept;

}  // namespace timeripple::kernels
