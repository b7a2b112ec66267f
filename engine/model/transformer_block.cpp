#include "engine/model/transformer_block.h"

#include "engine/ops/token_ops.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace timeripple::engine {
namespace {

// out = in * weight^T + bias, written in place.
void linear_into(at::Tensor out, const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias) {
    at::addmm_out(out, bias, in, weight.t());
}

// The way back from as_heads; a view where the attention wrote [1, N, heads, head_dim].
at::Tensor as_rows(const at::Tensor& heads) {
    return heads.squeeze(0).transpose(0, 1).flatten(1, 2);
}

// Scores that exist at a time on a GPU.
constexpr std::int64_t kScoresAtOnce = std::int64_t(1) << 27;

// Attention to few keys with an fp32 bias on the scores. The bias must not be rounded to bf16 (log 488 would be off by
// 1 %), which LibTorch's fused attention only allows on the host.
at::Tensor biased_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias) {
    if (!bias.defined()) {
        return at::scaled_dot_product_attention(q, k, v);
    }
    if (q.device().is_cpu() || q.scalar_type() == at::kFloat) {
        return at::scaled_dot_product_attention(q, k, v, bias);
    }
    const double scale = 1.0 / std::sqrt(double(q.size(3)));
    // Row by row of queries, so many at a time that the scores stay small beside the activations.
    const std::int64_t rows = q.size(2);
    const std::int64_t piece = std::clamp<std::int64_t>(kScoresAtOnce / (q.size(1) * k.size(2)), 1, rows);
    at::Tensor out = at::empty({1, rows, q.size(1), q.size(3)}, q.options()).transpose(1, 2);
    for (std::int64_t begin = 0; begin < rows; begin += piece) {
        const std::int64_t count = std::min(piece, rows - begin);
        at::Tensor scores = at::matmul(q.narrow(2, begin, count), k.transpose(2, 3)).to(at::kFloat);
        scores.mul_(scale).add_(bias);
        out.narrow(2, begin, count).copy_(at::matmul(at::softmax(scores, -1).to(q.scalar_type()), v));
    }
    return out;
}

}  // namespace

TransformerBlock::TransformerBlock(const DitConfig& config, int layer, ParameterReader& reader) : config_(config) {
    const std::string block = "blocks." + std::to_string(layer) + ".";
    const std::string self = block + "attn1.", cross = block + "attn2.";
    table_ = reader.read(block + "scale_shift_table", at::kFloat).squeeze(0);
    qkv_weight_ = reader.read_stacked({self + "to_q.weight", self + "to_k.weight", self + "to_v.weight"});
    qkv_bias_ = reader.read_stacked({self + "to_q.bias", self + "to_k.bias", self + "to_v.bias"});
    norm_q_ = reader.read(self + "norm_q.weight", at::kFloat);
    norm_k_ = reader.read(self + "norm_k.weight", at::kFloat);
    out_weight_ = reader.read(self + "to_out.0.weight");
    out_bias_ = reader.read(self + "to_out.0.bias");
    if (config.cross_attn_norm) {
        cross_norm_weight_ = reader.read(block + "norm2.weight", at::kFloat);
        cross_norm_bias_ = reader.read(block + "norm2.bias", at::kFloat);
    }
    cross_q_weight_ = reader.read(cross + "to_q.weight");
    cross_q_bias_ = reader.read(cross + "to_q.bias");
    cross_kv_weight_ = reader.read_stacked({cross + "to_k.weight", cross + "to_v.weight"});
    cross_kv_bias_ = reader.read_stacked({cross + "to_k.bias", cross + "to_v.bias"});
    cross_norm_q_ = reader.read(cross + "norm_q.weight", at::kFloat);
    cross_norm_k_ = reader.read(cross + "norm_k.weight", at::kFloat);
    cross_out_weight_ = reader.read(cross + "to_out.0.weight");
    cross_out_bias_ = reader.read(cross + "to_out.0.bias");
    up_weight_ = reader.read(block + "ffn.net.0.proj.weight");
    up_bias_ = reader.read(block + "ffn.net.0.proj.bias");
    down_weight_ = reader.read(block + "ffn.net.2.weight");
    down_bias_ = reader.read(block + "ffn.net.2.bias");
}

