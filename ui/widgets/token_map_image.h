#pragma once
// A token map as a picture: one pixel per token of one latent frame. Pure functions, tested by their pixels.

#include <QImage>
#include <QString>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "engine/api/reuse_stats.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {

// Origin: how each token was obtained. The others are magnitudes: how often it was reused, how many tokens share its value, and
// how far it is from its nearest neighbour (Delta).
enum class MapKind { Origin, ReusedShare, Merged, Delta };

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
// The same of one kind: Delta may be there as a mean alone.
bool hasDetail(const engine::TokenMap& map, MapKind kind);
// Shares of the four origins at a token, 0..1. All layers and heads where the map holds no detail. Indices must be in range.
OriginShares sharesAt(const engine::TokenMap& map, const MapSelection& selection, int t, int y, int x);
// The same over all tokens of the map.
OriginShares sharesOf(const engine::TokenMap& map, const MapSelection& selection);
// What a magnitude map shows for every token of frame t, row-major [Y * X]; NaN where there is no value. Empty for Origin, for a
// frame out of range, and where the map does not keep it.
std::vector<float> magnitudesOf(const engine::TokenMap& map, const MapSelection& selection, int t);
// Both ends of the colour scale of a magnitude; the same for all frames of a map.
std::pair<float, float> scaleOf(const engine::TokenMap& map, const MapSelection& selection);
// Origin: the colours of the origins, mixed by their shares. Magnitudes: cividis. Null for a frame out of range and where the
// map does not keep what is asked for. `seen_through`: hidden origins and missing values are transparent instead of canvas.
QImage tokenMapImage(const engine::TokenMap& map, const MapSelection& selection, int t, const ThemeTokens& tokens,
                     bool seen_through = false);
// The origin that prevails at every token of frame t, row-major [Y * X]: what the hatching shows.
std::vector<engine::TokenOrigin> prevailingOrigins(const engine::TokenMap& map, const MapSelection& selection, int t);
// Shares of the origins over all maps of a run, without single layers and heads; null where there are none.
engine::TokenMapPtr meanMap(const std::map<int, engine::TokenMapPtr>& maps);

QString originName(engine::TokenOrigin origin);
QString kindName(MapKind kind);  // as a caption

// The latent frame that clip frame `frame` (0-based) comes from, under temporal compression 4.
constexpr int latentFrameOf(int frame) { return frame <= 0 ? 0 : (frame - 1) / 4 + 1; }
// The first clip frame (0-based) of a latent frame.
constexpr int firstFrameOf(int latent_frame) { return latent_frame <= 0 ? 0 : (latent_frame - 1) * 4 + 1; }

}  // namespace timeripple::ui
