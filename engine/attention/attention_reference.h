#pragma once
// Reuse in fp64, straight from the definition (kernels/api/reuse_reference.h), for tensors: nothing of the fast path.

#include "engine/api/attention_file.h"

#include <ATen/core/Tensor.h>

#include <stop_token>

namespace timeripple::engine {

// q, k, v [1, heads, N, D] of any float type; fp64 [heads, N, D]. Heads go over the engine's threads.
at::Tensor attention_by_definition(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const AttentionFileRequest& request, double theta, const std::stop_token& stop);

}  // namespace timeripple::engine
