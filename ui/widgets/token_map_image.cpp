#include "ui/widgets/token_map_image.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "ui/theme/colormaps.h"
#include "ui/widgets/token_deltas.h"
#include "ui/widgets/token_groups.h"

namespace timeripple::ui {
namespace {

using engine::kOrigins;
using engine::TokenMap;

struct Range {
    int first;
    int last;  // exclusive
};

Range layersOf(const TokenMap& map, const MapSelection& s) {
    return s.layer >= 0 && s.layer < map.layers ? Range{s.layer, s.layer + 1} : Range{0, map.layers};
}

Range headsOf(const TokenMap& map, const MapSelection& s) {
    return s.head >= 0 && s.head < map.heads ? Range{s.head, s.head + 1} : Range{0, map.heads};
}

bool wantsMean(const TokenMap& map, const MapSelection& s) {
    return !hasDetail(map) || (s.layer < 0 && s.head < 0 && map.mean_share.size() >= 2 * kOrigins * map.tokens());
}

// The engine's own mean counts both passes.
bool wantsMeanDelta(const TokenMap& map, const MapSelection& s) { return !keepsDeltas(map) || (s.layer < 0 && s.head < 0); }

// Shares of a run of tokens, [tokens][kOrigins].
std::vector<OriginShares> sharesOfRun(const TokenMap& map, const MapSelection& s, std::size_t first, std::size_t count) {
    std::vector<OriginShares> result(count, OriginShares{});
    const std::size_t n = map.tokens();
    const std::size_t side = std::size_t(s.side);
    if (wantsMean(map, s)) {
        for (std::size_t o = 0; o < kOrigins; ++o) {
            const std::size_t start = (side * kOrigins + o) * n + first;
            if (start + count > map.mean_share.size()) return result;
            for (std::size_t i = 0; i < count; ++i) result[i][o] = float(map.mean_share[start + i]) / 255.0f;
        }
        return result;
    }
    const Range layers = layersOf(map, s), heads = headsOf(map, s);
    const float part = 1.0f / float((layers.last - layers.first) * (heads.last - heads.first));
    for (int l = layers.first; l < layers.last; ++l) {
        for (int h = heads.first; h < heads.last; ++h) {
            const std::uint8_t* call = map.origin.data() + ((std::size_t(l) * map.heads + h) * 2 + side) * n + first;
            for (std::size_t i = 0; i < count; ++i) result[i][std::min<std::size_t>(call[i], kOrigins - 1)] += part;
        }
    }
    return result;
}

std::size_t frameTokens(const TokenMap& map) { return std::size_t(map.grid[1]) * map.grid[2]; }

// Colours mixed by share; hidden origins count as `rest`, or not at all where the picture is seen through.
QRgb mixed(const OriginShares& shares, const MapSelection& s, const std::array<QColor, kOrigins>& colours, const QColor& rest,
           bool seen_through) {
    float r = 0, g = 0, b = 0, sum = 0, all = 0;
    for (std::size_t o = 0; o < kOrigins; ++o) {
        all += shares[o];
        if (!s.shown[o] && seen_through) continue;
        const QColor& c = s.shown[o] ? colours[o] : rest;
        r += shares[o] * float(c.red()), g += shares[o] * float(c.green()), b += shares[o] * float(c.blue());
        sum += shares[o];
    }
    if (sum <= 0) return seen_through ? qRgba(0, 0, 0, 0) : rest.rgb();
    auto byte = [](float value) { return int(value + 0.5f); };
    return qRgba(byte(r / sum), byte(g / sum), byte(b / sum), seen_through ? byte(255.0f * std::min(1.0f, sum / all)) : 255);
}

// Values of one side and frame of a field [2][T*Y*X]; empty where it is not kept.
std::vector<float> frameOf(const std::vector<float>& field, const TokenMap& map, engine::Side side, int t) {
    const std::size_t n = map.tokens(), count = frameTokens(map);
    if (field.size() < 2 * n) return {};
    const auto first = field.begin() + std::ptrdiff_t(std::size_t(side) * n + std::size_t(t) * count);
    return {first, first + std::ptrdiff_t(count)};
}

}  // namespace

bool hasDetail(const TokenMap& map) {
    const std::size_t calls = std::size_t(std::max(0, map.layers)) * std::size_t(std::max(0, map.heads));
    return calls > 0 && map.origin.size() >= calls * 2 * map.tokens();
}

bool hasDetail(const TokenMap& map, MapKind kind) { return kind == MapKind::Delta ? keepsDeltas(map) : hasDetail(map); }

OriginShares sharesAt(const TokenMap& map, const MapSelection& s, int t, int y, int x) {
    const std::size_t token = (std::size_t(t) * map.grid[1] + y) * map.grid[2] + x;
    return sharesOfRun(map, s, token, 1).front();
}

OriginShares sharesOf(const TokenMap& map, const MapSelection& s) {
    std::array<double, kOrigins> sum{};
    const auto all = sharesOfRun(map, s, 0, map.tokens());
    for (const auto& shares : all) {
        for (std::size_t o = 0; o < kOrigins; ++o) sum[o] += shares[o];
    }
    double total = 0;
    for (double value : sum) total += value;
    OriginShares result{};
    for (std::size_t o = 0; o < kOrigins && total > 0; ++o) result[o] = float(sum[o] / total);
    return result;
}

std::vector<float> magnitudesOf(const TokenMap& map, const MapSelection& s, int t) {
    if (t < 0 || t >= map.grid[0] || frameTokens(map) == 0) return {};
    switch (s.kind) {
        case MapKind::Origin:
            return {};
        case MapKind::ReusedShare: {
            std::vector<float> reused;
            for (const auto& shares : sharesOfRun(map, s, std::size_t(t) * frameTokens(map), frameTokens(map))) {
                float sum = 0;
                for (std::size_t o = 1; o < kOrigins; ++o) sum += s.shown[o] ? shares[o] : 0.0f;
                reused.push_back(sum);
            }
            return reused;
        }
        case MapKind::Merged: {
            const bool mean = s.layer < 0 && s.head < 0;
            if (mean || !hasDetail(map)) {
                auto kept = frameOf(map.mean_merged, map, s.side, t);
                if (!kept.empty()) return kept;
            }
            return groupSizes(map, s, t);
        }
        case MapKind::Delta:
            if (wantsMeanDelta(map, s)) return frameOf(map.mean_delta, map, s.side, t);
            return deltasOf(map, s, std::size_t(t) * frameTokens(map), frameTokens(map));
    }
    return {};
}

std::pair<float, float> scaleOf(const TokenMap& map, const MapSelection& s) {
    if (s.kind == MapKind::Merged) return {1.0f, float(kLargestGroup)};
    if (s.kind != MapKind::Delta) return {0.0f, 1.0f};
    float largest = 0.0f;
    const auto look = [&](float value) { largest = std::isfinite(value) ? std::max(largest, value) : largest; };
    const std::size_t n = map.tokens();
    if (!wantsMeanDelta(map, s)) {
        for (const float value : deltasOf(map, s, 0, n)) look(value);
    } else if (map.mean_delta.size() >= 2 * n) {
        for (std::size_t i = 0; i < n; ++i) look(map.mean_delta[std::size_t(s.side) * n + i]);
    }
    return {0.0f, largest > 0 ? largest : 1.0f};
}

QImage tokenMapImage(const TokenMap& map, const MapSelection& s, int t, const ThemeTokens& tokens, bool seen_through) {
    const int height = map.grid[1], width = map.grid[2];
    if (t < 0 || t >= map.grid[0] || height <= 0 || width <= 0) return {};
    const std::size_t count = frameTokens(map);
    std::vector<QRgb> pixels(count);
    if (s.kind == MapKind::Origin) {
        const auto shares = sharesOfRun(map, s, std::size_t(t) * count, count);
        const auto colours = originColors(tokens);
        for (std::size_t i = 0; i < count; ++i) pixels[i] = mixed(shares[i], s, colours, tokens.canvas, seen_through);
    } else {
        const auto values = magnitudesOf(map, s, t);
        if (values.size() != count) return {};
        const auto [low, high] = scaleOf(map, s);
        const QRgb missing = seen_through ? qRgba(0, 0, 0, 0) : tokens.canvas.rgb();
        for (std::size_t i = 0; i < count; ++i) {
            pixels[i] = std::isnan(values[i]) ? missing : cividis(double((values[i] - low) / (high - low)));
        }
    }
    QImage image(width, height, seen_through ? QImage::Format_ARGB32 : QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        std::copy_n(pixels.begin() + std::ptrdiff_t(y) * width, width, reinterpret_cast<QRgb*>(image.scanLine(y)));
    }
    return image;
}

std::vector<engine::TokenOrigin> prevailingOrigins(const TokenMap& map, const MapSelection& s, int t) {
    std::vector<engine::TokenOrigin> result;
    if (t < 0 || t >= map.grid[0]) return result;
    for (const auto& shares : sharesOfRun(map, s, std::size_t(t) * frameTokens(map), frameTokens(map))) {
        const auto largest = std::max_element(shares.begin(), shares.end()) - shares.begin();
        result.push_back(engine::TokenOrigin(largest));
    }
    return result;
}

engine::TokenMapPtr meanMap(const std::map<int, engine::TokenMapPtr>& maps) {
    if (maps.empty()) return nullptr;
    const engine::TokenMap& first = *maps.begin()->second;
    auto mean = std::make_shared<engine::TokenMap>();
    mean->grid = first.grid;
    mean->layers = first.layers;
    mean->heads = first.heads;
    std::vector<std::uint32_t> sums(first.mean_share.size());
    std::uint32_t count = 0;
    for (const auto& [step, map] : maps) {
        if (map->mean_share.size() != sums.size() || map->grid != first.grid) continue;
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += map->mean_share[i];
        ++count;
    }
    mean->mean_share.resize(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) mean->mean_share[i] = std::uint8_t((sums[i] + count / 2) / count);
    return mean;
}

QString originName(engine::TokenOrigin origin) {
    switch (origin) {
        case engine::TokenOrigin::Computed:
            return QCoreApplication::translate("TokenMap", "computed");
        case engine::TokenOrigin::AlongTime:
            return QCoreApplication::translate("TokenMap", "reused along time");
        case engine::TokenOrigin::AlongY:
            return QCoreApplication::translate("TokenMap", "reused along y");
        case engine::TokenOrigin::AlongX:
            return QCoreApplication::translate("TokenMap", "reused along x");
    }
    return {};
}

QString kindName(MapKind kind) {
    switch (kind) {
        case MapKind::Origin:
            return QCoreApplication::translate("TokenMap", "How each token was obtained");
        case MapKind::ReusedShare:
            return QCoreApplication::translate("TokenMap", "Share of reuse");
        case MapKind::Merged:
            return QCoreApplication::translate("TokenMap", "How many tokens share one value");
        case MapKind::Delta:
            return QCoreApplication::translate("TokenMap", "Delta to the nearest neighbour");
    }
    return {};
}

}  // namespace timeripple::ui
