#pragma once
// Colours and measures of the studio, in one place. Widgets ask by palette, so nothing global is needed and a widget that is
// painted off screen gets the right set too.

#include <QColor>
#include <QPalette>
#include <QWidget>

namespace timeripple::ui {

struct ThemeTokens {
    bool dark;
    QColor window;   // behind panels
    QColor panel;    // docks, bars
    QColor raised;   // fields, buttons
    QColor hover;    // raised, under the mouse
    QColor line;     // borders
    QColor text;
    QColor dim_text;  // labels; at least 4.5:1 on panel
    QColor accent;    // the one action, selection, progress
    QColor on_accent;
    QColor good;
    QColor warning;
    QColor canvas;    // behind pictures
    QColor computed;  // token origin: computed
    QColor along_time;
    QColor along_y;
    QColor along_x;
};

const ThemeTokens& darkTokens();
const ThemeTokens& lightTokens();
// The set that belongs to a palette, by the lightness of its window colour.
const ThemeTokens& tokensOf(const QPalette& palette);
inline const ThemeTokens& tokensOf(const QWidget* widget) { return tokensOf(widget->palette()); }

// Contrast ratio after WCAG 2.1, 1..21.
double contrastRatio(const QColor& a, const QColor& b);

// Measures, in device-independent pixels.
inline constexpr int kSpaceSmall = 4;
inline constexpr int kSpace = 8;
inline constexpr int kSpaceLarge = 14;
inline constexpr int kRadius = 6;
inline constexpr int kPictureRadius = 3;
inline constexpr int kControlHeight = 30;
inline constexpr int kTextPixels = 13;
inline constexpr int kCaptionPixels = 12;
inline constexpr int kHeadingPixels = 11;

}  // namespace timeripple::ui
