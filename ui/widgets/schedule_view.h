#pragma once
// The threshold over the steps of a run, as the schedule will set it; dense steps are marked by a gap at zero.

#include <QWidget>

#include "engine/api/ripple_settings.h"

namespace timeripple::ui {

class ScheduleView final : public QWidget {
    Q_OBJECT
  public:
    explicit ScheduleView(QWidget* parent = nullptr);
    void setSchedule(const engine::ThresholdSchedule& schedule, int steps, bool dense);
    QSize sizeHint() const override { return {260, 44}; }
    QSize minimumSizeHint() const override { return {80, 40}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    engine::ThresholdSchedule schedule_;
    int steps_ = 0;
    bool dense_ = true;
};

}  // namespace timeripple::ui
