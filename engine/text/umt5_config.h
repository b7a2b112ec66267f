#pragma once
// Shape of a UMT5 encoder, from its config.json. No Torch.

#include "engine/weights/weight_source.h"

#include <string>
#include <vector>

namespace timeripple::engine {

enum class FeedForwardActivation { GeluTanh, Gelu, Relu, Silu };

struct Umt5Config {
    int vocab_size = 0, d_model = 0, d_kv = 0, d_ff = 0, layers = 0, heads = 0;
    int buckets = 32, max_distance = 128;
    double epsilon = 1e-6;
    bool gated = true;
    FeedForwardActivation activation = FeedForwardActivation::GeluTanh;

    int inner_dim() const { return heads * d_kv; }
};

// Reads `<folder>/config.json`. Throws EngineFailure (BadFile, WrongModel) naming file and setting.
Umt5Config read_umt5_config(const std::string& folder);

// Every tensor that such an encoder has, but for the embedding, which may have either of two names.
std::vector<ExpectedTensor> umt5_tensors(const Umt5Config& config, const std::string& embedding_name);

}  // namespace timeripple::engine
