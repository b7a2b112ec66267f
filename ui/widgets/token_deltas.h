#pragma once
// Delta of single layers and heads, out of the bytes that a map keeps (engine/api/delta_code.h).

#include <vector>

#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {

// Whether this map holds Delta of single layers and heads, not its mean alone.
bool keepsDeltas(const engine::TokenMap& map);

// Mean over the chosen layers and heads of the tokens [first, first + count); NaN where none of them has a Delta, as where a token
// has no partner. Empty where the map keeps none.
std::vector<float> deltasOf(const engine::TokenMap& map, const MapSelection& selection, std::size_t first, std::size_t count);

}  // namespace timeripple::ui
