#pragma once
// Slow attention on the GPU in fp64, and the same in plain low precision: what the kernels under test are held against.

#include "kernels/api/gpu_types.h"

namespace timeripple::test {

struct ReferenceAttention {
    kernels::ElementType type = kernels::ElementType::BFloat16;
    int head_dim = 0;
    int queries = 0;
    int keys = 0;
    double scale = 0.0;
    const void* q = nullptr;        // [queries, head_dim]
    const void* k = nullptr;        // [keys, head_dim]
    const void* v = nullptr;        // [keys, head_dim]
    const float* counts = nullptr;  // [keys] or null: all 1
    double* out = nullptr;          // [queries, head_dim]
    double* lse = nullptr;          // [queries]
};

// One head. `plain`: scores in fp32, probabilities rounded to the element type, output rounded: an ordinary
// implementation.
kernels::GpuError launch_reference_attention(const ReferenceAttention& call, bool plain, kernels::GpuStream stream);

}  // namespace timeripple::test
