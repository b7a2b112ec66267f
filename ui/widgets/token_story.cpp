#include "ui/widgets/token_story.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "ui/widgets/number_text.h"
#include "ui/widgets/token_deltas.h"

namespace timeripple::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(TokenStory)
};

QString originsText(const OriginShares& shares) {
    std::array<int, engine::kOrigins> order{0, 1, 2, 3};
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return shares[std::size_t(a)] > shares[std::size_t(b)]; });
    QStringList parts;
    for (int o : order) {
        const float share = shares[std::size_t(o)];
        if (share < 0.005f) continue;
        QString part = originName(engine::TokenOrigin(o));
        if (share < 0.995f) part += QStringLiteral(" %1 %").arg(decimalText(double(share) * 100.0, 0));
        parts << part;
    }
    return parts.join(QStringLiteral(", "));
}

std::optional<float> valueAt(const engine::TokenMap& map, MapSelection selection, MapKind kind, const TokenPlace& place) {
    selection.kind = kind;
    const auto values = magnitudesOf(map, selection, place.t);
    const std::size_t at = std::size_t(place.y) * std::size_t(map.grid[2]) + std::size_t(place.x);
    if (at >= values.size() || std::isnan(values[at])) return std::nullopt;
    return values[at];
}

}  // namespace

TokenStory tokenStory(const engine::TokenMap& map, const std::map<int, engine::TokenMapPtr>& kept, const MapSelection& selection,
                      TokenPlace place, double threshold) {
    TokenStory story;
    if (map.tokens() == 0) return story;
    place.t = std::clamp(place.t, 0, map.grid[0] - 1);
    place.y = std::clamp(place.y, 0, map.grid[1] - 1);
    place.x = std::clamp(place.x, 0, map.grid[2] - 1);
    story.place = Words::tr("Token t %1, y %2, x %3: ").arg(place.t).arg(place.y).arg(place.x) +
                  originsText(sharesAt(map, selection, place.t, place.y, place.x));
    if (const auto group = valueAt(map, selection, MapKind::Merged, place)) {
        story.facts << (*group < 1.05f ? Words::tr("alone in its group")
                                       : Words::tr("%1 tokens share its value").arg(decimalText(double(*group), *group == std::round(*group) ? 0 : 1)));
    }
    const bool one_head = keepsDeltas(map) && selection.layer >= 0 && selection.head >= 0;
    if (const auto delta = valueAt(map, selection, MapKind::Delta, place)) {
        // Each head's own Delta decides, kept within 2 %; the mean of several says where things tend.
        QString fact = (one_head ? Words::tr("Delta about %1") : Words::tr("mean Delta %1")).arg(decimalText(double(*delta), 2));
        if (threshold > 0) fact += Words::tr(", threshold %1").arg(decimalText(threshold, 2));
        story.facts << fact;
    } else if (one_head) {
        story.facts << Words::tr("no neighbour to take its value from");
    }
    for (const auto& [step, other] : kept) {
        if (other && other->grid == map.grid) story.history.push_back({step, sharesAt(*other, selection, place.t, place.y, place.x)});
    }
    return story;
}

}  // namespace timeripple::ui
