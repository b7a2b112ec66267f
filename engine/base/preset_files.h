#pragma once
// Preset files: {"schema": 1, "presets": [...]}. Format: engine/README.md.

#include "engine/api/presets.h"
#include "engine/base/strict_json.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <vector>

namespace timeripple::engine::detail {

// All presets of one file, in its order. Throws JsonProblem with a sentence that names the file.
std::vector<RipplePreset> read_presets(const std::filesystem::path& file);

nlohmann::json json_of(const RippleMeasurement& measured);
RippleMeasurement read_measurement(const JsonFields& fields);
Savings read_savings(const JsonFields& fields, const char* key);  // zeros where the key is absent

}  // namespace timeripple::engine::detail
