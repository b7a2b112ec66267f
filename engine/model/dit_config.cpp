#include "engine/model/dit_config.h"

namespace timeripple::engine {

DitConfig DitConfig::from_json(const JsonConfig& json) {
    const std::string class_name = json.string("_class_name", "WanTransformer3DModel");
    if (class_name != "WanTransformer3DModel") {
        json.unsupported("_class_name", "is " + class_name + ", not WanTransformer3DModel.");
    }
    if (!json.is_null("image_dim") || !json.is_null("added_kv_proj_dim") || !json.is_null("pos_embed_seq_len")) {
        json.unsupported("image_dim", "says that this is an image-to-video model.");
    }
    if (json.string("qk_norm", "rms_norm_across_heads") != "rms_norm_across_heads") {
        json.unsupported("qk_norm", "must be rms_norm_across_heads.");
    }
    DitConfig config;
    config.layers = int(json.integer("num_layers", 40, 1, 1000));
    config.heads = int(json.integer("num_attention_heads", 40, 1, 1024));
    config.head_dim = int(json.integer("attention_head_dim", 128, 6, 1024));
    config.ffn_dim = int(json.integer("ffn_dim", 13824, 1, 1 << 20));
    config.in_channels = int(json.integer("in_channels", 16, 1, 4096));
    config.out_channels = int(json.integer("out_channels", config.in_channels, 1, 4096));
    config.text_dim = int(json.integer("text_dim", 4096, 1, 1 << 16));
    config.freq_dim = int(json.integer("freq_dim", 256, 2, 1 << 16));
    config.cross_attn_norm = json.boolean("cross_attn_norm", true);
    config.eps = json.number("eps", 1e-6, 0.0, 1.0);
    config.rope_max_seq_len = int(json.integer("rope_max_seq_len", 1024, 1, 1 << 20));
    const std::vector<std::int64_t> patch = json.integers("patch_size", {1, 2, 2}, 1, 16);
    if (patch.size() != 3) {
        json.fail("patch_size", "must have three numbers.");
    }
    config.patch = {int(patch[0]), int(patch[1]), int(patch[2])};
    if (config.head_dim % 2 != 0) {
        json.fail("attention_head_dim", "must be even.");
    }
    if (config.freq_dim % 2 != 0) {
        json.fail("freq_dim", "must be even.");
    }
    return config;
}

ParameterTable dit_parameters(const DitConfig& config) {
    const std::int64_t dim = config.dim(), ffn = config.ffn_dim;
    ParameterTable table;
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        table.push_back({name + ".weight", {out, in}});
        table.push_back({name + ".bias", {out}});
    };
    table.push_back({"scale_shift_table", {1, 2, dim}});
    table.push_back(
        {"patch_embedding.weight", {dim, config.in_channels, config.patch[0], config.patch[1], config.patch[2]}});
    table.push_back({"patch_embedding.bias", {dim}});
    linear("condition_embedder.time_embedder.linear_1", dim, config.freq_dim);
    linear("condition_embedder.time_embedder.linear_2", dim, dim);
    linear("condition_embedder.time_proj", 6 * dim, dim);
    linear("condition_embedder.text_embedder.linear_1", dim, config.text_dim);
    linear("condition_embedder.text_embedder.linear_2", dim, dim);
    for (int layer = 0; layer < config.layers; ++layer) {
        const std::string block = "blocks." + std::to_string(layer) + ".";
        table.push_back({block + "scale_shift_table", {1, 6, dim}});
        for (const char* attention : {"attn1.", "attn2."}) {
            for (const char* projection : {"to_q", "to_k", "to_v", "to_out.0"}) {
                linear(block + attention + projection, dim, dim);
            }
            table.push_back({block + attention + "norm_q.weight", {dim}});
            table.push_back({block + attention + "norm_k.weight", {dim}});
        }
        if (config.cross_attn_norm) {
            table.push_back({block + "norm2.weight", {dim}});
            table.push_back({block + "norm2.bias", {dim}});
        }
        linear(block + "ffn.net.0.proj", ffn, dim);
        linear(block + "ffn.net.2", dim, ffn);
    }
    linear("proj_out", std::int64_t(config.out_channels) * config.patch_size(), dim);
    return table;
}

bool kept_in_fp32(const std::string& parameter_name) {
    std::size_t begin = 0;
    while (begin < parameter_name.size()) {
        std::size_t end = parameter_name.find('.', begin);
        end = end == std::string::npos ? parameter_name.size() : end;
        const std::string part = parameter_name.substr(begin, end - begin);
        if (part == "time_embedder" || part == "scale_shift_table" || part == "norm1" || part == "norm2" ||
            part == "norm3") {
            return true;
        }
        begin = end + 1;
    }
    return false;
}

}  // namespace timeripple::engine
