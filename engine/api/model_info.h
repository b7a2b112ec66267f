#pragma once
// What a model folder is, from its JSON and safetensors headers alone: no weights are read, no Torch is needed.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/api/generation_request.h"
#include "engine/api/result.h"

namespace timeripple::engine {

// Words that a model was trained on, offered as chips. Only small models have one.
struct Vocabulary {
    struct Group {
        std::string name;  // "colours"
        std::vector<std::string> words;
    };
    std::vector<Group> groups;
    std::vector<std::string> known_words;  // lower case; empty: everything is known
    std::vector<std::string> examples;
};

struct ComponentInfo {
    std::string name;  // "transformer", "text_encoder", "vae", "tokenizer", "scheduler"
    std::string class_name;
    std::uint64_t file_bytes = 0;
    std::int64_t parameters = 0;
    int tensors = 0;
    std::string dtype;    // dtype on disk: "F32", "F16", "BF16", "mixed"
    std::string problem;  // empty if complete; else one sentence
};

struct ModelInfo {
    std::string path;    // canonical folder
    std::string name;    // "Pond", "Wan2.1 T2V 1.3B", or the folder's name
    std::string family;  // "Wan2.1" or a sentence-ready description of what else it is
    bool supported = false;
    std::string problem;  // why it cannot run; empty if it can
    std::string licence;
    std::vector<ComponentInfo> components;
    // Transformer, from its config.
    int layers = 0, heads = 0, head_dim = 0, ffn_dim = 0, in_channels = 0, text_dim = 0;
    int text_tokens = 512;
    int vae_temporal = 4, vae_spatial = 8;
    int vae_channels = 96;  // of the decoder's widest residual block at full size
    GenerationRequest defaults;  // size, frames, steps, guidance, shift, scheduler that suit this model
    Vocabulary vocabulary;
    std::string digest;          // hash over all weight headers and a few bytes of the weights
};

// Accepts a folder in diffusers layout, a snapshot folder of a Hugging Face cache, or a single file (then the answer says
// what the file is and what is missing). Fails only if nothing can be said about the path.
Result<ModelInfo> inspect_model(const std::string& path);

// The folder of the built-in model: TIMERIPPLE_RESOURCES, beside the program, or the source tree, in this order.
Result<std::string> builtin_model_path();

// Estimated peak memory by phase, in bytes; the phases do not coexist.
struct MemoryEstimate {
    std::uint64_t text_encoding = 0;
    std::uint64_t denoising = 0;
    std::uint64_t decoding = 0;
    std::uint64_t peak() const;
};
MemoryEstimate estimate_memory(const ModelInfo& model, const GenerationRequest& request);

// Bytes that attention carries from step to step, part of the estimate; the largest of all settings that the request runs
// with. 0 where nothing is carried.
std::uint64_t carried_memory(const ModelInfo& model, const GenerationRequest& request);

// Ok if the estimate fits `available_bytes`; else OutOfMemory, naming need, available and the largest size that would fit.
Status check_memory(const ModelInfo& model, const GenerationRequest& request, std::uint64_t available_bytes);
// Memory ran out all the same, in the middle of a run: need, what is free now, and what would fit with room to spare.
Error memory_ran_out(const ModelInfo& model, const GenerationRequest& request, std::uint64_t available_bytes,
                     std::string technical);

// Words of the prompt that the model's vocabulary does not hold, in order, each once. Empty where there is no vocabulary.
std::vector<std::string> unknown_words(const Vocabulary& vocabulary, const std::string& prompt);

}  // namespace timeripple::engine
