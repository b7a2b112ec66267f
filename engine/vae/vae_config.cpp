#include "engine/vae/vae_config.h"

#include <algorithm>

namespace timeripple::engine {
namespace {

// Appends parameters under a prefix.
class TableWriter {
  public:
    explicit TableWriter(ParameterTable& table) : table_(table) {}

    void conv(const std::string& name, std::int64_t out, std::int64_t in, std::vector<std::int64_t> kernel) {
        std::vector<std::int64_t> shape{out, in};
        shape.insert(shape.end(), kernel.begin(), kernel.end());
        table_.push_back({name + ".weight", shape});
        table_.push_back({name + ".bias", {out}});
    }
    void gamma(const std::string& name, std::int64_t dim, int ones) {
        std::vector<std::int64_t> shape{dim};
        shape.resize(1 + ones, 1);
        table_.push_back({name + ".gamma", shape});
    }
    void residual(const std::string& name, int in, int out) {
        gamma(name + ".norm1", in, 3);
        conv(name + ".conv1", out, in, {3, 3, 3});
        gamma(name + ".norm2", out, 3);
        conv(name + ".conv2", out, out, {3, 3, 3});
        if (in != out) {
            conv(name + ".conv_shortcut", out, in, {1, 1, 1});
        }
    }
    void attention(const std::string& name, int dim) {
        gamma(name + ".norm", dim, 2);
        conv(name + ".to_qkv", 3 * dim, dim, {1, 1});
        conv(name + ".proj", dim, dim, {1, 1});
    }
    void mid_block(const std::string& name, int dim) {
        attention(name + ".attentions.0", dim);
        residual(name + ".resnets.0", dim, dim);
        residual(name + ".resnets.1", dim, dim);
    }

