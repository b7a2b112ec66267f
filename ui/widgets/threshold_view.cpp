#include "ui/widgets/threshold_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/accessible_role.h"

namespace timeripple::ui {
namespace {

constexpr double kLeastTop = 0.6;     // all usual thresholds stay in view
constexpr double kShownShare = 0.99;  // of all pairs; the far tail is cut off
constexpr double kNarrowest = 0.02;   // of a bin that is drawn
constexpr double kStep = 0.01, kPage = 0.05;
constexpr double kLargest = 10.0;

double rounded(double theta) { return std::clamp(std::round(theta * 100.0) / 100.0, 0.0, kLargest); }

}  // namespace

ThresholdView::ThresholdView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleRole(this, QAccessible::Chart);
    setCursor(Qt::SizeHorCursor);
    setAccessibleName(tr("Threshold in the distribution of Delta"));
    setAccessibleDescription(tr("Left and right move it by 0.01, Page Up and Page Down by 0.05"));
    setToolTip(tr("How far neighbouring tokens are apart in the last step, over all layers and heads. Pairs left of the line are "
                  "computed once; drag it."));
}

void ThresholdView::setDistribution(const engine::DeltaDistributionPtr& distribution) {
    if (distribution == distribution_) return;
    distribution_ = distribution;
    curve_.clear();
    top_ = kLeastTop;
    if (distribution_) {
        using D = engine::DeltaDistribution;
        std::array<double, D::kBins> count{};
        double total = 0.0;
        for (const auto& side : distribution_->histogram) {
            for (const auto& axis : side) {
                for (std::size_t b = 0; b < axis.size(); ++b) count[b] += axis[b], total += axis[b];
            }
        }
        double below = 0.0, highest = 0.0, from = 0.0, gathered = 0.0;
        for (int b = 0; b + 1 < D::kBins && total > 0 && below < kShownShare * total; ++b) {
            const double to = D::bin_edge(b + 1);
            below += count[std::size_t(b)];
            gathered += count[std::size_t(b)];
            top_ = std::max(kLeastTop, to);
            if (to - from < kNarrowest) continue;  // the first bins are so narrow that they hold mostly chance
            curve_.push_back({(from + to) / 2, gathered / (to - from)});
            highest = std::max(highest, curve_.back().y());
            from = to;
            gathered = 0.0;
        }
        for (QPointF& point : curve_) point.setY(highest > 0 ? point.y() / highest : 0.0);
    }
    update();
}

void ThresholdView::setThreshold(double theta) {
    if (theta == theta_) return;
    theta_ = theta;
    update();
}

// A threshold far beyond all pairs stands at the right end; it must not squeeze them into nothing.
double ThresholdView::range() const { return theta_ > 2 * top_ ? top_ : std::max(top_, theta_); }

double ThresholdView::xOf(double theta) const {
    return 1.0 + std::min(theta / range(), 1.0) * (width() - 2);
}

void ThresholdView::choose(double theta) {
    theta = rounded(theta);
    if (theta == theta_ || !isEnabled()) return;
    setThreshold(theta);
    Q_EMIT thresholdChosen(theta);
}

void ThresholdView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) choose((event->position().x() - 1) / std::max(1, width() - 2) * range());
}

void ThresholdView::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) choose((event->position().x() - 1) / std::max(1, width() - 2) * range());
}

void ThresholdView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Down:
            return choose(theta_ - kStep);
        case Qt::Key_Right:
        case Qt::Key_Up:
            return choose(theta_ + kStep);
        case Qt::Key_PageDown:
            return choose(theta_ - kPage);
        case Qt::Key_PageUp:
            return choose(theta_ + kPage);
        default:
            QWidget::keyPressEvent(event);
    }
}

void ThresholdView::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double bottom = height() - 2.5, plot = height() - 8.0;
    if (!curve_.empty()) {
        QPainterPath line(QPointF(xOf(0), bottom - curve_.front().y() * plot / 2));
        for (const QPointF& point : curve_) line.lineTo(xOf(point.x()), bottom - point.y() * plot);
        QPainterPath area = line;
        area.lineTo(line.currentPosition().x(), bottom);
        area.lineTo(xOf(0), bottom);
        area.closeSubpath();
        QColor merged = t.accent;
        merged.setAlphaF(isEnabled() ? 0.32f : 0.12f);
        painter.save();
        painter.setClipRect(QRectF(0, 0, xOf(theta_), height()));
        painter.fillPath(area, merged);
        painter.restore();
        painter.setPen(QPen(t.dim_text, 1.2));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(line);
    }
    painter.setPen(QPen(t.line, 1));
    painter.drawLine(QPointF(0, bottom), QPointF(width(), bottom));
    painter.setPen(QPen(isEnabled() ? t.accent : t.dim_text, 2.5));
    painter.drawLine(QPointF(xOf(theta_), 2), QPointF(xOf(theta_), height() - 1));
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kPictureRadius, kPictureRadius);
    }
}

}  // namespace timeripple::ui
