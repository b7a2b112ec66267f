#include "ui/widgets/token_groups.h"

#include <algorithm>

namespace timeripple::ui {

std::array<std::uint8_t, 8> cellGroupSizes(const std::array<engine::TokenOrigin, 8>& origin, std::uint8_t present) {
    constexpr std::array<unsigned, engine::kOrigins> kBit{0, 4, 2, 1};
    std::array<std::uint8_t, 8> root{}, count{}, size{};
    for (unsigned token = 0; token < 8; ++token) {
        if (!(present >> token & 1u)) continue;
        unsigned at = token;
        // Every hop clears a bit, so that the way ends after three; an even token has no link along that axis.
        for (int hop = 0; hop < 3; ++hop) at &= ~kBit[std::min<std::size_t>(std::size_t(origin[at]), engine::kOrigins - 1)];
        root[token] = std::uint8_t(at);
        ++count[at];
    }
    for (unsigned token = 0; token < 8; ++token) {
        if (present >> token & 1u) size[token] = count[root[token]];
    }
    return size;
}

std::vector<float> groupSizes(const engine::TokenMap& map, const MapSelection& s, int t) {
    const int height = map.grid[1], width = map.grid[2];
    if (t < 0 || t >= map.grid[0] || height <= 0 || width <= 0 || !hasDetail(map)) return {};
    const bool one_layer = s.layer >= 0 && s.layer < map.layers, one_head = s.head >= 0 && s.head < map.heads;
    const int first_layer = one_layer ? s.layer : 0, last_layer = one_layer ? s.layer + 1 : map.layers;
    const int first_head = one_head ? s.head : 0, last_head = one_head ? s.head + 1 : map.heads;
    const float part = 1.0f / float((last_layer - first_layer) * (last_head - first_head));
    const std::size_t n = map.tokens(), side = std::size_t(s.side);
    std::vector<float> result(std::size_t(height) * width, 0.0f);
    for (int y0 = 0; y0 < height; y0 += 2) {
        for (int x0 = 0; x0 < width; x0 += 2) {
            std::array<std::size_t, 8> token{};
            std::uint8_t present = 0;
            for (unsigned i = 0; i < 8; ++i) {
                const int tt = t / 2 * 2 + int(i >> 2), y = y0 + int(i >> 1 & 1u), x = x0 + int(i & 1u);
                if (tt >= map.grid[0] || y >= height || x >= width) continue;
                present |= std::uint8_t(1u << i);
                token[i] = (std::size_t(tt) * height + y) * width + x;
            }
            for (int l = first_layer; l < last_layer; ++l) {
                for (int h = first_head; h < last_head; ++h) {
                    const std::uint8_t* call = map.origin.data() + ((std::size_t(l) * map.heads + h) * 2 + side) * n;
                    std::array<engine::TokenOrigin, 8> origin{};
                    for (unsigned i = 0; i < 8; ++i) {
                        if (present >> i & 1u) origin[i] = engine::TokenOrigin(call[token[i]]);
                    }
                    const auto size = cellGroupSizes(origin, present);
                    for (unsigned i = t % 2 == 0 ? 0 : 4; i < (t % 2 == 0 ? 4u : 8u); ++i) {
                        if (present >> i & 1u) result[token[i] - std::size_t(t) * height * width] += part * float(size[i]);
                    }
                }
            }
        }
    }
    return result;
}

}  // namespace timeripple::ui
