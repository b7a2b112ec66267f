#include "ui/widgets/schedule_view.h"

#include <QPainter>
#include <algorithm>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/accessible_role.h"

namespace timeripple::ui {

ScheduleView::ScheduleView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleRole(this, QAccessible::Chart);
    setToolTip(tr("The threshold of every step; steps without a bar are dense"));
    setAccessibleName(toolTip());
}

void ScheduleView::setSchedule(const engine::ThresholdSchedule& schedule, int steps, bool dense) {
    if (schedule == schedule_ && steps == steps_ && dense == dense_) return;
    schedule_ = schedule;
    steps_ = steps;
    dense_ = dense;
    update();
}

void ScheduleView::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF plot = QRectF(rect()).adjusted(0, 2, 0, -2);
    painter.setPen(QPen(t.line, 1));
    painter.drawLine(QPointF(plot.left(), plot.bottom()), QPointF(plot.right(), plot.bottom()));
    if (steps_ <= 0) return;
    // One scale for all usual thresholds, so that presets can be told apart by eye; larger ones scale everything down.
    const double top = std::max(0.6, schedule_.theta_max);
    const double width = plot.width() / steps_;
    painter.setPen(Qt::NoPen);
    for (int step = 1; step <= steps_; ++step) {
        const double theta = dense_ ? 0.0 : schedule_.threshold(step, steps_);
        const QRectF slot(plot.x() + (step - 1) * width + std::min(1.0, width * 0.12), plot.y(),
                          std::max(1.0, width - 2 * std::min(1.0, width * 0.12)), plot.height());
        if (theta <= 0) {
            painter.setBrush(t.line);
            painter.drawRect(QRectF(slot.x(), plot.bottom() - 2, slot.width(), 2));
        } else {
            QColor colour = t.accent;
            colour.setAlphaF(0.75f);
            painter.setBrush(colour);
            const double height = theta / top * plot.height();
            painter.drawRect(QRectF(slot.x(), plot.bottom() - height, slot.width(), height));
        }
    }
}

}  // namespace timeripple::ui
