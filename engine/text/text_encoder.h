#pragma once
// prompt -> token ids -> context rows, as WanPipeline of diffusers v0.40.0 does it.

#include "engine/weights/weight_source.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace timeripple::engine {

class Tokenizer {
  public:
    virtual ~Tokenizer() = default;
    // Ids with EOS (1) appended, cut to `max_tokens` (EOS kept last). The text is cleaned first: html-unescape twice,
    // strip, collapse white space (ftfy's mojibake repair is left out).
    virtual std::vector<std::int32_t> encode(const std::string& text, int max_tokens) const = 0;
};

// From `spiece.model`, or, where the folder has none, the Unigram model in `tokenizer.json`, with equal ids. Throws
// EngineFailure.
std::unique_ptr<Tokenizer> open_tokenizer(const std::string& folder);

// Context of one prompt: the rows of real tokens only, [tokens, text_dim]. The pipeline's rows up to `total_rows` (512)
// are zero and attended; cross-attention folds them into one zero row with its count.
struct TextContext {
    at::Tensor rows;
    int total_rows = 512;
};

class TextEncoder {
  public:
    virtual ~TextEncoder() = default;
    virtual TextContext encode(const std::vector<std::int32_t>& ids, int total_rows, std::stop_token stop) = 0;
};

// UMT5 encoder from a text_encoder folder (config.json + safetensors). Loading polls `stop` between tensors.
std::unique_ptr<TextEncoder> open_umt5_encoder(const std::string& folder, at::ScalarType dtype, at::Device device,
                                               std::stop_token stop = {});

}  // namespace timeripple::engine
