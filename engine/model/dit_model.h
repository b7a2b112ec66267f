#pragma once
// WanTransformer3DModel of diffusers v0.40.0, any config, fp32 or bf16, batch 1, inference only.
// Threads: one at a time; forward() is const and keeps nothing but the position tables.

#include "engine/attention/attention_backend.h"
#include "engine/model/dit_config.h"
#include "engine/model/parameter_reader.h"
#include "engine/model/rope3d.h"
#include "engine/model/transformer_block.h"
#include "engine/text/text_encoder.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <stop_token>
#include <vector>

namespace timeripple::engine {

// All that depends on the prompt alone: keys and values of cross-attention in every block.
struct PromptContext {
    std::vector<PromptKeys> layers;
    at::Tensor bias;  // fp32 [1, 1, 1, rows]; undefined where no zero row was folded
};

// All that depends on the timestep alone; the same for the cond and uncond pass.
struct TimeContext {
    std::vector<BlockModulation> layers;
    NextNorm output;
};

class DitModel {
  public:
    // Called after each block with the number of blocks done; may throw to stop.
    using OnBlock = std::function<void(int done)>;

    static DitModel load(WeightSource& source, const DitConfig& config, at::ScalarType dtype, at::Device device,
                         ParameterReader::OnLoaded on_loaded = {});

    const DitConfig& config() const { return config_; }
    at::ScalarType dtype() const { return dtype_; }
    at::Device device() const { return device_; }

    PromptContext prepare_prompt(const TextContext& text) const;
    TimeContext prepare_timestep(double timestep) const;

    // Token grid of latents [1, C, T, H, W]. Throws EngineFailure(BadRequest) where they do not fit the patches or the
    // tables.
    kernels::TokenGrid token_grid(at::IntArrayRef latent_shape) const;

    // Velocity [1, out_channels, T, H, W] in the model's dtype. `call.layer` and `call.grid` are filled in here.
    at::Tensor forward(const at::Tensor& latents, const TimeContext& time, const PromptContext& prompt,
                       AttentionBackend& attention, AttentionCall call, std::stop_token stop,
                       const OnBlock& on_block = {});

  private:
    DitModel(WeightSource& source, const DitConfig& config, at::ScalarType dtype, at::Device device,
             ParameterReader::OnLoaded on_loaded);
    at::Tensor patchify(const at::Tensor& latents, const kernels::TokenGrid& grid) const;
    at::Tensor unpatchify(const at::Tensor& rows, const kernels::TokenGrid& grid) const;

    DitConfig config_;
    at::ScalarType dtype_;
    at::Device device_;
    at::Tensor patch_weight_, patch_bias_;
    at::Tensor time_weight_1_, time_bias_1_, time_weight_2_, time_bias_2_;  // fp32
    at::Tensor time_proj_weight_, time_proj_bias_;
    at::Tensor text_weight_1_, text_bias_1_, text_weight_2_, text_bias_2_;
    std::vector<TransformerBlock> blocks_;
    at::Tensor output_table_, output_weight_, output_bias_;
    kernels::TokenGrid rope_grid_;
    RopeTables rope_;
};

}  // namespace timeripple::engine
