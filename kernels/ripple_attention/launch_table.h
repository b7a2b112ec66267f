#pragma once
// One launcher per instantiation file; the dispatcher picks.

#include "kernels/api/ripple_attention.h"

namespace timeripple::kernels {

#define TR_ATTENTION_LAUNCHER(name) GpuError name(const RippleAttentionParams& params, GpuStream stream) noexcept

TR_ATTENTION_LAUNCHER(launch_sm80_bf16_d128_n64);
TR_ATTENTION_LAUNCHER(launch_sm80_bf16_d128_n32);
TR_ATTENTION_LAUNCHER(launch_sm80_bf16_d64_n64);
TR_ATTENTION_LAUNCHER(launch_sm80_fp16_d128_n64);
TR_ATTENTION_LAUNCHER(launch_sm80_fp16_d128_n32);
TR_ATTENTION_LAUNCHER(launch_sm80_fp16_d64_n64);

TR_ATTENTION_LAUNCHER(launch_sm90_bf16_d128);
TR_ATTENTION_LAUNCHER(launch_sm90_bf16_d64);
TR_ATTENTION_LAUNCHER(launch_sm90_fp16_d128);
TR_ATTENTION_LAUNCHER(launch_sm90_fp16_d64);

#undef TR_ATTENTION_LAUNCHER

inline constexpr float kLog2E = 1.44269504088896341f;

}  // namespace timeripple::kernels
