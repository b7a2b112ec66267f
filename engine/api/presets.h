#pragma once
#include <string>
#include <vector>

#include "engine/api/model_info.h"
#include "engine/api/result.h"
#include "engine/api/ripple_settings.h"

namespace timeripple::engine {

// Presets that suit the model at this size, frames and steps: shipped ones, then the user's; always Faithful, Balanced and
// Draft in this order first (careful defaults, marked as never measured, where nothing was calibrated).
std::vector<RipplePreset> presets_for(const ModelInfo& model, const GenerationRequest& request);
Result<RipplePreset> find_preset(const ModelInfo& model, const GenerationRequest& request, const std::string& name);

}  // namespace timeripple::engine
