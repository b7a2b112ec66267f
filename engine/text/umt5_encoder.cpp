#include "engine/text/umt5_encoder.h"

#include "engine/text/text_encoder.h"
#include "engine/text/umt5_config.h"

#include <ATen/ATen.h>

#include <cmath>
#include <utility>

namespace timeripple::engine {
namespace {

[[noreturn]] void fail(ErrorCode code, std::string message) {
    throw EngineFailure({code, std::move(message), {}});
}

void stop_if_asked(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        fail(ErrorCode::Cancelled, "Stopped.");
    }
}

// Weights are [out, in], as at::linear wants them; none has a bias.
struct Block {
    at::Tensor attention_norm;     // [d]
    at::Tensor q, k, v, o;         // [inner, d], o: [d, inner]
    at::Tensor position_bias;      // [buckets, heads]
    at::Tensor feed_forward_norm;  // [d]
    at::Tensor gate, up, down;     // [ff, d], [ff, d] (undefined if not gated), [d, ff]
};

class Umt5Encoder : public TextEncoder {
  public:
    Umt5Encoder(Umt5Config config, std::unique_ptr<WeightSource> source, at::ScalarType dtype, at::Device device,
                std::stop_token stop)
        : config_(std::move(config)), source_(std::move(source)), dtype_(dtype), device_(device) {
        // Tied weights are stored under one of their two names.
        const std::string shared = "shared.weight", own = "encoder.embed_tokens.weight";
        embedding_name_ = source_->has(shared) || !source_->has(own) ? shared : own;
        check_all(*source_, "UMT5 text encoder", umt5_tensors(config_, embedding_name_), {own});
        const auto load = [&](const std::string& name) {
            stop_if_asked(stop);
            return source_->load(name, source_->shape(name), dtype, device);
        };
        final_norm_ = load("encoder.final_layer_norm.weight");
        for (int layer = 0; layer < config_.layers; ++layer) {
            const std::string block = "encoder.block." + std::to_string(layer) + ".layer.";
            const std::string attention = block + "0.SelfAttention.", feed_forward = block + "1.DenseReluDense.";
            Block weights;
            weights.attention_norm = load(block + "0.layer_norm.weight");
            weights.q = load(attention + "q.weight");
            weights.k = load(attention + "k.weight");
            weights.v = load(attention + "v.weight");
            weights.o = load(attention + "o.weight");
            weights.position_bias = load(attention + "relative_attention_bias.weight");
            weights.feed_forward_norm = load(block + "1.layer_norm.weight");
            weights.gate = load(feed_forward + (config_.gated ? "wi_0.weight" : "wi.weight"));
            weights.up = config_.gated ? load(feed_forward + "wi_1.weight") : at::Tensor();
            weights.down = load(feed_forward + "wo.weight");
            blocks_.push_back(std::move(weights));
        }
    }

    TextContext encode(const std::vector<std::int32_t>& ids, int total_rows, std::stop_token stop) override {
        check_ids(ids, total_rows);
        at::Tensor hidden = source_->load_rows(embedding_name_, {ids.begin(), ids.end()},
                                               {config_.vocab_size, config_.d_model}, dtype_, device_);  // [tokens, d]
        const at::Tensor buckets = bucket_table(hidden.size(0));
        for (const Block& block : blocks_) {
            stop_if_asked(stop);
            hidden = hidden + attend(block, norm(hidden, block.attention_norm), buckets);
            hidden = hidden + feed_forward(block, norm(hidden, block.feed_forward_norm));
        }
        return {norm(hidden, final_norm_), total_rows};
    }

  private:
    void check_ids(const std::vector<std::int32_t>& ids, int total_rows) const {
        if (ids.empty() || ids.size() > static_cast<std::size_t>(total_rows)) {
            fail(ErrorCode::Internal, "The text encoder was given " + std::to_string(ids.size()) + " tokens for " +
                                          std::to_string(total_rows) + " rows. Please report this.");
        }
        for (const std::int32_t id : ids) {
            if (id < 0 || id >= config_.vocab_size) {
                fail(ErrorCode::WrongModel,
                     "The tokenizer gives token " + std::to_string(id) + ", the text encoder knows " +
                         std::to_string(config_.vocab_size) +
                         ". The folders tokenizer and text_encoder are of different models; download "
                         "both again.");
            }
        }
    }