  private:
    ParameterTable& table_;
};

}  // namespace

int VaeConfig::temporal_ratio() const {
    int ratio = 1;
    for (const bool down : temporal_downsample) {
        ratio *= down ? 2 : 1;
    }
    return ratio;
}

VaeConfig VaeConfig::from_json(const JsonConfig& json) {
    const std::string class_name = json.string("_class_name", "AutoencoderKLWan");
    if (class_name != "AutoencoderKLWan") {
        json.unsupported("_class_name", "is " + class_name + ", not AutoencoderKLWan.");
    }
    if (json.boolean("is_residual", false) || !json.is_null("patch_size")) {
        json.unsupported("is_residual", "or patch_size says that this is the autoencoder of Wan2.2.");
    }
    VaeConfig config;
    config.base_dim = int(json.integer("base_dim", 96, 1, 4096));
    config.decoder_base_dim = int(json.integer("decoder_base_dim", config.base_dim, 1, 4096));
    config.z_dim = int(json.integer("z_dim", 16, 1, 1024));
    const std::vector<std::int64_t> mult = json.integers("dim_mult", {1, 2, 4, 4}, 1, 64);
    config.dim_mult.assign(mult.begin(), mult.end());
    config.res_blocks = int(json.integer("num_res_blocks", 2, 1, 16));
    if (!json.numbers("attn_scales", {}).empty()) {
        json.unsupported("attn_scales", "is not empty.");
    }
    config.temporal_downsample = json.booleans("temperal_downsample", {false, true, true});
    config.in_channels = int(json.integer("in_channels", 3, 3, 3));
    config.out_channels = int(json.integer("out_channels", 3, 3, 3));
    if (config.dim_mult.empty() || config.dim_mult.size() > 6) {
        json.fail("dim_mult", "must have 1 to 6 entries.");
    }
    if (config.temporal_downsample.size() + 1 != config.dim_mult.size()) {
        json.fail("temperal_downsample", "must have one entry less than dim_mult.");
    }
    // Each up block but the first takes half of its predecessor's width.
    for (std::size_t i = 1; i < config.dim_mult.size(); ++i) {
        if (config.decoder_base_dim * config.dim_mult[i] % 2 != 0) {
            json.fail("dim_mult", "times decoder_base_dim must be even.");
        }
    }
    config.latents_mean = json.numbers("latents_mean", std::vector<double>(config.z_dim, 0.0));
    config.latents_std = json.numbers("latents_std", std::vector<double>(config.z_dim, 1.0));
    if (int(config.latents_mean.size()) != config.z_dim || int(config.latents_std.size()) != config.z_dim ||
        std::find(config.latents_std.begin(), config.latents_std.end(), 0.0) != config.latents_std.end()) {
        json.fail("latents_mean", "and latents_std must have z_dim entries, none of the latter 0.");
    }
    return config;
}

std::vector<VaeDownLayer> vae_down_layers(const VaeConfig& config) {
    using Kind = VaeDownLayer::Kind;
    std::vector<VaeDownLayer> layers;
    int in = config.base_dim;
    for (std::size_t i = 0; i < config.dim_mult.size(); ++i) {
        const int out = config.base_dim * config.dim_mult[i];
        for (int block = 0; block < config.res_blocks; ++block) {
            layers.push_back({Kind::Residual, in, out});
            in = out;
        }
        if (i + 1 < config.dim_mult.size()) {
            layers.push_back({config.temporal_downsample[i] ? Kind::DownSpaceTime : Kind::DownSpace, out, out});
        }
    }
    return layers;
}

std::vector<VaeUpBlock> vae_up_blocks(const VaeConfig& config) {
    using Sampler = VaeUpBlock::Sampler;
    std::vector<VaeUpBlock> blocks;
    const std::size_t count = config.dim_mult.size();
    int in = config.decoder_base_dim * config.dim_mult.back();
    for (std::size_t i = 0; i < count; ++i) {
        const int out = config.decoder_base_dim * config.dim_mult[count - 1 - i];
        const bool last = i + 1 == count;
        // Temporal upsampling mirrors the encoder's order.
        const bool time = !last && config.temporal_downsample[count - 2 - i];
        blocks.push_back({last   ? Sampler::None
                          : time ? Sampler::UpSpaceTime
                                 : Sampler::UpSpace,
                          i == 0 ? in : in / 2, out});
        in = out;
    }
    return blocks;
}

ParameterTable vae_encoder_parameters(const VaeConfig& config) {
    ParameterTable table;
    TableWriter writer(table);
    writer.conv("encoder.conv_in", config.base_dim, config.in_channels, {3, 3, 3});
    int width = config.base_dim, index = 0;
    for (const VaeDownLayer& layer : vae_down_layers(config)) {
        const std::string name = "encoder.down_blocks." + std::to_string(index++);
        if (layer.kind == VaeDownLayer::Kind::Residual) {
            writer.residual(name, layer.in, layer.out);
        } else {
            writer.conv(name + ".resample.1", layer.out, layer.in, {3, 3});
            if (layer.kind == VaeDownLayer::Kind::DownSpaceTime) {
                writer.conv(name + ".time_conv", layer.out, layer.out, {3, 1, 1});
            }
        }
        width = layer.out;
    }
    writer.mid_block("encoder.mid_block", width);
    writer.gamma("encoder.norm_out", width, 3);
    writer.conv("encoder.conv_out", 2 * config.z_dim, width, {3, 3, 3});
    writer.conv("quant_conv", 2 * config.z_dim, 2 * config.z_dim, {1, 1, 1});
    return table;
}

ParameterTable vae_decoder_parameters(const VaeConfig& config) {
    ParameterTable table;
    TableWriter writer(table);
    int width = config.decoder_base_dim * config.dim_mult.back();
    writer.conv("post_quant_conv", config.z_dim, config.z_dim, {1, 1, 1});
    writer.conv("decoder.conv_in", width, config.z_dim, {3, 3, 3});
    writer.mid_block("decoder.mid_block", width);
    int index = 0;
    for (const VaeUpBlock& block : vae_up_blocks(config)) {
        const std::string name = "decoder.up_blocks." + std::to_string(index++);
        for (int i = 0; i <= config.res_blocks; ++i) {
            writer.residual(name + ".resnets." + std::to_string(i), i == 0 ? block.in : block.out, block.out);
        }
        if (block.sampler != VaeUpBlock::Sampler::None) {
            writer.conv(name + ".upsamplers.0.resample.1", block.out / 2, block.out, {3, 3});
        }
        if (block.sampler == VaeUpBlock::Sampler::UpSpaceTime) {
            writer.conv(name + ".upsamplers.0.time_conv", 2 * block.out, block.out, {3, 1, 1});
        }
        width = block.out;
    }
    writer.gamma("decoder.norm_out", width, 3);
    writer.conv("decoder.conv_out", config.out_channels, width, {3, 3, 3});
    return table;
}

}  // namespace timeripple::engine
