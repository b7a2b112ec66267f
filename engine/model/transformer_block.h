#pragma once
// One block of WanTransformer3DModel: self-attention with RoPE, cross-attention to the prompt, feed-forward.

#include "engine/attention/attention_backend.h"
#include "engine/model/dit_config.h"
#include "engine/model/parameter_reader.h"
#include "engine/model/rope3d.h"

#include <ATen/core/Tensor.h>

#include <stop_token>

namespace timeripple::engine {

// Activations of a forward pass, shared by all blocks. N tokens of width d.
struct BlockBuffers {
    at::Tensor hidden;  // [N, d] the residual stream
    at::Tensor branch;  // [N, d] input of the next branch; on entry of a block: norm1 of hidden, modulated
    at::Tensor qkv;     // [N, 3d]
    at::Tensor ffn;     // [rows of a chunk, ffn_dim]
};

// Six fp32 rows [d] of a block at one timestep, in the order of the checkpoint; the scales already hold 1 + scale.
struct BlockModulation {
    at::Tensor shift, scale, gate, ffn_shift, ffn_scale, ffn_gate;
};

// What the end of a block needs of its successor (or of the output head): norm(hidden) * scale + shift.
struct NextNorm {
    at::Tensor shift, scale;
};

// Keys and values of the prompt in one block: [1, heads, rows, head_dim].
struct PromptKeys {
    at::Tensor key, value;
};

class TransformerBlock {
  public:
    TransformerBlock(const DitConfig& config, int layer, ParameterReader& reader);

    // context: [rows, d], the embedded prompt.
    PromptKeys prompt_keys(const at::Tensor& context) const;
    // table [6, d] fp32 + proj [6, d] fp32.
    BlockModulation modulation(const at::Tensor& projection) const;

    // prompt_bias: fp32 [1, 1, 1, rows], added to the scores, or undefined.
    void forward(BlockBuffers& buffers, const BlockModulation& modulation, const NextNorm& next,
                 const PromptKeys& prompt, const at::Tensor& prompt_bias, const RopeTables& rope,
                 AttentionBackend& attention, const AttentionCall& call, std::stop_token stop) const;

  private:
    void self_attention(BlockBuffers& buffers, const RopeTables& rope, AttentionBackend& attention,
                        const AttentionCall& call, std::stop_token stop) const;
    void cross_attention(BlockBuffers& buffers, const PromptKeys& prompt, const at::Tensor& prompt_bias) const;
    void feed_forward(BlockBuffers& buffers) const;

    DitConfig config_;
    at::Tensor table_;  // [6, d] fp32
    at::Tensor qkv_weight_, qkv_bias_, norm_q_, norm_k_, out_weight_, out_bias_;
    at::Tensor cross_norm_weight_, cross_norm_bias_;  // undefined where cross_attn_norm is off
    at::Tensor cross_q_weight_, cross_q_bias_, cross_kv_weight_, cross_kv_bias_, cross_norm_q_, cross_norm_k_;
    at::Tensor cross_out_weight_, cross_out_bias_;
    at::Tensor up_weight_, up_bias_, down_weight_, down_bias_;
};

}  // namespace timeripple::engine
