#include "ui/widgets/step_layer_map.h"

#include <algorithm>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

float savingsOf(const engine::LayerStats& layer) {
    float sum = 0.0f;
    for (const auto& head : layer.heads) sum += head.attention_savings;
    return layer.heads.empty() ? 0.0f : sum / float(layer.heads.size());
}

}  // namespace

StepLayerMap::StepLayerMap(QWidget* parent) : CellMap(parent) {
    setAccessibleName(tr("Attention saved, by layer and step"));
    setAccessibleDescription(tr("Left and right choose the step, up and down the layer"));
}

void StepLayerMap::clear() { setSteps({}, 0, 0); }

void StepLayerMap::setSteps(const std::vector<engine::StepStats>& steps, int total_steps, int layers) {
    steps_ = steps;
    std::vector<Column> columns;
    for (const auto& step : steps_) {
        if (step.step < 1 || step.step > std::max(total_steps, int(steps_.size()))) continue;
        columns.resize(std::max(columns.size(), std::size_t(step.step)));
        Column& column = columns[std::size_t(step.step) - 1];
        column.marked = step.dense;
        column.values.assign(std::size_t(std::max(1, layers)), 0.0f);
        for (std::size_t l = 0; l < std::min(column.values.size(), step.layers.size()); ++l) column.values[l] = savingsOf(step.layers[l]);
    }
    setCells(std::move(columns), total_steps, layers);
}

std::optional<std::pair<int, int>> StepLayerMap::cellAt(const QPointF& point) const {
    const auto cell = cellUnder(point);
    if (!cell) return std::nullopt;
    return std::pair(cell->first + 1, cell->second);
}

QString StepLayerMap::tip(int column, int row) const {
    const auto stats = std::find_if(steps_.begin(), steps_.end(), [column](const auto& s) { return s.step == column + 1; });
    if (stats == steps_.end()) return {};
    if (stats->dense) return tr("Step %1: dense, %2").arg(stats->step).arg(secondsText(stats->seconds));
    const float saved = row < int(stats->layers.size()) ? savingsOf(stats->layers[std::size_t(row)]) : 0.0f;
    return tr("Step %1, layer %2: %3 of attention saved\nthreshold %4, whole step %5")
        .arg(stats->step)
        .arg(row + 1)
        .arg(percentText(double(saved)))
        .arg(decimalText(stats->threshold, 2))
        .arg(secondsText(stats->seconds));
}

}  // namespace timeripple::ui
