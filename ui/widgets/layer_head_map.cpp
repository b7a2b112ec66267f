#include "ui/widgets/layer_head_map.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {

LayerHeadMap::LayerHeadMap(QWidget* parent) : CellMap(parent) {
    setAccessibleName(tr("Attention saved, by layer and head"));
    setAccessibleDescription(tr("Up and down choose the layer, left and right the head, Escape all of them"));
}

void LayerHeadMap::setStep(const engine::StepStats* step) {
    if (step ? step->step == step_.step && step->seconds == step_.seconds && rows() == int(step->layers.size()) : rows() == 0) return;
    step_ = step ? *step : engine::StepStats{};
    const int layers = int(step_.layers.size());
    const int heads = layers > 0 ? int(step_.layers.front().heads.size()) : 0;
    std::vector<Column> columns(static_cast<std::size_t>(heads));
    for (int h = 0; h < heads; ++h) {
        for (const auto& layer : step_.layers) {
            columns[std::size_t(h)].values.push_back(h < int(layer.heads.size()) ? layer.heads[std::size_t(h)].attention_savings : 0.0f);
        }
    }
    setCells(std::move(columns), heads, layers);
}

QString LayerHeadMap::tip(int column, int row) const {
    const auto& layer = step_.layers[std::size_t(row)];
    if (column >= int(layer.heads.size())) return {};
    const auto& head = layer.heads[std::size_t(column)];
    return tr("Step %1, layer %2, head %3: %4 of attention saved\nunique queries %5, unique keys %6")
        .arg(step_.step)
        .arg(row + 1)
        .arg(column + 1)
        .arg(percentText(double(head.attention_savings)), percentText(double(head.unique_query_share)),
             percentText(double(head.unique_key_share)));
}

void LayerHeadMap::mousePressEvent(QMouseEvent* event) {
    const auto cell = cellUnder(event->position());
    if (cell && *cell == std::pair(chosenColumn(), chosenRow())) {
        choose(-1, -1);
    } else {
        CellMap::mousePressEvent(event);
    }
}

void LayerHeadMap::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && (chosenColumn() >= 0 || chosenRow() >= 0)) {
        choose(-1, -1);
    } else {
        CellMap::keyPressEvent(event);
    }
}

}  // namespace timeripple::ui
