#pragma once
// Tensors [1, heads, N, head_dim] as the kernels see them.

#include "engine/attention/attention_backend.h"
#include "kernels/api/reuse_cpu.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

namespace timeripple::engine {

inline void check_heads(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                        const TextRows& text) {
    TORCH_CHECK(q.device().is_cpu(), "ripple attention got tensors on ", q.device(), ", but this path runs on the CPU");
    TORCH_CHECK(q.dim() == 4 && q.size(0) == 1 && q.sizes() == k.sizes() && q.sizes() == v.sizes(),
                "ripple attention wants q, k and v of one shape [1, heads, N, head_dim]");
    TORCH_CHECK(text.before >= 0 && text.behind >= 0 && q.size(2) == text.before + grid.tokens() + text.behind,
                "ripple attention got ", q.size(2), " tokens for a grid of ", grid.frames, " x ", grid.height, " x ",
                grid.width, " and ", text.before + text.behind, " rows of text");
}

// Channels of a row side by side, as the kernels want them.
inline at::Tensor with_dense_rows(const at::Tensor& tensor) {
    return tensor.stride(3) == 1 ? tensor : tensor.contiguous();
}

// Uninitialised, of the same shape, laid out [N, heads, head_dim] as the output projection wants it.
inline at::Tensor empty_heads_like(const at::Tensor& q) {
    return at::empty({1, q.size(2), q.size(1), q.size(3)}, q.options()).transpose(1, 2);
}

// One head.
template <typename T>
kernels::Rows<T> head_rows(const at::Tensor& tensor, int head) {
    return {static_cast<T*>(tensor.data_ptr()) + head * tensor.stride(1),
            static_cast<std::ptrdiff_t>(tensor.stride(2))};
}

}  // namespace timeripple::engine
