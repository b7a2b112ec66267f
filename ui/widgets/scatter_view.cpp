#include "ui/widgets/scatter_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/accessible_role.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

constexpr double kReach = 14.0;  // pixels within which a click hits
constexpr double kRadiusPixels = 4.5;
constexpr int kTicks = 5;

QString numberText(double value, double step) { return decimalText(value, step >= 1 ? 0 : step >= 0.1 ? 1 : 2); }

}  // namespace

double tickStep(double range, int count) {
    if (!(range > 0) || count < 1) return 1.0;
    const double rough = range / count, power = std::pow(10.0, std::floor(std::log10(rough)));
    const double part = rough / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

ScatterView::ScatterView(const QString& x_name, const QString& y_name, QWidget* parent)
    : QWidget(parent), x_name_(x_name), y_name_(y_name) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleRole(this, QAccessible::Chart);
    setAccessibleName(tr("%1 against %2").arg(y_name, x_name));
    setAccessibleDescription(tr("Left and right go from point to point, Return opens it"));
}

void ScatterView::setPoints(std::vector<ScatterPoint> points) {
    points_ = std::move(points);
    if (chosen_ >= int(points_.size())) chosen_ = -1;
    if (!points_.empty()) {
        x_low_ = y_low_ = 1e300, x_high_ = y_high_ = -1e300;
        for (const auto& point : points_) {
            x_low_ = std::min(x_low_, point.x), x_high_ = std::max(x_high_, point.x);
            y_low_ = std::min({y_low_, point.y, point.y_low}), y_high_ = std::max(y_high_, point.y);
        }
        const double dx = tickStep(std::max(x_high_ - x_low_, 0.1), kTicks), dy = tickStep(std::max(y_high_ - y_low_, 1.0), kTicks);
        x_low_ = std::floor(x_low_ / dx - 0.25) * dx, x_high_ = std::ceil(x_high_ / dx + 0.25) * dx;
        y_low_ = std::floor(y_low_ / dy - 0.25) * dy, y_high_ = std::ceil(y_high_ / dy + 0.25) * dy;
    }
    update();
}

void ScatterView::setChosen(int index) {
    if (index == chosen_) return;
    chosen_ = index;
    update();
}

QRectF ScatterView::plotRect() const {
    const int line = fontMetrics().height(), left = fontMetrics().horizontalAdvance(QStringLiteral("100.0")) + 10;
    return QRectF(rect()).adjusted(left, line + 10, -26, -(2 * line + 12));
}

QPointF ScatterView::placeOf(int index) const {
    const QRectF plot = plotRect();
    const ScatterPoint& point = points_[std::size_t(index)];
    return {plot.left() + (point.x - x_low_) / (x_high_ - x_low_) * plot.width(),
            plot.bottom() - (point.y - y_low_) / (y_high_ - y_low_) * plot.height()};
}

int ScatterView::nearest(const QPointF& place) const {
    int best = -1;
    double reach = kReach;
    for (int i = 0; i < int(points_.size()); ++i) {
        const QPointF away = placeOf(i) - place;
        if (const double distance = std::hypot(away.x(), away.y()); distance < reach) reach = distance, best = i;
    }
    return best;
}

void ScatterView::choose(int index) {
    if (index < 0) return;
    setChosen(index);
    setAccessibleDescription(points_[std::size_t(index)].label);
    Q_EMIT pointChosen(index);
}

void ScatterView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) choose(nearest(event->position()));
}

void ScatterView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const int index = nearest(event->position()); index >= 0) Q_EMIT pointActivated(index);
}

