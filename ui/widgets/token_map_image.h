#pragma once
// A token map as a picture: one pixel per token of one latent frame. Pure functions, tested by their pixels.

#include <QImage>
#include <QString>
#include <array>

#include "engine/api/reuse_stats.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {

enum class MapKind { Origin, ReusedShare };

// What of a map is shown. Layer and head are 0-based, -1 is all of them.
struct MapSelection {
    MapKind kind = MapKind::Origin;
    int layer = -1;
    int head = -1;
    engine::Side side = engine::Side::Key;
    std::array<bool, engine::kOrigins> shown{true, true, true, true};

    bool operator==(const MapSelection&) const = default;
};

using OriginShares = std::array<float, engine::kOrigins>;

// Whether this map can show single layers and heads; very large maps hold only the mean.
bool hasDetail(const engine::TokenMap& map);
// Shares of the four origins at a token, 0..1. All layers and heads where the map holds no detail. Indices must be in range.
OriginShares sharesAt(const engine::TokenMap& map, const MapSelection& selection, int t, int y, int x);
// The same over all tokens of the map.
OriginShares sharesOf(const engine::TokenMap& map, const MapSelection& selection);
// Origin: the colours of the origins, mixed by their shares. ReusedShare: cividis of the share of shown reuse origins.
// Null for a frame out of range.
QImage tokenMapImage(const engine::TokenMap& map, const MapSelection& selection, int t, const ThemeTokens& tokens);
// The origin that prevails at every token of frame t, row-major [Y * X]: what the hatching shows.
std::vector<engine::TokenOrigin> prevailingOrigins(const engine::TokenMap& map, const MapSelection& selection, int t);
// One line for a person: where the token is and how it was obtained.
QString tokenStory(const engine::TokenMap& map, const MapSelection& selection, int t, int y, int x);

QString originName(engine::TokenOrigin origin);

// The latent frame that clip frame `frame` (0-based) comes from, under temporal compression 4.
constexpr int latentFrameOf(int frame) { return frame <= 0 ? 0 : (frame - 1) / 4 + 1; }
// The first clip frame (0-based) of a latent frame.
constexpr int firstFrameOf(int latent_frame) { return latent_frame <= 0 ? 0 : (latent_frame - 1) * 4 + 1; }

}  // namespace timeripple::ui
