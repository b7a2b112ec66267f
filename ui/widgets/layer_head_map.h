#pragma once
// Attention savings of one step: a row per layer, a column per head, cividis. Clicking or moving with the arrow keys chooses a
// layer and a head; Escape, or a click on what is chosen already, goes back to the mean of all.

#include "engine/api/reuse_stats.h"
#include "ui/widgets/cell_map.h"

namespace timeripple::ui {

class LayerHeadMap final : public CellMap {
    Q_OBJECT
  public:
    explicit LayerHeadMap(QWidget* parent = nullptr);

    // Null: nothing is known of the step on show.
    void setStep(const engine::StepStats* step);
    // 0-based, -1: all.
    void setChosen(int layer, int head) { setChosenCell(head, layer); }
    QRectF cellRect(int layer, int head) const { return rectOf(head, layer); }

    QSize sizeHint() const override { return {120, 92}; }

  Q_SIGNALS:
    void chosen(int layer, int head);

  protected:
    void cellChosen(int column, int row) override { Q_EMIT chosen(row, column); }
    QString tip(int column, int row) const override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    engine::StepStats step_;
};

}  // namespace timeripple::ui
