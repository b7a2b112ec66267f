#pragma once
// Two kinds of plots as inline SVG, for reports that have to stand alone: no script, no font, no outside file. Colours
// come from the page's style (classes c0..c7), and every colour has a mark of its own, so that nothing hangs on colour.

#include <string>
#include <vector>

namespace timeripple::engine::detail {

// Text that is safe within HTML and SVG.
std::string escaped(const std::string& text);

struct PlotPoint {
    double x = 0.0, y = 0.0;
    double low = 0.0;   // end of a thin line down from the point: a minimum; equal to y: none
    int series = 0;     // colour and mark
    std::string title;  // shown by the browser where the pointer rests
};

struct PlotGoal {  // a small cross hair: wanted values
    double x = 0.0, y = 0.0;
    std::string label;
};

struct ScatterPlot {
    std::string x_label, y_label;
    std::vector<std::string> series;  // names for the legend, at most 8
    std::vector<PlotPoint> points;
    std::vector<PlotGoal> goals;
};
std::string svg(const ScatterPlot& plot);

struct BarPlot {
    struct Bar {
        std::string label;
        double value = 0.0;
        int series = 0;
        std::string text;  // beside the bar
    };
    std::string x_label;
    double mark = 0.0;  // a line across all bars; 0: none
    std::vector<Bar> bars;
};
std::string svg(const BarPlot& plot);

}  // namespace timeripple::engine::detail
