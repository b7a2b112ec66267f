#include "ui/widgets/token_deltas.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/api/delta_code.h"

namespace timeripple::ui {
namespace {

// Delta of every code; kNoDelta adds nothing.
const std::array<float, 256>& deltaTable() {
    static const std::array<float, 256> kTable = [] {
        std::array<float, 256> table{};
        for (int code = 0; code < int(engine::kNoDelta); ++code) table[std::size_t(code)] = engine::delta_of_code(std::uint8_t(code));
        return table;
    }();
    return kTable;
}

}  // namespace

bool keepsDeltas(const engine::TokenMap& map) {
    const std::size_t calls = std::size_t(std::max(0, map.layers)) * std::size_t(std::max(0, map.heads));
    return calls > 0 && map.delta.size() >= calls * 2 * map.tokens();
}

std::vector<float> deltasOf(const engine::TokenMap& map, const MapSelection& s, std::size_t first, std::size_t count) {
    const std::size_t n = map.tokens(), side = std::size_t(s.side);
    if (!keepsDeltas(map) || first + count > n) return {};
    const bool one_layer = s.layer >= 0 && s.layer < map.layers, one_head = s.head >= 0 && s.head < map.heads;
    const int first_layer = one_layer ? s.layer : 0, last_layer = one_layer ? s.layer + 1 : map.layers;
    const int first_head = one_head ? s.head : 0, last_head = one_head ? s.head + 1 : map.heads;
    std::vector<float> sums(count, 0.0f);
    std::vector<int> heads(count, 0);
    const auto& table = deltaTable();
    for (int l = first_layer; l < last_layer; ++l) {
        for (int h = first_head; h < last_head; ++h) {
            const std::uint8_t* codes = map.delta.data() + ((std::size_t(l) * map.heads + h) * 2 + side) * n + first;
            for (std::size_t i = 0; i < count; ++i) {
                sums[i] += table[codes[i]];
                heads[i] += codes[i] != engine::kNoDelta;
            }
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        sums[i] = heads[i] > 0 ? sums[i] / float(heads[i]) : std::numeric_limits<float>::quiet_NaN();
    }
    return sums;
}

}  // namespace timeripple::ui
