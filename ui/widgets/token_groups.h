#pragma once
// How many tokens share one value: groups of linked tokens, from the origins that a map keeps. A token that came along an axis is
// linked to its even neighbour on that axis; links end within one cell of 2 x 2 x 2 (engine/attention/README.md).

#include <vector>

#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {

inline constexpr int kLargestGroup = 8;

// Size of the group of every token of frame t, 1..8, mean over the chosen layers and heads, row-major [Y * X]. Empty where
// the map keeps neither origins nor means, or t is out of range.
std::vector<float> groupSizes(const engine::TokenMap& map, const MapSelection& selection, int t);

// The links of one cell: `origin` of its eight tokens (bit 2: odd in time, bit 1: in y, bit 0: in x) gives the size of each one's
// group. Bits of `present` that are off lie outside the grid.
std::array<std::uint8_t, 8> cellGroupSizes(const std::array<engine::TokenOrigin, 8>& origin, std::uint8_t present);

}  // namespace timeripple::ui
