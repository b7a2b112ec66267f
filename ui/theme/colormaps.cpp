#include "ui/theme/colormaps.h"

#include <algorithm>
#include <cmath>

namespace timeripple::ui {
namespace {

// Cividis (Nunez, Anderton, Renslow 2018), sampled at eleven even places.
constexpr std::array<std::array<double, 3>, 11> kCividis{{{0, 34, 78},
                                                          {9, 54, 108},
                                                          {52, 70, 109},
                                                          {78, 87, 110},
                                                          {102, 105, 112},
                                                          {125, 123, 120},
                                                          {150, 142, 119},
                                                          {176, 162, 112},
                                                          {204, 184, 100},
                                                          {232, 207, 81},
                                                          {254, 232, 56}}};

}  // namespace

QRgb cividis(double value) {
    if (!(value > 0.0)) value = 0.0;
    const double place = std::min(value, 1.0) * (kCividis.size() - 1);
    const auto low = std::min<std::size_t>(std::size_t(place), kCividis.size() - 2);
    const double part = place - double(low);
    std::array<int, 3> c{};
    for (std::size_t i = 0; i < 3; ++i) c[i] = int(std::lround(kCividis[low][i] * (1 - part) + kCividis[low + 1][i] * part));
    return qRgb(c[0], c[1], c[2]);
}

QRgb diverging(double value, bool dark) {
    const double v = std::isnan(value) ? 0.0 : std::clamp(value, -1.0, 1.0);
    const std::array<double, 3> middle = dark ? std::array<double, 3>{38, 41, 48} : std::array<double, 3>{238, 239, 242};
    const std::array<double, 3> end = v < 0 ? std::array<double, 3>{76, 155, 232} : std::array<double, 3>{230, 159, 60};
    const double part = std::abs(v);
    auto mix = [&](std::size_t i) { return int(std::lround(middle[i] * (1 - part) + end[i] * part)); };
    return qRgb(mix(0), mix(1), mix(2));
}

std::array<QColor, engine::kOrigins> originColors(const ThemeTokens& t) {
    return {t.computed, t.along_time, t.along_y, t.along_x};
}

}  // namespace timeripple::ui