void ScatterView::keyPressEvent(QKeyEvent* event) {
    if (points_.empty()) return QWidget::keyPressEvent(event);
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && event->modifiers() == Qt::NoModifier && chosen_ >= 0) {
        Q_EMIT pointActivated(chosen_);
        return;
    }
    if (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right) return QWidget::keyPressEvent(event);
    std::vector<int> order(points_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [this](int a, int b) { return points_[std::size_t(a)].x < points_[std::size_t(b)].x; });
    const auto at = std::find(order.begin(), order.end(), chosen_);
    const int last = int(order.size()) - 1, from = int(at - order.begin());
    const int next = at == order.end() ? 0 : std::clamp(from + (event->key() == Qt::Key_Left ? -1 : 1), 0, last);
    choose(order[std::size_t(next)]);
}

bool ScatterView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const int index = nearest(help->pos());
    index < 0 ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), points_[std::size_t(index)].label, this);
    return true;
}

void ScatterView::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF plot = plotRect();
    const int line = fontMetrics().height();
    painter.setPen(t.dim_text);
    painter.drawText(QRectF(0, 0, width(), line + 4), Qt::AlignLeft | Qt::AlignVCenter, y_name_);
    painter.drawText(QRectF(0, height() - line - 4, width() - 26, line + 4), Qt::AlignRight | Qt::AlignVCenter, x_name_);
    if (points_.empty()) {
        painter.setPen(QPen(t.line, 1));
        painter.drawRect(plot);
        painter.setPen(t.dim_text);
        painter.drawText(plot.adjusted(kSpaceLarge, 0, -kSpaceLarge, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Nothing measured yet. Every setting becomes a point here: to the right is faster, up is closer to dense."));
    } else {
        const double dx = tickStep(x_high_ - x_low_, kTicks), dy = tickStep(y_high_ - y_low_, kTicks);
        for (double x = std::ceil(x_low_ / dx) * dx; x <= x_high_ + dx / 100; x += dx) {
            const double at = plot.left() + (x - x_low_) / (x_high_ - x_low_) * plot.width();
            painter.setPen(QPen(t.line, 1));
            painter.drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom()));
            painter.setPen(t.dim_text);
            painter.drawText(QRectF(at - 30, plot.bottom() + 2, 60, line), Qt::AlignCenter, numberText(x, dx) + QStringLiteral("×"));
        }
        for (double y = std::ceil(y_low_ / dy) * dy; y <= y_high_ + dy / 100; y += dy) {
            const double at = plot.bottom() - (y - y_low_) / (y_high_ - y_low_) * plot.height();
            painter.setPen(QPen(t.line, 1));
            painter.drawLine(QPointF(plot.left(), at), QPointF(plot.right(), at));
            painter.setPen(t.dim_text);
            painter.drawText(QRectF(0, std::min(at - line / 2.0, plot.bottom() - line), plot.left() - 6, line), Qt::AlignRight | Qt::AlignVCenter, numberText(y, dy));
        }
        for (int i = 0; i < int(points_.size()); ++i) {
            const ScatterPoint& point = points_[std::size_t(i)];
            const QPointF at = placeOf(i);
            const double low = plot.bottom() - (point.y_low - y_low_) / (y_high_ - y_low_) * plot.height();
            painter.setPen(QPen(t.dim_text, 1));
            if (point.y_low < point.y) painter.drawLine(at, QPointF(at.x(), low));
            painter.setPen(i == chosen_ ? QPen(t.text, 2) : QPen(t.canvas, 1));
            painter.setBrush(t.accent);
            painter.drawEllipse(at, kRadiusPixels + (i == chosen_ ? 1.5 : 0), kRadiusPixels + (i == chosen_ ? 1.5 : 0));
            if (!point.named) continue;
            painter.setPen(QPen(t.warning, 1.6));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(at, kRadiusPixels + 4, kRadiusPixels + 4);
            painter.setPen(t.text);
            const double text_width = fontMetrics().horizontalAdvance(point.label);
            const bool fits = at.x() + 12 + text_width < width();
            painter.drawText(QRectF(fits ? at.x() + 12 : at.x() - 12 - text_width, at.y() - line, text_width + 2, line), Qt::AlignLeft,
                             point.label);
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
    }
}

}  // namespace timeripple::ui
