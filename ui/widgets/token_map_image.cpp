#include "ui/widgets/token_map_image.h"

#include <QCoreApplication>
#include <algorithm>

#include "ui/theme/colormaps.h"
#include "ui/widgets/number_text.h"

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

QRgb mixed(const OriginShares& shares, const MapSelection& s, const std::array<QColor, kOrigins>& colours, const QColor& rest) {
    float r = 0, g = 0, b = 0, sum = 0;
    auto add = [&](const QColor& c, float weight) {
        r += weight * float(c.red()), g += weight * float(c.green()), b += weight * float(c.blue());
        sum += weight;
    };
    for (std::size_t o = 0; o < kOrigins; ++o) add(s.shown[o] ? colours[o] : rest, shares[o]);
    if (sum <= 0) return rest.rgb();
    return qRgb(int(r / sum + 0.5f), int(g / sum + 0.5f), int(b / sum + 0.5f));
}

}  // namespace

bool hasDetail(const TokenMap& map) {
    const std::size_t calls = std::size_t(std::max(0, map.layers)) * std::size_t(std::max(0, map.heads));
    return calls > 0 && map.origin.size() >= calls * 2 * map.tokens();
}

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

QImage tokenMapImage(const TokenMap& map, const MapSelection& s, int t, const ThemeTokens& tokens) {
    const int height = map.grid[1], width = map.grid[2];
    if (t < 0 || t >= map.grid[0] || height <= 0 || width <= 0) return {};
    const auto shares = sharesOfRun(map, s, std::size_t(t) * frameTokens(map), frameTokens(map));
    const auto colours = originColors(tokens);
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const OriginShares& at = shares[std::size_t(y) * width + x];
            if (s.kind == MapKind::Origin) {
                line[x] = mixed(at, s, colours, tokens.canvas);
            } else {
                float reused = 0;
                for (std::size_t o = 1; o < kOrigins; ++o) reused += s.shown[o] ? at[o] : 0.0f;
                line[x] = cividis(reused);
            }
        }
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

QString tokenStory(const TokenMap& map, const MapSelection& s, int t, int y, int x) {
    const QString place = QCoreApplication::translate("TokenMap", "Token t %1, y %2, x %3: ").arg(t).arg(y).arg(x);
    const OriginShares shares = sharesAt(map, s, t, y, x);
    QStringList parts;
    for (int o = 0; o < kOrigins; ++o) {
        const float share = shares[std::size_t(o)];
        if (share < 0.005f) continue;
        QString part = originName(engine::TokenOrigin(o));
        if (share < 0.995f) part += QStringLiteral(" %1 %").arg(double(share) * 100.0, 0, 'f', 0);
        parts << part;
    }
    return place + parts.join(QStringLiteral(", "));
}

}  // namespace timeripple::ui
