#include "engine/vae/video_vae.h"

#include "engine/core/stop.h"
#include "engine/vae/vae_tiling.h"

#include <ATen/ATen.h>

namespace timeripple::engine {
namespace {

// One number per channel as [z, 1, 1, 1] in fp32.
at::Tensor per_channel(const std::vector<double>& values, at::Device device) {
    return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(at::kFloat).view({-1, 1, 1, 1}).to(device);
}

// 1 / std rounded to fp32, as the pipeline of diffusers has it.
at::Tensor inverse_std(const VaeConfig& config, at::Device device) {
    return per_channel(config.latents_std, device).reciprocal();
}

at::Tensor crop(const at::Tensor& x, int y, int x0, int height, int width) {
    const std::int64_t h = std::min<std::int64_t>(height, x.size(2) - y),
                       w = std::min<std::int64_t>(width, x.size(3) - x0);
    return x.narrow(2, y, h).narrow(3, x0, w);
}

int tiles_along(int size, int stride) {
    return (size + stride - 1) / stride;
}

}  // namespace

VaeDecoder::VaeDecoder(WeightSource& source, const VaeConfig& config, at::Device device,
                       ParameterReader::OnLoaded on_loaded)
    : config_(config), device_(device) {
    ParameterReader reader(source, vae_decoder_parameters(config), at::kFloat, device, std::move(on_loaded));
    post_quant_ = CausalConv3d("post_quant_conv", reader);
    conv_in_ = CausalConv3d("decoder.conv_in", reader);
    mid_.emplace("decoder.mid_block", reader);
    int index = 0;
    for (const VaeUpBlock& block : vae_up_blocks(config)) {
        const std::string name = "decoder.up_blocks." + std::to_string(index++);
        UpBlock up;
        for (int i = 0; i <= config.res_blocks; ++i) {
            up.residuals.emplace_back(name + ".resnets." + std::to_string(i), reader);
        }
        if (block.sampler != VaeUpBlock::Sampler::None) {
            up.sampler.emplace(name + ".upsamplers.0", block.sampler == VaeUpBlock::Sampler::UpSpaceTime, reader);
        }
        up_.push_back(std::move(up));
    }
    norm_out_ = ChannelNorm("decoder.norm_out", reader);
    conv_out_ = CausalConv3d("decoder.conv_out", reader);
}

at::Tensor VaeDecoder::decode_chunk(const at::Tensor& latent_frame, FeatureCache& cache) const {
    cache.begin_chunk();
    at::Tensor x = mid_->forward(conv_in_.forward(latent_frame, cache), cache);
    for (const UpBlock& block : up_) {
        for (const VaeResidual& residual : block.residuals) {
            x = residual.forward(x, cache);
        }
        if (block.sampler) {
            x = block.sampler->forward(x, cache);
        }
    }
    return conv_out_.forward(norm_out_.forward_silu(x), cache);
}

void VaeDecoder::decode(const at::Tensor& latents, const std::optional<VaeTiling>& tiling, const OnFrames& on_frames,
                        std::stop_token stop, const OnProgress& on_progress) const {
    const at::Tensor known = latents.to(device_, at::kFloat).squeeze(0);
    const at::Tensor z = known.div(inverse_std(config_, device_)).add_(per_channel(config_.latents_mean, device_));
    if (tiling) {
        const int ratio = config_.spatial_ratio();
        if (z.size(3) > tiling->tile_width / ratio || z.size(2) > tiling->tile_height / ratio) {
            decode_tiled(z, *tiling, on_frames, stop, on_progress);
            return;
        }
    }
    const at::Tensor x = post_quant_.pointwise(z);
    FeatureCache cache;
    int done = 0;
    for (std::int64_t t = 0; t < x.size(1); ++t) {
        throw_if_stopped(stop);
        at::Tensor frames = decode_chunk(x.narrow(1, t, 1), cache);
        on_frames(frames.clamp_(-1.0, 1.0), done);
        done += int(frames.size(1));
        if (on_progress) {
            on_progress(int(t) + 1, int(x.size(1)));
        }
    }
}

void VaeDecoder::decode_tiled(const at::Tensor& z, const VaeTiling& tiling, const OnFrames& on_frames,
                              std::stop_token stop, const OnProgress& on_progress) const {
    const int ratio = config_.spatial_ratio();
    const int height = int(z.size(2)), width = int(z.size(3)), frames = int(z.size(1));
    const int stride_y = tiling.stride_height / ratio, stride_x = tiling.stride_width / ratio;
    const int rows = tiles_along(height, stride_y), columns = tiles_along(width, stride_x);
    TileBlender blender(height * ratio, width * ratio, tiling.stride_height, tiling.stride_width,
                        tiling.tile_height - tiling.stride_height, tiling.tile_width - tiling.stride_width);
    int done = 0;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const at::Tensor tile = post_quant_.pointwise(
                crop(z, row * stride_y, column * stride_x, tiling.tile_height / ratio, tiling.tile_width / ratio));
            FeatureCache cache;
            std::vector<at::Tensor> chunks;
            for (int t = 0; t < frames; ++t) {
                throw_if_stopped(stop);
                chunks.push_back(decode_chunk(tile.narrow(1, t, 1), cache));
                if (on_progress) {
                    on_progress(++done, rows * columns * frames);
                }
            }
            blender.add(row, column, at::cat(chunks, 1));
        }
    }
    on_frames(at::clamp(blender.result(), -1.0, 1.0), 0);
}

