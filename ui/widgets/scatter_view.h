#pragma once
// Points in a plane of two measured values, to be chosen by mouse or arrow keys: speed-up against quality in a sweep.

#include <QString>
#include <QWidget>
#include <vector>

namespace timeripple::ui {

struct ScatterPoint {
    QString label;         // shown beside a named point, told by the tip of every point
    double x = 0.0;
    double y = 0.0;
    double y_low = 0.0;    // worst case, the lower end of a whisker; equal to y: none
    bool named = false;    // a preset: ringed, with its label
};

class ScatterView final : public QWidget {
    Q_OBJECT
  public:
    // Names of the axes with units, for example "Faster than dense" and "PSNR, dB".
    ScatterView(const QString& x_name, const QString& y_name, QWidget* parent = nullptr);

    void setPoints(std::vector<ScatterPoint> points);
    const std::vector<ScatterPoint>& points() const { return points_; }
    int chosen() const { return chosen_; }  // -1: none
    void setChosen(int index);              // does not signal
    QPointF placeOf(int index) const;       // in pixels

    QSize sizeHint() const override { return {520, 360}; }
    QSize minimumSizeHint() const override { return {200, 140}; }

  Q_SIGNALS:
    void pointChosen(int index);     // by a person
    void pointActivated(int index);  // double click or Return

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QRectF plotRect() const;
    int nearest(const QPointF& place) const;
    void choose(int index);

    QString x_name_, y_name_;
    std::vector<ScatterPoint> points_;
    int chosen_ = -1;
    double x_low_ = 0.0, x_high_ = 1.0, y_low_ = 0.0, y_high_ = 1.0;
};

// A round distance between ticks, so that `range` holds about `count` of them: 1, 2 or 5 times a power of ten.
double tickStep(double range, int count);

}  // namespace timeripple::ui
