#pragma once
// The heatmap of a run on paper: as a figure (every latent frame's tokens, savings by layer and step, legend with shares) and as
// a table. Values only; any thread.

#include <QSize>
#include <QString>
#include <map>
#include <string>
#include <vector>

#include "engine/api/result.h"
#include "engine/api/reuse_stats.h"

class QPainter;

namespace timeripple::ui {

struct HeatmapFigure {
    QString title;   // the prompt
    QString detail;  // settings and what was measured
    std::map<int, engine::TokenMapPtr> maps;  // by step; at least one
    std::vector<engine::StepStats> steps;
};

QSize sizeOf(const HeatmapFigure& figure);
// Light colours, on a background of its own; `painter` has a device of sizeOf().
void paintFigure(QPainter& painter, const HeatmapFigure& figure);
// By the suffix of `path`: .png (twice the size) or .svg. Complete or not there.
engine::Status saveFigure(const HeatmapFigure& figure, const QString& path);

// "step,side,t,y,x,computed,along_time,along_y,along_x": shares 0..1 over all layers and heads. Steps together beyond kMaxRows
// rows: one row a token, step "mean".
std::string heatmapCsv(const HeatmapFigure& figure);
inline constexpr std::size_t kMaxRows = 2'000'000;

}  // namespace timeripple::ui
