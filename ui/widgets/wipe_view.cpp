#include "ui/widgets/wipe_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

namespace timeripple::ui {

WipeView::WipeView(QWidget* parent) : PictureView(parent) { setFocusPolicy(Qt::StrongFocus); }

void WipeView::setPair(const QImage& left, const QImage& right) {
    right_ = right;
    setImage(left);
}

void WipeView::setWipe(double part) {
    wipe_ = std::clamp(part, 0.0, 1.0);
    update();
}

void WipeView::setWiping(bool on) {
    wiping_ = on;
    setCursor(on ? Qt::SplitHCursor : Qt::ArrowCursor);
    update();
}

void WipeView::follow(double x) {
    const QRectF rect = pictureRect();
    if (wiping_ && rect.width() > 0) setWipe((x - rect.x()) / rect.width());
}

void WipeView::mouseMoveEvent(QMouseEvent* event) {
    follow(event->position().x());
    PictureView::mouseMoveEvent(event);
}

void WipeView::mousePressEvent(QMouseEvent* event) {
    follow(event->position().x());
    PictureView::mousePressEvent(event);
}

void WipeView::keyPressEvent(QKeyEvent* event) {
    if (wiping_ && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
        setWipe(wipe_ + (event->key() == Qt::Key_Left ? -0.02 : 0.02));
        return;
    }
    PictureView::keyPressEvent(event);
}

void WipeView::paintOverlay(QPainter& painter, const QRectF& rect) {
    if (!wiping_ || right_.isNull()) return;
    const double x = rect.x() + wipe_ * rect.width();
    painter.save();
    painter.setClipRect(QRectF(x, rect.y(), rect.right() - x, rect.height()), Qt::IntersectClip);
    painter.drawImage(rect, right_);
    painter.restore();
    painter.setPen(QPen(QColor(0, 0, 0, 150), 3));
    painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()));
    painter.setPen(QPen(Qt::white, 1.4));
    painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()));
}

}  // namespace timeripple::ui
