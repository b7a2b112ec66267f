#include "engine/base/svg_plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace timeripple::engine::detail {
namespace {

constexpr int kSeries = 8;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string attribute(const char* name, double value) {
    return std::string(" ") + name + "=\"" + number(value) + "\"";
}

std::string line(double x1, double y1, double x2, double y2, const std::string& kind) {
    return "<line class=\"" + kind + "\"" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) +
           attribute("y2", y2) + "/>\n";
}

std::string text(double x, double y, const std::string& words, const char* anchor, const char* more = "") {
    return std::string("<text text-anchor=\"") + anchor + "\"" + more + attribute("x", x) + attribute("y", y) + ">" +
           escaped(words) + "</text>\n";
}

// A mark of about 9 units: circle, square, triangle, diamond, cross, triangle down, ring, bar.
std::string mark(int series, double x, double y, const std::string& title) {
    series %= kSeries;
    auto at = [&](double dx, double dy) { return number(x + dx) + "," + number(y + dy); };
    std::string shape;
    if (series == 0 || series == 6) {
        shape = "<circle" + attribute("cx", x) + attribute("cy", y) + " r=\"4.5\"";
    } else {
        std::string points;
        if (series == 1) points = at(-4, -4) + " " + at(4, -4) + " " + at(4, 4) + " " + at(-4, 4);
        if (series == 2) points = at(0, -5) + " " + at(5, 4) + " " + at(-5, 4);
        if (series == 3) points = at(0, -6) + " " + at(6, 0) + " " + at(0, 6) + " " + at(-6, 0);
        if (series == 4)
            points = at(-5, -2) + " " + at(-2, -2) + " " + at(-2, -5) + " " + at(2, -5) + " " + at(2, -2) + " " +
                     at(5, -2) + " " + at(5, 2) + " " + at(2, 2) + " " + at(2, 5) + " " + at(-2, 5) + " " + at(-2, 2) +
                     " " + at(-5, 2);
        if (series == 5) points = at(0, 5) + " " + at(5, -4) + " " + at(-5, -4);
        if (series == 7) points = at(-6, -2) + " " + at(6, -2) + " " + at(6, 2) + " " + at(-6, 2);
        shape = "<polygon points=\"" + points + "\"";
    }
    return shape + " class=\"m" + (series == 6 ? " hollow" : "") + " c" + std::to_string(series) + "\"><title>" +
           escaped(title) + "</title>" + (series == 0 || series == 6 ? "</circle>\n" : "</polygon>\n");
}

// Round numbers that span the range in 4 to 8 steps.
struct Ticks {
    double low = 0.0, high = 1.0, step = 1.0;

    Ticks(double least, double most) {
        const double span = std::max(1e-6, most - least);
        const double power = std::pow(10.0, std::floor(std::log10(span)));
        step = power;
        for (const double candidate : {0.1, 0.2, 0.5, 1.0, 2.0}) {
            if (span / (candidate * power) <= 8) {
                step = candidate * power;
                break;
            }
        }
        low = std::floor(least / step) * step;
        high = std::ceil(most / step) * step;
    }
    double share(double value) const { return (value - low) / (high - low); }
};

std::string tick_text(double value, double step) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, step < 1 ? "%.1f" : "%.0f", value);
    return buffer;
}

}  // namespace

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '"') {
            out += "&quot;";
        } else {
            out += c;
        }
    }
    return out;
}