VaeEncoder::VaeEncoder(WeightSource& source, const VaeConfig& config, at::Device device,
                       ParameterReader::OnLoaded on_loaded)
    : config_(config), device_(device) {
    ParameterReader reader(source, vae_encoder_parameters(config), at::kFloat, device, std::move(on_loaded));
    conv_in_ = CausalConv3d("encoder.conv_in", reader);
    int index = 0;
    for (const VaeDownLayer& layer : vae_down_layers(config)) {
        const std::string name = "encoder.down_blocks." + std::to_string(index++);
        Layer down;
        switch (layer.kind) {
            case VaeDownLayer::Kind::Residual:
                down.residual.emplace(name, reader);
                break;
            case VaeDownLayer::Kind::DownSpace:
                down.sampler.emplace(name, false, reader);
                break;
            case VaeDownLayer::Kind::DownSpaceTime:
                down.sampler.emplace(name, true, reader);
                break;
        }
        down_.push_back(std::move(down));
    }
    mid_.emplace("encoder.mid_block", reader);
    norm_out_ = ChannelNorm("encoder.norm_out", reader);
    conv_out_ = CausalConv3d("encoder.conv_out", reader);
    quant_ = CausalConv3d("quant_conv", reader);
}

at::Tensor VaeEncoder::encode_chunk(const at::Tensor& frames, FeatureCache& cache) const {
    cache.begin_chunk();
    at::Tensor x = conv_in_.forward(frames, cache);
    for (const Layer& layer : down_) {
        x = layer.residual ? layer.residual->forward(x, cache) : layer.sampler->forward(x, cache);
    }
    x = mid_->forward(x, cache);
    return quant_.pointwise(conv_out_.forward(norm_out_.forward_silu(x), cache));
}

at::Tensor VaeEncoder::encode_whole(const at::Tensor& frames, std::stop_token stop) const {
    FeatureCache cache;
    std::vector<at::Tensor> chunks{encode_chunk(frames.narrow(1, 0, 1), cache)};
    for (std::int64_t first = 1; first + 4 <= frames.size(1); first += 4) {
        throw_if_stopped(stop);
        chunks.push_back(encode_chunk(frames.narrow(1, first, 4), cache));
    }
    return at::cat(chunks, 1).narrow(0, 0, config_.z_dim);
}

at::Tensor VaeEncoder::encode(const at::Tensor& frames, const std::optional<VaeTiling>& tiling, bool normalise,
                              std::stop_token stop) const {
    const at::Tensor x = frames.to(device_, at::kFloat).contiguous();
    at::Tensor mean;
    const int height = int(x.size(2)), width = int(x.size(3));
    if (tiling && (width > tiling->tile_width || height > tiling->tile_height)) {
        const int ratio = config_.spatial_ratio();
        TileBlender blender(height / ratio, width / ratio, tiling->stride_height / ratio, tiling->stride_width / ratio,
                            (tiling->tile_height - tiling->stride_height) / ratio,
                            (tiling->tile_width - tiling->stride_width) / ratio);
        for (int row = 0; row < tiles_along(height, tiling->stride_height); ++row) {
            for (int column = 0; column < tiles_along(width, tiling->stride_width); ++column) {
                const at::Tensor tile = crop(x, row * tiling->stride_height, column * tiling->stride_width,
                                             tiling->tile_height, tiling->tile_width);
                blender.add(row, column, encode_whole(tile.contiguous(), stop).contiguous());
            }
        }
        mean = blender.result();
    } else {
        mean = encode_whole(x, stop);
    }
    if (normalise) {
        mean = (mean - per_channel(config_.latents_mean, device_)).mul_(inverse_std(config_, device_));
    }
    return mean.unsqueeze(0);
}

}  // namespace timeripple::engine
