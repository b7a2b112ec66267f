#include "ui/theme/theme_tokens.h"

#include <cmath>

namespace timeripple::ui {

const ThemeTokens& darkTokens() {
    static const ThemeTokens kTokens{true,
                                     QColor(0x16191f),
                                     QColor(0x1d2129),
                                     QColor(0x262b35),
                                     QColor(0x2f3541),
                                     QColor(0x333a46),
                                     QColor(0xe6e9ef),
                                     QColor(0x9aa4b2),
                                     QColor(0x5aa7ff),
                                     QColor(0x0b1220),
                                     QColor(0x35b89a),
                                     QColor(0xe69f3c),
                                     QColor(0x0e1014),
                                     QColor(0x2c303a),
                                     QColor(0x4c9be8),
                                     QColor(0xe69f3c),
                                     QColor(0x35b89a)};
    return kTokens;
}

const ThemeTokens& lightTokens() {
    static const ThemeTokens kTokens{false,
                                     QColor(0xf3f4f6),
                                     QColor(0xffffff),
                                     QColor(0xeceef2),
                                     QColor(0xe1e4ea),
                                     QColor(0xd3d8e0),
                                     QColor(0x1b212b),
                                     QColor(0x5a6473),
                                     QColor(0x1f6fd6),
                                     QColor(0xffffff),
                                     QColor(0x0b7f67),
                                     QColor(0xa35f00),
                                     QColor(0xe4e7ec),
                                     QColor(0x2c303a),
                                     QColor(0x4c9be8),
                                     QColor(0xe69f3c),
                                     QColor(0x35b89a)};
    return kTokens;
}

const ThemeTokens& tokensOf(const QPalette& palette) {
    return palette.color(QPalette::Active, QPalette::Window).lightnessF() < 0.5 ? darkTokens() : lightTokens();
}

namespace {

double linear(double value) { return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4); }

double luminance(const QColor& c) {
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

}  // namespace

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

}  // namespace timeripple::ui
