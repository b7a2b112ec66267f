#include "engine/attention/attention_backend.h"

#include "engine/ops/token_ops.h"

#include <ATen/ATen.h>

#include <utility>

namespace timeripple::engine {

at::Tensor as_heads(const at::Tensor& rows, int heads) {
    return rows.unflatten(1, {heads, rows.size(1) / heads}).transpose(0, 1).unsqueeze(0);
}

at::Tensor AttentionBackend::forward_raw(const RawQueryKey& raw, const at::Tensor& v, const AttentionCall& call,
                                         std::stop_token stop) {
    rms_norm_rope_(raw.query, raw.query_weight, raw.cosine, raw.sine, raw.heads, raw.eps);
    rms_norm_rope_(raw.key, raw.key_weight, raw.cosine, raw.sine, raw.heads, raw.eps);
    return forward(as_heads(raw.query, raw.heads), as_heads(raw.key, raw.heads), v, call, std::move(stop));
}

}  // namespace timeripple::engine
