#pragma once
// Colour scales. Magnitudes: cividis (readable with every common colour blindness). Origins: the categorical set of the theme.

#include <QColor>
#include <array>

#include "engine/api/reuse_stats.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {

// Cividis at 0..1, from interpolated anchors; values outside are clamped, NaN is the lowest.
QRgb cividis(double value);

// Difference of two pictures: -1 blue, 0 the neutral middle, 1 orange.
QRgb diverging(double value, bool dark);

std::array<QColor, engine::kOrigins> originColors(const ThemeTokens& tokens);

}  // namespace timeripple::ui
