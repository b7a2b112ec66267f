#include "ui/widgets/picture_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {

PictureView::PictureView(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PictureView::setImage(const QImage& image, Scaling scaling) {
    image_ = image;
    scaling_ = scaling;
    update();
}

void PictureView::setPlaceholder(const QString& text) {
    placeholder_ = text;
    update();
}

void PictureView::setMark(const std::optional<QPointF>& place) {
    if (mark_ == place) return;
    mark_ = place;
    update();
}

QRectF PictureView::pictureRect() const {
    if (image_.isNull()) return rect();
    const QSizeF size = QSizeF(image_.size()).scaled(QSizeF(this->size()), Qt::KeepAspectRatio);
    return {(width() - size.width()) / 2, (height() - size.height()) / 2, size.width(), size.height()};
}

std::optional<QPointF> PictureView::placeOf(const QPointF& point) const {
    const QRectF rect = pictureRect();
    if (!rect.contains(point) || rect.isEmpty()) return std::nullopt;
    return QPointF((point.x() - rect.x()) / rect.width(), (point.y() - rect.y()) / rect.height());
}

void PictureView::mouseMoveEvent(QMouseEvent* event) {
    if (const auto place = placeOf(event->position())) {
        Q_EMIT hovered(*place);
    } else {
        Q_EMIT hoverLeft();
    }
}

void PictureView::mousePressEvent(QMouseEvent* event) {
    setFocus(Qt::MouseFocusReason);  // out of the prompt, so that the keys of the player act
    if (const auto place = placeOf(event->position()); place && event->button() == Qt::LeftButton) Q_EMIT clicked(*place);
}

void PictureView::leaveEvent(QEvent*) { Q_EMIT hoverLeft(); }

void PictureView::paintOverlay(QPainter&, const QRectF&) {}

void PictureView::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF rect = pictureRect();
    QPainterPath outline;
    outline.addRoundedRect(rect, kPictureRadius, kPictureRadius);
    if (image_.isNull()) {
        painter.fillPath(outline, t.dark ? t.panel : t.window);
        painter.setPen(t.dim_text);
        painter.drawText(rect.adjusted(kSpaceLarge, kSpaceLarge, -kSpaceLarge, -kSpaceLarge),
                         Qt::AlignCenter | Qt::TextWordWrap, placeholder_);
        return;
    }
    painter.setClipPath(outline);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scaling_ == Scaling::Smooth);
    painter.drawImage(rect, image_);
    paintOverlay(painter, rect);
    if (mark_) {
        const QPointF centre(rect.x() + mark_->x() * rect.width(), rect.y() + mark_->y() * rect.height());
        painter.setPen(QPen(QColor(0, 0, 0, 160), 3));
        painter.drawEllipse(centre, 7, 7);
        painter.setPen(QPen(Qt::white, 1.5));
        painter.drawEllipse(centre, 7, 7);
    }
}

}  // namespace timeripple::ui
