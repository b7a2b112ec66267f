#include "engine/text/umt5_config.h"

#include "engine/base/text.h"
#include "engine/core/json_config.h"

namespace timeripple::engine {
namespace {

// A number that every UMT5 config has.
int count(const JsonConfig& config, const char* name, int limit) {
    if (config.is_null(name)) {
        config.unsupported(name, "is missing.");
    }
    return static_cast<int>(config.integer(name, 0, 1, limit));
}

// "gated-gelu", which means the tanh form, "gated-silu", "relu", ...
void read_feed_forward(const JsonConfig& config, Umt5Config& result) {
    const std::string name = config.string("feed_forward_proj", "gated-gelu");
    result.gated = name.starts_with("gated-");
    const std::string activation = name == "gated-gelu" ? "gelu_new" : result.gated ? name.substr(6) : name;
    if (activation == "gelu_new") {
        result.activation = FeedForwardActivation::GeluTanh;
    } else if (activation == "gelu") {
        result.activation = FeedForwardActivation::Gelu;
    } else if (activation == "relu") {
        result.activation = FeedForwardActivation::Relu;
    } else if (activation == "silu") {
        result.activation = FeedForwardActivation::Silu;
    } else {
        config.unsupported("feed_forward_proj", "is '" + detail::for_sentence(name, 40) +
                                                    "'; gated-gelu, gelu, relu and silu are known, plain and gated.");
    }
}

}  // namespace

Umt5Config read_umt5_config(const std::string& folder) {
    const JsonConfig config = JsonConfig::from_file(folder + "/config.json");
    if (const std::string type = config.string("model_type", "umt5"); type != "umt5") {
        config.unsupported("model_type", "is '" + detail::for_sentence(type, 40) + "', not a UMT5 text encoder.");
    }
    Umt5Config result;
    result.vocab_size = count(config, "vocab_size", 10'000'000);
    result.d_model = count(config, "d_model", 1 << 16);
    result.d_kv = count(config, "d_kv", 1 << 12);
    result.d_ff = count(config, "d_ff", 1 << 18);
    result.layers = count(config, "num_layers", 1000);
    result.heads = count(config, "num_heads", 1 << 12);
    result.buckets = static_cast<int>(config.integer("relative_attention_num_buckets", result.buckets, 4, 1 << 16));
    result.max_distance = static_cast<int>(
        config.integer("relative_attention_max_distance", result.max_distance, result.buckets / 4 + 1, 1 << 24));
    result.epsilon = config.number("layer_norm_epsilon", result.epsilon, 1e-30, 1.0);
    read_feed_forward(config, result);
    return result;
}

std::vector<ExpectedTensor> umt5_tensors(const Umt5Config& config, const std::string& embedding_name) {
    const std::int64_t d = config.d_model, inner = config.inner_dim(), ff = config.d_ff;
    std::vector<ExpectedTensor> tensors{{embedding_name, {config.vocab_size, d}},
                                        {"encoder.final_layer_norm.weight", {d}}};
    for (int layer = 0; layer < config.layers; ++layer) {
        const std::string block = "encoder.block." + std::to_string(layer) + ".layer.";
        const std::string attention = block + "0.SelfAttention.", feed_forward = block + "1.DenseReluDense.";
        for (const char* name : {"q", "k", "v"}) {
            tensors.push_back({attention + name + ".weight", {inner, d}});
        }
        tensors.push_back({attention + "o.weight", {d, inner}});
        tensors.push_back({attention + "relative_attention_bias.weight", {config.buckets, config.heads}});
        tensors.push_back({block + "0.layer_norm.weight", {d}});
        if (config.gated) {
            tensors.push_back({feed_forward + "wi_0.weight", {ff, d}});
            tensors.push_back({feed_forward + "wi_1.weight", {ff, d}});
        } else {
            tensors.push_back({feed_forward + "wi.weight", {ff, d}});
        }
        tensors.push_back({feed_forward + "wo.weight", {d, ff}});
        tensors.push_back({block + "1.layer_norm.weight", {d}});
    }
    return tensors;
}

}  // namespace timeripple::engine
