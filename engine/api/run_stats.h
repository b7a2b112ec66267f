#pragma once
#include "engine/api/clip.h"
#include "engine/api/result.h"

#include <string>

namespace timeripple::engine {

// Everything that was measured in a run, as versioned JSON: the recipe, and per step, layer and head what attention
// did. Schema: app/README.md.
std::string stats_json(const Clip& clip);

// One fp32 tensor `latents` [1, C, T, H, W] as safetensors: what `initial_latents_path` reads. Complete or not there.
Status save_latents(const LatentTensor& latents, const std::string& path);

// Text to a file, complete or not there.
Status save_text(const std::string& text, const std::string& path);

}  // namespace timeripple::engine
