#pragma once
// Attention savings of a run: a row per layer, a column per step, cividis. Steps to come are empty, dense steps carry a mark.
// Clicking or moving with the arrow keys chooses a step and a layer.

#include <QWidget>
#include <optional>
#include <vector>

#include "engine/api/reuse_stats.h"

namespace timeripple::ui {

class StepLayerMap final : public QWidget {
    Q_OBJECT
  public:
    explicit StepLayerMap(QWidget* parent = nullptr);

    void clear();
    // `total_steps` and `layers` give the full extent; `steps` what is known so far.
    void setSteps(const std::vector<engine::StepStats>& steps, int total_steps, int layers);
    // 1-based step that is shown elsewhere; 0: none. 0-based layer; -1: all.
    void setChosen(int step, int layer);
    int chosenStep() const { return step_; }

    // Cell under a point: 1-based step and 0-based layer.
    std::optional<std::pair<int, int>> cellAt(const QPointF& point) const;
    QRectF cellRect(int step, int layer) const;

    QSize sizeHint() const override { return {420, 92}; }
    QSize minimumSizeHint() const override { return {120, 60}; }

  Q_SIGNALS:
    void chosen(int step, int layer);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QRectF mapRect() const;
    double savings(int step, int layer) const;  // of a known step
    const engine::StepStats* stepOf(int step) const;
    void choose(int step, int layer);

    std::vector<engine::StepStats> steps_;
    int total_ = 0;
    int layers_ = 0;
    int step_ = 0;
    int layer_ = -1;
};

}  // namespace timeripple::ui
