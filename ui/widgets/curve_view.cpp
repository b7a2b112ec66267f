#include "ui/widgets/curve_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPolygonF>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/accessible_role.h"

namespace timeripple::ui {

CurveView::CurveView(const QString& name, Format format, QWidget* parent) : QWidget(parent), format_(std::move(format)) {
    setAccessibleRole(this, QAccessible::Chart);
    setAccessibleName(name);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    QFont small = font();
    small.setPixelSize(kHeadingPixels);
    setFont(small);
}

void CurveView::setValues(std::vector<double> values, int total) {
    values_ = std::move(values);
    total_ = std::max(total, int(values_.size()));
    low_ = from_zero_ ? 0.0 : 1e300;
    high_ = -1e300;
    for (double v : values_) {
        if (!std::isfinite(v)) continue;
        low_ = std::min(low_, v);
        high_ = std::max(high_, v);
    }
    if (level_ && from_zero_) high_ = std::max(high_, *level_);
    if (low_ > high_) low_ = 0.0, high_ = 1.0;
    // A curve that hardly moves looks so, not like a mountain range.
    if (!from_zero_ && high_ - low_ < smallest_span_) low_ = high_ - smallest_span_;
    if (high_ - low_ < 1e-9) high_ = low_ + (low_ != 0 ? std::abs(low_) * 0.1 : 1.0);
    update();
}

void CurveView::setLevel(std::optional<double> level, const QString& name) {
    level_ = level;
    level_name_ = name;
    setValues(std::move(values_), total_);
}

void CurveView::setMarked(int index) {
    marked_ = index;
    update();
}

void CurveView::setCursorAt(int index) {
    if (cursor_ == index) return;
    cursor_ = index;
    update();
}

void CurveView::setFromZero(bool on) {
    from_zero_ = on;
    setValues(std::move(values_), total_);
}

void CurveView::setSmallestSpan(double span) {
    smallest_span_ = span;
    setValues(std::move(values_), total_);
}

void CurveView::setNote(const QString& note) {
    note_ = note;
    update();
}

QRectF CurveView::plotRect() const {
    const int line = fontMetrics().height();
    return QRectF(rect()).adjusted(4, line * 0.5, -6, -(line + 4));
}

QPointF CurveView::pointOf(int index) const {
    const QRectF plot = plotRect();
    const double x = total_ > 1 ? double(index) / (total_ - 1) : 0.5;
    const double y = (values_[std::size_t(index)] - low_) / (high_ - low_);
    return {plot.x() + x * plot.width(), plot.bottom() - std::clamp(y, 0.0, 1.0) * plot.height()};
}

int CurveView::indexAt(double x) const {
    const QRectF plot = plotRect();
    if (values_.empty()) return -1;
    const int index = int(std::lround((x - plot.x()) / plot.width() * (total_ - 1)));
    return std::clamp(index, 0, int(values_.size()) - 1);
}

void CurveView::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF plot = plotRect();
    painter.setPen(QPen(t.line, 1));
    painter.drawLine(QPointF(plot.left(), plot.bottom() + 0.5), QPointF(plot.right(), plot.bottom() + 0.5));
    const QRectF labels(plot.left(), plot.bottom() + 4, plot.width(), fontMetrics().height());
    painter.setPen(t.dim_text);
    if (values_.empty()) {
        painter.drawText(plot, Qt::AlignCenter, tr("not measured yet"));
        if (hasFocus()) {
            painter.setPen(QPen(t.accent, 1));
            painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
        }
        return;
    }
    if (level_ && *level_ >= low_ && *level_ <= high_) {
        const double y = plot.bottom() - (*level_ - low_) / (high_ - low_) * plot.height();
        painter.setPen(QPen(t.dim_text, 1, Qt::DashLine));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    }
    QPolygonF line;
    for (int i = 0; i < int(values_.size()); ++i) {
        if (std::isfinite(values_[std::size_t(i)])) line << pointOf(i);
    }
    painter.setPen(QPen(t.accent, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    if (line.size() == 1) painter.drawPoint(line.front());
    painter.drawPolyline(line);
    if (cursor_ >= 0 && cursor_ < int(values_.size())) {
        const QPointF at = pointOf(cursor_);
        painter.setPen(QPen(t.dim_text, 1));
        painter.drawLine(QPointF(at.x(), plot.top()), QPointF(at.x(), plot.bottom()));
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.text);
        painter.drawEllipse(at, 3.5, 3.5);
    }
    if (marked_ >= 0 && marked_ < int(values_.size())) {
        painter.setPen(QPen(t.warning, 1.6));
        painter.setBrush(t.panel);
        painter.drawEllipse(pointOf(marked_), 4, 4);
    }
    // Left: the range; right: what is now.
    painter.setPen(t.dim_text);
    const QString right = !note_.isEmpty() ? note_
                          : cursor_ >= 0 && cursor_ < int(values_.size()) ? format_(values_[std::size_t(cursor_)])
                                                                         : format_(values_.back());
    const QString left = tr("%1 to %2").arg(low_ == 0 ? QStringLiteral("0") : format_(low_), format_(high_));
    painter.drawText(labels, Qt::AlignRight | Qt::AlignVCenter, right);
    if (fontMetrics().horizontalAdvance(left) + fontMetrics().horizontalAdvance(right) + 12 < labels.width()) {
        painter.drawText(labels, Qt::AlignLeft | Qt::AlignVCenter, left);
    }
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
    }
}

void CurveView::mousePressEvent(QMouseEvent* event) {
    if (const int index = indexAt(event->position().x()); index >= 0) Q_EMIT indexClicked(index);
}

void CurveView::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton)) return;
    if (const int index = indexAt(event->position().x()); index >= 0) Q_EMIT indexClicked(index);
}

void CurveView::keyPressEvent(QKeyEvent* event) {
    const int last = int(values_.size()) - 1;
    if (last >= 0 && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
        const int from = cursor_ >= 0 ? cursor_ : last;
        Q_EMIT indexClicked(std::clamp(from + (event->key() == Qt::Key_Left ? -1 : 1), 0, last));
        return;
    }
    QWidget::keyPressEvent(event);
}

bool CurveView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int index = indexAt(help->pos().x());
        if (index < 0 || std::isnan(values_[std::size_t(index)])) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(help->globalPos(), tr("%1: %2").arg(index + 1).arg(format_(values_[std::size_t(index)])), this);
        }
        return true;
    }
    return QWidget::event(event);
}

}  // namespace timeripple::ui
