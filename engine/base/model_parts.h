#pragma once
// The parts of a model folder, each read from its config and its safetensors headers. Problems are sentences in the
// part.

#include "engine/api/model_info.h"
#include "engine/weights/weight_index.h"

#include <filesystem>
#include <string>

namespace timeripple::engine::detail {

// What a set of tensors is, from names and shapes: "the transformer of Wan2.1 T2V 1.3B in diffusers layout", or empty.
std::string recognise_tensors(const SafetensorsHeader& header);

// A sentence for one file that was given instead of a folder, and whether anything is known about it.
struct FileVerdict {
    std::string family;   // "the VAE of Wan2.1", "not a model"
    std::string problem;  // sentence with the way out
    ComponentInfo component;
};
FileVerdict judge_single_file(const std::filesystem::path& file);

// Checks part after part, fills info.components, the transformer's numbers, the scheduler's defaults and info.digest.
// The first part with a problem gives info.problem. Expects a model_index.json of a WanPipeline.
void read_parts(const std::filesystem::path& folder, ModelInfo& info);

// `<name>.json` beside the model: name, licence, defaults, vocabulary. Absent for most models. Throws JsonProblem where
// it is damaged. Returns whether there was one.
bool read_companion(const std::filesystem::path& folder, ModelInfo& info);

}  // namespace timeripple::engine::detail
