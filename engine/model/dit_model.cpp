#include "engine/model/dit_model.h"

#include "engine/core/device.h"
#include "engine/core/stop.h"
#include "engine/ops/token_ops.h"

#include <ATen/ATen.h>

#include <cmath>

namespace timeripple::engine {
namespace {

// Rows of the feed-forward's inner activation that exist at a time: bounds its memory without costing matrix
// efficiency.
constexpr std::int64_t kFeedForwardRows = 4096;

// Cosine first, then sine; fp32 as in diffusers.
at::Tensor timestep_embedding(double timestep, int channels) {
    const int half = channels / 2;
    const at::Tensor rate = at::arange(half, at::kFloat).mul_(-std::log(10000.0)).div_(double(half)).exp_();
    const at::Tensor angle = rate.mul_(double(float(timestep)));
    return at::cat({angle.cos(), angle.sin()}).unsqueeze(0);
}

}  // namespace

DitModel DitModel::load(WeightSource& source, const DitConfig& config, at::ScalarType dtype, at::Device device,
                        ParameterReader::OnLoaded on_loaded) {
    return DitModel(source, config, dtype, device, std::move(on_loaded));
}

DitModel::DitModel(WeightSource& source, const DitConfig& config, at::ScalarType dtype, at::Device device,
                   ParameterReader::OnLoaded on_loaded)
    : config_(config), dtype_(dtype), device_(device) {
    ParameterReader reader(source, dit_parameters(config), dtype, device, std::move(on_loaded));
    const std::string condition = "condition_embedder.";
    patch_weight_ = reader.read("patch_embedding.weight").flatten(1);
    patch_bias_ = reader.read("patch_embedding.bias");
    time_weight_1_ = reader.read(condition + "time_embedder.linear_1.weight", at::kFloat);
    time_bias_1_ = reader.read(condition + "time_embedder.linear_1.bias", at::kFloat);
    time_weight_2_ = reader.read(condition + "time_embedder.linear_2.weight", at::kFloat);
    time_bias_2_ = reader.read(condition + "time_embedder.linear_2.bias", at::kFloat);
    time_proj_weight_ = reader.read(condition + "time_proj.weight");
    time_proj_bias_ = reader.read(condition + "time_proj.bias");
    text_weight_1_ = reader.read(condition + "text_embedder.linear_1.weight");
    text_bias_1_ = reader.read(condition + "text_embedder.linear_1.bias");
    text_weight_2_ = reader.read(condition + "text_embedder.linear_2.weight");
    text_bias_2_ = reader.read(condition + "text_embedder.linear_2.bias");
    blocks_.reserve(config.layers);
    for (int layer = 0; layer < config.layers; ++layer) {
        blocks_.emplace_back(config, layer, reader);
    }
    output_table_ = reader.read("scale_shift_table", at::kFloat).squeeze(0);
    output_weight_ = reader.read("proj_out.weight");
    output_bias_ = reader.read("proj_out.bias");
}

PromptContext DitModel::prepare_prompt(const TextContext& text) const {
    PromptContext prompt;
    at::Tensor rows = text.rows.to(device_, dtype_);
    const std::int64_t zero_rows = text.total_rows - rows.size(0);
    if (zero_rows > 0) {
        // Equal keys and values: one row whose score is raised by log(count) stands for all of them, exactly.
        rows = at::cat({rows, at::zeros({1, rows.size(1)}, rows.options())});
        prompt.bias = at::zeros({1, 1, 1, rows.size(0)}, rows.options().dtype(at::kFloat));
        prompt.bias.select(3, rows.size(0) - 1).fill_(std::log(double(zero_rows)));
    }
    at::Tensor context = at::linear(rows, text_weight_1_, text_bias_1_);
    at::gelu_(context, "tanh");
    context = at::linear(context, text_weight_2_, text_bias_2_);
    for (const TransformerBlock& block : blocks_) {
        prompt.layers.push_back(block.prompt_keys(context));
    }
    return prompt;
}

TimeContext DitModel::prepare_timestep(double timestep) const {
    at::Tensor embedding = upload(timestep_embedding(timestep, config_.freq_dim), device_);
    embedding = at::linear(embedding, time_weight_1_, time_bias_1_);
    at::silu_(embedding);
    embedding = at::linear(embedding, time_weight_2_, time_bias_2_).to(dtype_);  // [1, d]
    const at::Tensor projection =
        at::linear(at::silu(embedding), time_proj_weight_, time_proj_bias_).to(at::kFloat).view({6, config_.dim()});
    TimeContext time;
    for (const TransformerBlock& block : blocks_) {
        time.layers.push_back(block.modulation(projection));
    }
    const at::Tensor output = output_table_ + embedding.to(at::kFloat);
    output.select(0, 1).add_(1.0);
    time.output = {output.select(0, 0), output.select(0, 1)};
    return time;
}

kernels::TokenGrid DitModel::token_grid(at::IntArrayRef shape) const {
    const auto refuse = [](const std::string& message) { throw EngineFailure({ErrorCode::BadRequest, message, {}}); };
    if (shape.size() != 5 || shape[0] != 1 || shape[1] != config_.in_channels) {
        refuse("The latents must be one tensor [1, " + std::to_string(config_.in_channels) +
               ", T, H, W] for this model. Use latents of the same model.");
    }
    kernels::TokenGrid grid;
    int* const extents[] = {&grid.frames, &grid.height, &grid.width};
    for (int axis = 0; axis < kernels::kAxes; ++axis) {
        const std::int64_t size = shape[2 + axis];
        if (size < 1 || size % config_.patch[axis] != 0) {
            refuse("The latents' sizes must be multiples of the model's patches (" + std::to_string(config_.patch[0]) +
                   ", " + std::to_string(config_.patch[1]) + ", " + std::to_string(config_.patch[2]) +
                   "). Change the size of the clip.");
        }
        if (size / config_.patch[axis] > config_.rope_max_seq_len) {
            const char* const names[] = {"frames", "height", "width"};
            refuse(std::string("The ") + names[axis] +
                   " of the clip are more than this model's position tables hold (" +
                   std::to_string(config_.rope_max_seq_len) + " tokens along an axis). Choose fewer.");
        }
        *extents[axis] = int(size / config_.patch[axis]);
    }
    return grid;
}

at::Tensor DitModel::patchify(const at::Tensor& latents, const kernels::TokenGrid& grid) const {
    const auto [pt, ph, pw] = config_.patch;
    return latents.view({config_.in_channels, grid.frames, pt, grid.height, ph, grid.width, pw})
        .permute({1, 3, 5, 0, 2, 4, 6})
        .reshape({grid.tokens(), std::int64_t(config_.in_channels) * config_.patch_size()});
}

at::Tensor DitModel::unpatchify(const at::Tensor& rows, const kernels::TokenGrid& grid) const {
    const auto [pt, ph, pw] = config_.patch;
    return rows.view({grid.frames, grid.height, grid.width, pt, ph, pw, config_.out_channels})
        .permute({6, 0, 3, 1, 4, 2, 5})
        .reshape({1, config_.out_channels, grid.frames * pt, grid.height * ph, grid.width * pw});
}

at::Tensor DitModel::forward(const at::Tensor& latents, const TimeContext& time, const PromptContext& prompt,
                             AttentionBackend& attention, AttentionCall call, std::stop_token stop,
                             const OnBlock& on_block) {
    call.grid = token_grid(latents.sizes());
    if (call.grid.frames != rope_grid_.frames || call.grid.height != rope_grid_.height ||
        call.grid.width != rope_grid_.width) {
        rope_ = make_rope_tables(call.grid, config_.head_dim, device_);
        rope_grid_ = call.grid;
    }
    const std::int64_t tokens = call.grid.tokens(), dim = config_.dim();
    const at::TensorOptions options = at::TensorOptions().dtype(dtype_).device(device_);

    BlockBuffers buffers;
    buffers.hidden =
        at::linear(patchify(latents.to(device_, dtype_).contiguous(), call.grid), patch_weight_, patch_bias_);
    buffers.branch = at::empty({tokens, dim}, options);
    buffers.qkv = at::empty({tokens, 3 * dim}, options);
    buffers.ffn = at::empty({std::min(tokens, kFeedForwardRows), config_.ffn_dim}, options);

    layer_norm_into(buffers.branch, buffers.hidden, time.layers[0].scale, time.layers[0].shift, config_.eps);
    for (int layer = 0; layer < config_.layers; ++layer) {
        throw_if_stopped(stop);
        call.layer = layer;
        const bool last = layer + 1 == config_.layers;
        const NextNorm next = last ? time.output : NextNorm{time.layers[layer + 1].shift, time.layers[layer + 1].scale};
        blocks_[layer].forward(buffers, time.layers[layer], next, prompt.layers[layer], prompt.bias, rope_, attention,
                               call, stop);
        if (on_block) {
            on_block(layer + 1);
        }
    }
    throw_if_stopped(stop);
    return unpatchify(at::linear(buffers.branch, output_weight_, output_bias_), call.grid);
}

}  // namespace timeripple::engine
