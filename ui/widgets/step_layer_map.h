#pragma once
// Attention savings of a run: a row per layer, a column per step, cividis. Steps to come are empty, dense steps carry a mark.
// Clicking or moving with the arrow keys chooses a step and a layer.

#include <vector>

#include "engine/api/reuse_stats.h"
#include "ui/widgets/cell_map.h"

namespace timeripple::ui {

class StepLayerMap final : public CellMap {
    Q_OBJECT
  public:
    explicit StepLayerMap(QWidget* parent = nullptr);

    void clear();
    // `total_steps` and `layers` give the full extent; `steps` what is known so far.
    void setSteps(const std::vector<engine::StepStats>& steps, int total_steps, int layers);
    // 1-based step that is shown elsewhere; 0: none. 0-based layer; -1: all.
    void setChosen(int step, int layer) { setChosenCell(step - 1, step > 0 ? layer : -1); }
    int chosenStep() const { return chosenColumn() + 1; }

    // Cell under a point: 1-based step and 0-based layer.
    std::optional<std::pair<int, int>> cellAt(const QPointF& point) const;
    QRectF cellRect(int step, int layer) const { return rectOf(step - 1, layer); }

    QSize sizeHint() const override { return {420, 92}; }

  Q_SIGNALS:
    void chosen(int step, int layer);

  protected:
    int startColumn() const override { return steps_.empty() ? 0 : steps_.back().step - 1; }
    void cellChosen(int column, int row) override { Q_EMIT chosen(column + 1, row); }
    QString tip(int column, int row) const override;

  private:
    std::vector<engine::StepStats> steps_;
};

}  // namespace timeripple::ui
