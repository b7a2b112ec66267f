#pragma once
// AutoencoderKLWan of diffusers v0.40.0: latents to frames and back, in fp32, batch 1, chunk by chunk with a feature
// cache, optionally in blended tiles. Encoder and decoder are loaded apart, since most runs need one of them.

#include "engine/vae/vae_config.h"
#include "engine/vae/vae_layers.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace timeripple::engine {

// Tiles of 256 x 256 pixels, 192 apart, with linear blends: diffusers' defaults.
struct VaeTiling {
    int tile_height = 256, tile_width = 256;
    int stride_height = 192, stride_width = 192;
};

class VaeDecoder {
  public:
    VaeDecoder(WeightSource& source, const VaeConfig& config, at::Device device,
               ParameterReader::OnLoaded on_loaded = {});

    // Frames as they are ready: [3, frames, H, W] fp32 in [-1, 1] on the model's device; `first` is the index of the
    // first.
    using OnFrames = std::function<void(const at::Tensor& frames, int first)>;
    using OnProgress = std::function<void(int done, int total)>;  // latent frames, times tiles

    // latents: [1, z, T, H, W] as the transformer knows them (normalised); mean and std are put back here.
    // Polls `stop` between latent frames. Tiled frames come all at the end.
    void decode(const at::Tensor& latents, const std::optional<VaeTiling>& tiling, const OnFrames& on_frames,
                std::stop_token stop, const OnProgress& on_progress = {}) const;

    const VaeConfig& config() const { return config_; }
    at::Device device() const { return device_; }

  private:
    struct UpBlock {
        std::vector<VaeResidual> residuals;
        std::optional<VaeUpsample> sampler;
    };
    // One latent frame [z, 1, H, W], post_quant_conv done.
    at::Tensor decode_chunk(const at::Tensor& x, FeatureCache& cache) const;
    void decode_tiled(const at::Tensor& z, const VaeTiling& tiling, const OnFrames& on_frames, std::stop_token stop,
                      const OnProgress& on_progress) const;

    VaeConfig config_;
    at::Device device_;
    CausalConv3d post_quant_, conv_in_, conv_out_;
    std::optional<VaeMidBlock> mid_;
    std::vector<UpBlock> up_;
    ChannelNorm norm_out_;
};

class VaeEncoder {
  public:
    VaeEncoder(WeightSource& source, const VaeConfig& config, at::Device device,
               ParameterReader::OnLoaded on_loaded = {});

    // frames: [3, 4k + 1, H, W] fp32 in [-1, 1]. Result: the mean of the posterior, [1, z, T, H/8, W/8]; normalised
    // with the config's mean and std if `normalise`. Polls `stop` between chunks.
    at::Tensor encode(const at::Tensor& frames, const std::optional<VaeTiling>& tiling, bool normalise,
                      std::stop_token stop = {}) const;

    const VaeConfig& config() const { return config_; }

  private:
    struct Layer {
        std::optional<VaeResidual> residual;
        std::optional<VaeDownsample> sampler;
    };
    at::Tensor encode_chunk(const at::Tensor& x, FeatureCache& cache) const;
    at::Tensor encode_whole(const at::Tensor& frames, std::stop_token stop) const;

    VaeConfig config_;
    at::Device device_;
    CausalConv3d conv_in_, conv_out_, quant_;
    std::vector<Layer> down_;
    std::optional<VaeMidBlock> mid_;
    ChannelNorm norm_out_;
};

}  // namespace timeripple::engine
