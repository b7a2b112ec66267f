#pragma once
// The threshold as a line in the measured distribution of Delta: pairs of neighbours left of it are merged. Dragged with the
// mouse, moved with the arrow keys.

#include <QWidget>

#include "engine/api/delta_distribution.h"

namespace timeripple::ui {

class ThresholdView final : public QWidget {
    Q_OBJECT
  public:
    explicit ThresholdView(QWidget* parent = nullptr);

    // Null: nothing is measured yet.
    void setDistribution(const engine::DeltaDistributionPtr& distribution);
    void setThreshold(double theta);  // does not signal
    double threshold() const { return theta_; }
    // Place of a threshold on the axis, in pixels.
    double xOf(double theta) const;

    QSize sizeHint() const override { return {260, 52}; }
    QSize minimumSizeHint() const override { return {80, 44}; }

  Q_SIGNALS:
    void thresholdChosen(double theta);  // by a person

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void choose(double theta);
    double range() const;  // of theta on the axis, from 0

    engine::DeltaDistributionPtr distribution_;
    std::vector<QPointF> curve_;  // Delta, density as a share of the highest
    double theta_ = 0.0;
    double top_ = 0.6;            // Delta at the right end
};

}  // namespace timeripple::ui
