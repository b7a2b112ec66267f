// Each part of a Wan2.1 folder against its own config: what is there, what is missing, what has another shape.
#include "engine/base/model_parts.h"

#include "engine/base/strict_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

namespace timeripple::engine::detail {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Shape = std::vector<std::int64_t>;

std::string shape_text(const Shape& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

// Config of one part, kept with the sentence that its reader begins with.
struct Config {
    json object;
    std::string what;
    JsonFields fields() const { return JsonFields(object, what); }
};

Config read_config(const fs::path& file) {
    const std::string what = "The file " + file.string();
    Config config{parse_json(read_text_file(file.string()), what), what};
    (void)config.fields();  // an object, or it throws
    return config;
}

// One weight part: opened once, tensors asked for by name.
class WeightPart {
  public:
    WeightPart(const fs::path& folder, const std::string& stem) : folder_(folder) {
        auto index = read_weight_index(folder.string(), stem);
        if (!index) throw JsonProblem(index.error().message);
        index_ = std::move(*index);
    }

    void describe(ComponentInfo& part, std::uint64_t& digest) const {
        std::map<std::string, std::int64_t> types;
        for (const auto& file : index_.files) {
            part.file_bytes += file.file_bytes;
            part.tensors += static_cast<int>(file.entries.size());
            for (const auto& entry : file.entries) {
                part.parameters += entry.elements();
                types[element_type_name(entry.type)] += entry.elements();
            }
            digest = (digest ^ file.hash) * 1099511628211ULL;
            digest = (digest ^ sample_hash(file)) * 1099511628211ULL;
        }
        part.dtype = types.size() == 1 ? types.begin()->first : types.empty() ? "" : "mixed";
        for (const auto& [type, count] : types) {
            if (type != "F32" && type != "F16" && type != "BF16") {
                throw JsonProblem(
                    "The weights in " + folder_.string() + " hold tensors of type " + type +
                    ", but F32, F16 and BF16 are supported. Choose the full-precision files of this model.");
            }
        }
    }

    void expect(const std::string& name, const Shape& shape) const {
        const auto place = index_.places.find(name);
        if (place == index_.places.end()) {
            throw JsonProblem("The weights in " + folder_.string() + " lack the tensor " + name +
                              ", which its config.json asks for. Download this part of the model again.");
        }
        const auto& entry = index_.entry(place->second);
        if (entry.shape != shape) {
            throw JsonProblem("The tensor " + name + " in " + folder_.string() + " has the shape " +
                              shape_text(entry.shape) + ", but config.json asks for " + shape_text(shape) +
                              ". Config and weights are of two models: download both again.");
        }
    }

  private:
    // Retrained weights have the same header: the first bytes of every tensor tell them apart.
    static std::uint64_t sample_hash(const SafetensorsHeader& file) {
        constexpr std::size_t kBytes = 64;
        std::uint64_t hash = 1469598103934665603ULL;
        for (const auto& entry : file.entries) {
            unsigned char bytes[kBytes];
            const std::size_t count = std::min<std::uint64_t>(kBytes, entry.bytes);
            if (!file.file || !file.file->read_at(file.data_begin + entry.offset, bytes, count)) break;
            for (std::size_t k = 0; k < count; ++k)
                hash = (hash ^ bytes[k]) * 1099511628211ULL;
        }
        return hash;
    }

    fs::path folder_;
    WeightIndex index_;
};

int positive(const JsonFields& fields, const char* key, int usual, int largest) {
    int value = usual;
    fields.read(key, value);
    if (value < 1 || value > largest) fields.wrong(key, "must be from 1 to " + std::to_string(largest));
    return value;
}

void read_transformer(const fs::path& folder, ModelInfo& info, ComponentInfo& part, std::uint64_t& digest) {
    const Config config = read_config(folder / "config.json");
    const JsonFields fields = config.fields();
    fields.read("_class_name", part.class_name);
    if (part.class_name != "WanTransformer3DModel") {
        throw JsonProblem("The transformer is a " + for_sentence(part.class_name) +
                          ", but WanTransformer3DModel is what this program runs.");
    }
    info.layers = positive(fields, "num_layers", 40, 999);
    info.heads = positive(fields, "num_attention_heads", 40, 999);
    info.head_dim = positive(fields, "attention_head_dim", 128, 1024);
    info.ffn_dim = positive(fields, "ffn_dim", 13824, 1 << 20);
    info.in_channels = positive(fields, "in_channels", 16, 4096);
    info.text_dim = positive(fields, "text_dim", 4096, 1 << 20);
    const int out_channels = positive(fields, "out_channels", 16, 4096);
    const int frequencies = positive(fields, "freq_dim", 256, 1 << 16);
    std::vector<int> patch{1, 2, 2};
    fields.read("patch_size", patch);
    std::string norm = "rms_norm_across_heads";
    fields.read("qk_norm", norm);
    if (fields.has("image_dim") || fields.has("added_kv_proj_dim")) {
        throw JsonProblem("This is a Wan model for images to video. Choose a text-to-video model, such as Wan2.1 T2V.");
    }
    if (patch != std::vector<int>{1, 2, 2} || norm != "rms_norm_across_heads" || info.head_dim % 2 ||
        out_channels != info.in_channels) {
        throw JsonProblem(
            "The transformer's config.json describes a form of Wan that is not supported (patch size, qk_norm or "
            "channels).");
    }
    const WeightPart weights(folder, "diffusion_pytorch_model");
    weights.describe(part, digest);
    const std::int64_t d = std::int64_t(info.heads) * info.head_dim, ffn = info.ffn_dim;
    const std::int64_t patch_out = std::int64_t(out_channels) * 4;
    auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        weights.expect(name + ".weight", {out, in});
        weights.expect(name + ".bias", {out});
    };
    weights.expect("patch_embedding.weight", {d, info.in_channels, 1, 2, 2});
    weights.expect("patch_embedding.bias", {d});
    linear("condition_embedder.time_embedder.linear_1", d, frequencies);
    linear("condition_embedder.time_embedder.linear_2", d, d);
    linear("condition_embedder.time_proj", 6 * d, d);
    linear("condition_embedder.text_embedder.linear_1", d, info.text_dim);
    linear("condition_embedder.text_embedder.linear_2", d, d);
    for (int layer = 0; layer < info.layers; ++layer) {
        const std::string block = "blocks." + std::to_string(layer) + ".";
        weights.expect(block + "scale_shift_table", {1, 6, d});
        for (const char* attention : {"attn1.", "attn2."}) {
            for (const char* name : {"to_q", "to_k", "to_v", "to_out.0"})
                linear(block + attention + name, d, d);
            for (const char* name : {"norm_q.weight", "norm_k.weight"})
                weights.expect(block + attention + name, {d});
        }
        bool cross_norm = true;
        fields.read("cross_attn_norm", cross_norm);
        if (cross_norm) {
            weights.expect(block + "norm2.weight", {d});
            weights.expect(block + "norm2.bias", {d});
        }
        linear(block + "ffn.net.0.proj", ffn, d);
        linear(block + "ffn.net.2", d, ffn);
    }
    weights.expect("scale_shift_table", {1, 2, d});
    linear("proj_out", patch_out, d);
}

void read_text_encoder(const fs::path& folder, ModelInfo& info, ComponentInfo& part, std::uint64_t& digest) {
    const Config config = read_config(folder / "config.json");
    const JsonFields fields = config.fields();
    std::vector<std::string> classes;
    fields.read("architectures", classes);
    part.class_name = classes.empty() ? "" : classes.front();
    std::string type;
    fields.read("model_type", type);
    if (type != "umt5")
        throw JsonProblem("The text encoder is of type " + for_sentence(type) + ", but Wan2.1 needs umt5.");
    const int width = positive(fields, "d_model", 512, 1 << 16), inner = positive(fields, "d_kv", 64, 4096);
    const int heads = positive(fields, "num_heads", 6, 999), ffn = positive(fields, "d_ff", 1024, 1 << 20);
    const int layers = positive(fields, "num_layers", 8, 999), words = positive(fields, "vocab_size", 250112, 1 << 24);
    const int buckets = positive(fields, "relative_attention_num_buckets", 32, 4096);
    if (width != info.text_dim && info.text_dim > 0) {
        throw JsonProblem("The text encoder gives " + std::to_string(width) +
                          " numbers a word, the transformer expects " + std::to_string(info.text_dim) +
                          ". The parts are of two models: download the folder again.");
    }
    const WeightPart weights(folder, "model");
    weights.describe(part, digest);
    weights.expect("shared.weight", {words, width});
    weights.expect("encoder.final_layer_norm.weight", {width});
    const std::int64_t all = std::int64_t(heads) * inner;
    for (int layer = 0; layer < layers; ++layer) {
        const std::string block = "encoder.block." + std::to_string(layer) + ".layer.";
        for (const char* name : {"q", "k", "v"})
            weights.expect(block + "0.SelfAttention." + name + ".weight", {all, width});
        weights.expect(block + "0.SelfAttention.o.weight", {width, all});
        weights.expect(block + "0.SelfAttention.relative_attention_bias.weight", {buckets, heads});
        weights.expect(block + "0.layer_norm.weight", {width});
        for (const char* name : {"wi_0", "wi_1"})
            weights.expect(block + "1.DenseReluDense." + name + ".weight", {ffn, width});
        weights.expect(block + "1.DenseReluDense.wo.weight", {width, ffn});
        weights.expect(block + "1.layer_norm.weight", {width});
    }
}

void read_vae(const fs::path& folder, ModelInfo& info, ComponentInfo& part, std::uint64_t& digest) {
    const Config config = read_config(folder / "config.json");
    const JsonFields fields = config.fields();
    fields.read("_class_name", part.class_name);
    if (part.class_name != "AutoencoderKLWan") {
        throw JsonProblem("The VAE is a " + for_sentence(part.class_name) +
                          ", but AutoencoderKLWan is what this program runs.");
    }
    const int channels = positive(fields, "z_dim", 16, 4096);
    const int base = positive(fields, "base_dim", 96, 4096),
              decoder_base = positive(fields, "decoder_base_dim", base, 4096);
    bool residual = false;
    fields.read("is_residual", residual);
    if (residual || fields.has("patch_size")) {
        throw JsonProblem("This is the VAE of Wan2.2, which is not supported. Choose a Wan2.1 text-to-video model.");
    }
    if (info.in_channels > 0 && channels != info.in_channels) {
        throw JsonProblem("The VAE has " + std::to_string(channels) + " latent channels, the transformer " +
                          std::to_string(info.in_channels) +
                          ". The parts are of two models: download the folder again.");
    }
    for (const char* key : {"latents_mean", "latents_std"}) {
        std::vector<double> values;
        fields.read(key, values);
        if (!values.empty() && values.size() != std::size_t(channels))
            fields.wrong(key, "must have one number a latent channel");
    }
    std::vector<int> factors{1, 2, 4, 4};
    fields.read("dim_mult", factors);
    if (factors.size() != 4) fields.wrong("dim_mult", "must have four factors");
    for (const int factor : factors) {
        if (factor < 1 || factor > 256) fields.wrong("dim_mult", "must hold factors from 1 to 256");
    }
    info.vae_channels = decoder_base * std::max(factors[0], factors[1] / 2);
    const WeightPart weights(folder, "diffusion_pytorch_model");
    weights.describe(part, digest);
    // The corners of the net; its inside is checked tensor by tensor when it is loaded.
    const std::int64_t inner = std::int64_t(decoder_base) * factors.back();
    weights.expect("post_quant_conv.weight", {channels, channels, 1, 1, 1});
    weights.expect("decoder.conv_in.weight", {inner, channels, 3, 3, 3});
    weights.expect("decoder.mid_block.attentions.0.to_qkv.weight", {3 * inner, inner, 1, 1});
    weights.expect("decoder.conv_out.weight", {3, decoder_base * std::int64_t(factors.front()), 3, 3, 3});
}

void read_tokenizer(const fs::path& folder, ComponentInfo& part) {
    std::error_code error;
    for (const char* name : {"spiece.model", "tokenizer.json"}) {
        const fs::path file = folder / name;
        if (!fs::is_regular_file(file, error)) continue;
        const auto bytes = fs::file_size(file, error);
        if (error || bytes < 64)
            throw JsonProblem("The file " + file.string() + " is empty or cannot be read. Download it again.");
        part.file_bytes += bytes;
        if (part.class_name.empty()) part.class_name = name;
    }
    if (part.file_bytes == 0) {
        throw JsonProblem("The folder " + folder.string() +
                          " holds neither spiece.model nor tokenizer.json. Download the tokenizer again.");
    }
}

void read_scheduler(const fs::path& folder, ModelInfo& info, ComponentInfo& part) {
    const Config config = read_config(folder / "scheduler_config.json");
    const JsonFields fields = config.fields();
    fields.read("_class_name", part.class_name);
    fields.read("flow_shift", info.defaults.flow_shift);
    if (part.class_name == "FlowMatchEulerDiscreteScheduler") {
        info.defaults.scheduler = SchedulerKind::FlowMatchEuler;
        fields.read("shift", info.defaults.flow_shift);
    } else {
        info.defaults.scheduler = SchedulerKind::UniPC;  // other schedulers of a flow model give way to Wan's own
    }
}

}  // namespace