std::string svg(const ScatterPlot& plot) {
    constexpr double kWidth = 760, kHeight = 420, kLeft = 56, kRight = 16, kTop = 14, kBottom = 46;
    if (plot.points.empty()) return "";
    double x_low = plot.points[0].x, x_high = x_low, y_low = plot.points[0].low, y_high = plot.points[0].y;
    for (const auto& p : plot.points) {
        x_low = std::min(x_low, p.x), x_high = std::max(x_high, p.x);
        y_low = std::min({y_low, p.y, p.low}), y_high = std::max(y_high, p.y);
    }
    for (const auto& g : plot.goals) {
        x_low = std::min(x_low, g.x), x_high = std::max(x_high, g.x);
        y_low = std::min(y_low, g.y), y_high = std::max(y_high, g.y);
    }
    const Ticks xs(x_low, x_high), ys(y_low, y_high);
    auto px = [&](double x) { return kLeft + xs.share(x) * (kWidth - kLeft - kRight); };
    auto py = [&](double y) { return kHeight - kBottom - ys.share(y) * (kHeight - kTop - kBottom); };
    std::string out = "<svg viewBox=\"0 0 760 420\" role=\"img\" aria-label=\"" +
                      escaped(plot.y_label + " over " + plot.x_label) + "\">\n";
    for (int i = 0; xs.low + i * xs.step <= xs.high + 1e-9; ++i) {
        const double x = xs.low + i * xs.step;
        out += line(px(x), kTop, px(x), kHeight - kBottom, "grid") +
               text(px(x), kHeight - kBottom + 16, tick_text(x, xs.step), "middle");
    }
    for (int i = 0; ys.low + i * ys.step <= ys.high + 1e-9; ++i) {
        const double y = ys.low + i * ys.step;
        out += line(kLeft, py(y), kWidth - kRight, py(y), "grid") +
               text(kLeft - 6, py(y) + 4, tick_text(y, ys.step), "end");
    }
    out += text(0.5 * (kLeft + kWidth - kRight), kHeight - 8, plot.x_label, "middle");
    out += text(0, 0, plot.y_label, "middle", " transform=\"translate(14 200) rotate(-90)\"");
    for (const auto& g : plot.goals) {
        out += line(px(g.x) - 10, py(g.y), px(g.x) + 10, py(g.y), "goal") +
               line(px(g.x), py(g.y) - 10, px(g.x), py(g.y) + 10, "goal") +
               text(px(g.x) - 12, py(g.y) - 6, g.label, "end");
    }
    for (const auto& p : plot.points) {
        if (p.low != p.y)
            out += line(px(p.x), py(p.y), px(p.x), py(p.low), "low c" + std::to_string(p.series % kSeries));
        out += mark(p.series, px(p.x), py(p.y), p.title);
    }
    out += "</svg>\n<p class=\"legend\">";
    for (int i = 0; i < int(plot.series.size()); ++i) {
        out += "<span><svg class=\"key\" viewBox=\"0 0 14 14\">" + mark(i, 7, 7, plot.series[std::size_t(i)]) +
               "</svg>" + escaped(plot.series[std::size_t(i)]) + "</span> ";
    }
    return out + "</p>\n";
}

std::string svg(const BarPlot& plot) {
    constexpr double kWidth = 760, kLeft = 300, kRight = 60, kRow = 22, kTop = 8;
    if (plot.bars.empty()) return "";
    const double height = kTop + kRow * double(plot.bars.size()) + 34;
    double most = plot.mark;
    for (const auto& bar : plot.bars)
        most = std::max(most, bar.value);
    const Ticks xs(0.0, std::max(most, 1e-6));
    auto px = [&](double x) { return kLeft + xs.share(x) * (kWidth - kLeft - kRight); };
    std::string out =
        "<svg viewBox=\"0 0 760 " + number(height) + "\" role=\"img\" aria-label=\"" + escaped(plot.x_label) + "\">\n";
    for (int i = 0; i * xs.step <= xs.high + 1e-9; ++i) {
        out += line(px(i * xs.step), kTop, px(i * xs.step), height - 34, "grid") +
               text(px(i * xs.step), height - 19, tick_text(i * xs.step, xs.step), "middle");
    }
    for (std::size_t i = 0; i < plot.bars.size(); ++i) {
        const auto& bar = plot.bars[i];
        const double y = kTop + kRow * double(i);
        out += text(kLeft - 8, y + 15, bar.label, "end");
        out += "<rect class=\"b c" + std::to_string(bar.series % kSeries) + "\"" + attribute("x", kLeft) +
               attribute("y", y + 3) + attribute("width", std::max(0.5, px(bar.value) - kLeft)) +
               attribute("height", kRow - 6) + "/>\n";
        out += text(px(bar.value) + 5, y + 15, bar.text, "start");
    }
    if (plot.mark > 0) out += line(px(plot.mark), kTop, px(plot.mark), height - 34, "goal");
    return out + text(0.5 * (kLeft + kWidth - kRight), height - 3, plot.x_label, "middle") + "</svg>\n";
}

}  // namespace timeripple::engine::detail