PromptKeys TransformerBlock::prompt_keys(const at::Tensor& context) const {
    const at::Tensor kv = at::linear(context, cross_kv_weight_, cross_kv_bias_);
    const at::Tensor key = kv.narrow(1, 0, config_.dim());
    rms_norm_rope_(key, cross_norm_k_, {}, {}, config_.heads, config_.eps);
    return {as_heads(key, config_.heads), as_heads(kv.narrow(1, config_.dim(), config_.dim()), config_.heads)};
}

BlockModulation TransformerBlock::modulation(const at::Tensor& projection) const {
    const at::Tensor rows = table_ + projection;
    rows.select(0, 1).add_(1.0);
    rows.select(0, 4).add_(1.0);
    return {rows.select(0, 0), rows.select(0, 1), rows.select(0, 2),
            rows.select(0, 3), rows.select(0, 4), rows.select(0, 5)};
}

void TransformerBlock::forward(BlockBuffers& buffers, const BlockModulation& modulation, const NextNorm& next,
                               const PromptKeys& prompt, const at::Tensor& prompt_bias, const RopeTables& rope,
                               AttentionBackend& attention, const AttentionCall& call, std::stop_token stop) const {
    self_attention(buffers, rope, attention, call, stop);
    if (config_.cross_attn_norm) {
        residual_norm_(buffers.hidden, buffers.branch, modulation.gate, cross_norm_weight_, cross_norm_bias_,
                       config_.eps);
    } else {
        gated_add_(buffers.hidden, buffers.branch, modulation.gate);
        buffers.branch.copy_(buffers.hidden);
    }
    cross_attention(buffers, prompt, prompt_bias);
    residual_norm_(buffers.hidden, buffers.branch, {}, modulation.ffn_scale, modulation.ffn_shift, config_.eps);
    feed_forward(buffers);
    residual_norm_(buffers.hidden, buffers.branch, modulation.ffn_gate, next.scale, next.shift, config_.eps);
}

void TransformerBlock::self_attention(BlockBuffers& buffers, const RopeTables& rope, AttentionBackend& attention,
                                      const AttentionCall& call, std::stop_token stop) const {
    const int dim = config_.dim();
    linear_into(buffers.qkv, buffers.branch, qkv_weight_, qkv_bias_);
    const RawQueryKey raw{buffers.qkv.narrow(1, 0, dim),
                          buffers.qkv.narrow(1, dim, dim),
                          norm_q_,
                          norm_k_,
                          rope.cosine,
                          rope.sine,
                          config_.heads,
                          config_.eps};
    const at::Tensor value = as_heads(buffers.qkv.narrow(1, 2 * dim, dim), config_.heads);
    const at::Tensor mixed = attention.forward_raw(raw, value, call, stop);
    linear_into(buffers.branch, as_rows(mixed), out_weight_, out_bias_);
}

void TransformerBlock::cross_attention(BlockBuffers& buffers, const PromptKeys& prompt,
                                       const at::Tensor& prompt_bias) const {
    const int dim = config_.dim();
    // The query takes the first third of the buffer, which self-attention has done with.
    const at::Tensor query = buffers.qkv.flatten().narrow(0, 0, buffers.branch.numel()).view({-1, dim});
    linear_into(query, buffers.branch, cross_q_weight_, cross_q_bias_);
    rms_norm_rope_(query, cross_norm_q_, {}, {}, config_.heads, config_.eps);
    const at::Tensor mixed = biased_attention(as_heads(query, config_.heads), prompt.key, prompt.value, prompt_bias);
    linear_into(buffers.branch, as_rows(mixed), cross_out_weight_, cross_out_bias_);
}

void TransformerBlock::feed_forward(BlockBuffers& buffers) const {
    const std::int64_t rows = buffers.branch.size(0), chunk = buffers.ffn.size(0);
    for (std::int64_t first = 0; first < rows; first += chunk) {
        const std::int64_t count = std::min(chunk, rows - first);
        const at::Tensor part = buffers.branch.narrow(0, first, count);
        at::Tensor wide = buffers.ffn.narrow(0, 0, count);
        linear_into(wide, part, up_weight_, up_bias_);
        at::gelu_(wide, "tanh");
        linear_into(part, wide, down_weight_, down_bias_);
    }
}

}  // namespace timeripple::engine