    // Bucket for every pair of positions: [queries, keys].
    at::Tensor bucket_table(std::int64_t tokens) const {
        const at::Tensor position = at::arange(tokens, at::TensorOptions().dtype(at::kLong));
        const at::Tensor distance = position.unsqueeze(0) - position.unsqueeze(1) + (tokens - 1);
        return relative_position_buckets(tokens, config_.buckets, config_.max_distance).index({distance}).to(device_);
    }

    // Root mean square norm without mean and bias; the mean square is always taken in fp32.
    at::Tensor norm(const at::Tensor& hidden, const at::Tensor& weight) const {
        const at::Tensor mean_square = hidden.to(at::kFloat).pow(2).mean(-1, true);
        return weight * (hidden * at::rsqrt(mean_square + config_.epsilon)).to(weight.scalar_type());
    }

    // T5 does not scale the scores. LibTorch's kernel keeps scores and softmax in fp32 for bf16 too.
    at::Tensor attend(const Block& block, const at::Tensor& input, const at::Tensor& buckets) const {
        const auto split = [&](const at::Tensor& projected) {  // [tokens, inner] -> [1, heads, tokens, d_kv]
            return projected.view({-1, config_.heads, config_.d_kv}).transpose(0, 1).unsqueeze(0);
        };
        const at::Tensor bias = at::embedding(block.position_bias, buckets).permute({2, 0, 1}).unsqueeze(0);
        const at::Tensor output =
            at::scaled_dot_product_attention(split(at::linear(input, block.q)), split(at::linear(input, block.k)),
                                             split(at::linear(input, block.v)), bias, 0.0, false, 1.0);
        return at::linear(output.squeeze(0).transpose(0, 1).reshape({-1, config_.inner_dim()}), block.o);
    }

    at::Tensor feed_forward(const Block& block, const at::Tensor& input) const {
        at::Tensor inner = activate(at::linear(input, block.gate));
        if (config_.gated) {
            inner = inner * at::linear(input, block.up);
        }
        return at::linear(inner, block.down);
    }

    at::Tensor activate(const at::Tensor& input) const {
        switch (config_.activation) {
            case FeedForwardActivation::GeluTanh:
                return at::gelu(input, "tanh");
            case FeedForwardActivation::Gelu:
                return at::gelu(input);
            case FeedForwardActivation::Relu:
                return at::relu(input);
            case FeedForwardActivation::Silu:
                return at::silu(input);
        }
        fail(ErrorCode::Internal, "Unknown activation. Please report this.");
    }

    Umt5Config config_;
    // Stays open: the embedding (a fifth of UMT5-XXL) is never held, every prompt reads its rows.
    std::unique_ptr<WeightSource> source_;
    std::string embedding_name_;  // [vocab, d]
    at::ScalarType dtype_;
    at::Device device_;
    at::Tensor final_norm_;  // [d]
    std::vector<Block> blocks_;
};

}  // namespace

at::Tensor relative_position_buckets(std::int64_t tokens, int buckets, int max_distance) {
    const at::Tensor distance = at::arange(-(tokens - 1), tokens, at::TensorOptions().dtype(at::kLong));
    const int half = buckets / 2;
    const int exact = half / 2;
    const at::Tensor behind = (distance > 0).to(at::kLong) * half;
    const at::Tensor length = distance.abs();
    // In float32 and in this order, as in transformers: the borders fall where its roundings put them. Length 0 gives
    // -infinity here; it is below `exact` and never used.
    at::Tensor ratio = at::log(length.to(at::kFloat) / exact) / std::log(double(max_distance) / exact);
    ratio = (ratio * (half - exact)).clamp_min(0);
    const at::Tensor wide = (exact + ratio.to(at::kLong)).clamp_max(half - 1);
    return behind + at::where(length < exact, length, wide);
}

std::unique_ptr<TextEncoder> open_umt5_encoder(const std::string& folder, at::ScalarType dtype, at::Device device,
                                               std::stop_token stop) {
    return std::make_unique<Umt5Encoder>(read_umt5_config(folder), open_weights(folder, "model"), dtype, device,
                                         std::move(stop));
}

}  // namespace timeripple::engine