void read_parts(const fs::path& folder, ModelInfo& info) {
    std::uint64_t digest = 1469598103934665603ULL;
    auto part = [&](const char* name, const std::function<void(const fs::path&, ComponentInfo&)>& read) {
        ComponentInfo component;
        component.name = name;
        const fs::path place = folder / name;
        std::error_code error;
        try {
            if (!fs::is_directory(place, error)) {
                throw JsonProblem("The folder " + folder.string() + " has no " + name +
                                  ". Download this part of the model too.");
            }
            read(place, component);
        } catch (const std::exception& problem) {
            component.problem = problem.what();
            if (info.problem.empty()) info.problem = component.problem;
        }
        info.components.push_back(std::move(component));
    };
    part("scheduler", [&](const fs::path& place, ComponentInfo& c) { read_scheduler(place, info, c); });
    part("tokenizer", [&](const fs::path& place, ComponentInfo& c) { read_tokenizer(place, c); });
    part("transformer", [&](const fs::path& place, ComponentInfo& c) { read_transformer(place, info, c, digest); });
    part("text_encoder", [&](const fs::path& place, ComponentInfo& c) { read_text_encoder(place, info, c, digest); });
    part("vae", [&](const fs::path& place, ComponentInfo& c) { read_vae(place, info, c, digest); });
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(digest));
    info.digest = text;
}

}  // namespace timeripple::engine::detail
