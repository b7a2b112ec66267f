#pragma once
// What is known of one token, in words and as its history over the steps. Pure functions.

#include <QString>
#include <QStringList>
#include <map>
#include <vector>

#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {

struct TokenPlace {
    int t = 0;  // latent frame
    int y = 0;
    int x = 0;
    bool operator==(const TokenPlace&) const = default;
};

struct TokenStory {
    QString place;       // "Token t 3, y 5, x 7: reused along time 62 %, computed 38 %"
    QStringList facts;   // group size, Delta; only what the map keeps
    struct Step {
        int step = 0;
        OriginShares shares{};
    };
    std::vector<Step> history;  // of the steps whose maps are kept, in order
};

// `place` is clamped into the grid. `threshold`: of the map's step, 0 where it is not known.
TokenStory tokenStory(const engine::TokenMap& map, const std::map<int, engine::TokenMapPtr>& kept, const MapSelection& selection,
                      TokenPlace place, double threshold);

}  // namespace timeripple::ui
