#pragma once
// Values of the door to and from JSON objects. The readers throw JsonProblem.

#include "engine/api/recipe.h"
#include "engine/base/strict_json.h"

#include <nlohmann/json.hpp>

namespace timeripple::engine::detail {

nlohmann::json json_of(const RippleSettings& settings);
RippleSettings read_ripple_settings(const JsonFields& fields);

nlohmann::json json_of(const GenerationRequest& request);
GenerationRequest read_request(const JsonFields& fields);

nlohmann::json json_of(const Provenance& provenance);
Provenance read_provenance(const JsonFields& fields);

}  // namespace timeripple::engine::detail
