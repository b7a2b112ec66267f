#pragma once
// Configuration of AutoencoderKLWan (vae/config.json of diffusers), and its parameters by name and shape.

#include "engine/core/json_config.h"
#include "engine/model/parameter_table.h"

#include <string>
#include <vector>

namespace timeripple::engine {

struct VaeConfig {
    int base_dim = 96;
    int decoder_base_dim = 96;
    int z_dim = 16;
    std::vector<int> dim_mult{1, 2, 4, 4};
    int res_blocks = 2;
    std::vector<bool> temporal_downsample{false, true, true};
    std::vector<double> latents_mean, latents_std;
    int in_channels = 3;
    int out_channels = 3;

    int spatial_ratio() const { return 1 << (int(dim_mult.size()) - 1); }
    int temporal_ratio() const;

    // Throws EngineFailure: BadFile for senseless values, WrongModel for Wan2.2's residual or patched variant and for
    // attn_scales, with which diffusers v0.40.0 itself cannot encode.
    static VaeConfig from_json(const JsonConfig& json);
};

// What the flat list `encoder.down_blocks` holds at an index.
struct VaeDownLayer {
    enum class Kind { Residual, DownSpace, DownSpaceTime } kind;
    int in = 0, out = 0;
};
std::vector<VaeDownLayer> vae_down_layers(const VaeConfig& config);

// What `decoder.up_blocks` holds at an index.
struct VaeUpBlock {
    enum class Sampler { None, UpSpace, UpSpaceTime } sampler;
    int in = 0, out = 0;
};
std::vector<VaeUpBlock> vae_up_blocks(const VaeConfig& config);

ParameterTable vae_encoder_parameters(const VaeConfig& config);  // with quant_conv
ParameterTable vae_decoder_parameters(const VaeConfig& config);  // with post_quant_conv

}  // namespace timeripple::engine
