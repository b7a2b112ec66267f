#include "engine/text/umt5_config.h"

#include "engine/base/text.h"
#include "engine/weights/input_file.h"

#include <nlohmann/json.hpp>

namespace timeripple::engine {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxConfigBytes = 1'000'000;

[[noreturn]] void fail(ErrorCode code, const std::string& path, const std::string& problem) {
    throw EngineFailure({code, path + ": " + problem, {}});
}

json read_json(const std::string& path) {
    const Result<std::string> content = read_whole_file(path, kMaxConfigBytes);
    if (!content) {
        throw EngineFailure(content.error());
    }
    json config = json::parse(*content, nullptr, false);
    if (!config.is_object()) {
        fail(ErrorCode::BadFile, path, "is not valid JSON. Download the model again.");
    }
    return config;
}

// A whole number from 1 to `limit`; `fallback` where it is missing, 0 means that it must not be.
int count(const json& config, const std::string& path, const char* name, int limit, int fallback = 0) {
    const auto found = config.find(name);
    if (found == config.end() && fallback > 0) {
        return fallback;
    }
    if (found == config.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() < 1 ||
        found->get<std::uint64_t>() > static_cast<std::uint64_t>(limit)) {
        fail(ErrorCode::WrongModel, path,
             std::string("the setting '") + name + "' must be a whole number from 1 to " + std::to_string(limit) +
                 ". Choose a model with a UMT5 text encoder.");
    }
    return found->get<int>();
}

std::string text(const json& config, const char* name, const char* fallback) {
    const auto found = config.find(name);
    return found != config.end() && found->is_string() ? found->get<std::string>() : fallback;
}

// "gated-gelu", which means the tanh form, "gated-silu", "relu", ...
void read_feed_forward(const json& config, const std::string& path, Umt5Config& result) {
    const std::string name = text(config, "feed_forward_proj", "gated-gelu");
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
        fail(ErrorCode::WrongModel, path,
             "feed_forward_proj '" + detail::for_sentence(name, 40) +
                 "' is not known; gated-gelu, gelu, relu and silu are.");
    }
}

}  // namespace

Umt5Config read_umt5_config(const std::string& folder) {
    const std::string path = folder + "/config.json";
    const json config = read_json(path);
    if (const std::string type = text(config, "model_type", "umt5"); type != "umt5") {
        fail(ErrorCode::WrongModel, path,
             "is of a '" + detail::for_sentence(type, 40) +
                 "' text encoder; this engine runs UMT5, which the Wan2.1 models use.");
    }
    Umt5Config result;
    result.vocab_size = count(config, path, "vocab_size", 10'000'000);
    result.d_model = count(config, path, "d_model", 1 << 16);
    result.d_kv = count(config, path, "d_kv", 1 << 12);
    result.d_ff = count(config, path, "d_ff", 1 << 18);
    result.layers = count(config, path, "num_layers", 1000);
    result.heads = count(config, path, "num_heads", 1 << 12);
    result.buckets = count(config, path, "relative_attention_num_buckets", 1 << 16, result.buckets);
    result.max_distance = count(config, path, "relative_attention_max_distance", 1 << 24, result.max_distance);
    if (result.buckets < 4 || result.max_distance <= result.buckets / 4) {
        fail(ErrorCode::WrongModel, path,
             "relative_attention_num_buckets must be at least 4 and relative_attention_max_distance above a quarter of "
             "it.");
    }
    if (const auto epsilon = config.find("layer_norm_epsilon"); epsilon != config.end()) {
        if (!epsilon->is_number() || !(epsilon->get<double>() > 0.0 && epsilon->get<double>() < 1.0)) {
            fail(ErrorCode::WrongModel, path, "layer_norm_epsilon must be between 0 and 1.");
        }
        result.epsilon = epsilon->get<double>();
    }
    read_feed_forward(config, path, result);
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
