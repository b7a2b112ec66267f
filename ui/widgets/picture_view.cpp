#include "ui/widgets/picture_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <QWheelEvent>
#include <cmath>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/accessible_role.h"

namespace timeripple::ui {
namespace {

constexpr double kPixelsFrom = 6.0;  // from this zoom on single pixels are wanted, not a smooth picture

}  // namespace

PictureView::PictureView(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setAccessibleRole(this, QAccessible::Graphic);
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

void PictureView::setOverlay(const QImage& overlay, double opacity) {
    overlay_ = overlay;
    opacity_ = opacity;
    update();
}

void PictureView::setKeyGrid(const QSize& grid) {
    if (grid == key_grid_) return;
    key_grid_ = grid;
    setFocusPolicy(grid.isEmpty() ? Qt::NoFocus : Qt::StrongFocus);
}

void PictureView::setZoom(double zoom, const QPointF& centre) {
    if (zoom_ == zoom && centre_ == centre) return;
    zoom_ = zoom;
    centre_ = centre;
    update();
}

QRectF PictureView::pictureRect() const {
    const QRectF fit = fittedRect();
    if (zoom_ <= 1.0 || image_.isNull()) return fit;
    const QSizeF size = fit.size() * zoom_;
    return {fit.center().x() - centre_.x() * size.width(), fit.center().y() - centre_.y() * size.height(), size.width(), size.height()};
}

QRectF PictureView::fittedRect() const {
    if (image_.isNull()) return rect();
    const QSizeF size = QSizeF(image_.size()).scaled(QSizeF(this->size()), Qt::KeepAspectRatio);
    return {(width() - size.width()) / 2, (height() - size.height()) / 2, size.width(), size.height()};
}

std::optional<QPointF> PictureView::placeOf(const QPointF& point) const {
    const QRectF rect = pictureRect();
    if (!rect.contains(point) || !fittedRect().contains(point) || rect.isEmpty()) return std::nullopt;
    return QPointF((point.x() - rect.x()) / rect.width(), (point.y() - rect.y()) / rect.height());
}

void PictureView::mouseMoveEvent(QMouseEvent* event) {
    if (dragged_from_ && zoom_ > 1.0) {
        const QPointF moved = event->position() - *dragged_from_;
        const QRectF rect = pictureRect();
        dragged_from_ = event->position();
        Q_EMIT panWished(QPointF(-moved.x() / rect.width(), -moved.y() / rect.height()));
    }
    if (const auto place = placeOf(event->position())) {
        Q_EMIT hovered(*place);
    } else {
        Q_EMIT hoverLeft();
    }
}

void PictureView::mousePressEvent(QMouseEvent* event) {
    setFocus(Qt::MouseFocusReason);  // out of the prompt, so that the keys of the player act
    dragged_from_ = event->position();
    if (const auto place = placeOf(event->position()); place && event->button() == Qt::LeftButton) Q_EMIT clicked(*place);
}

void PictureView::mouseReleaseEvent(QMouseEvent*) { dragged_from_.reset(); }

void PictureView::mouseDoubleClickEvent(QMouseEvent*) { Q_EMIT wholeWished(); }

void PictureView::wheelEvent(QWheelEvent* event) {
    const auto place = placeOf(event->position());
    if (image_.isNull() || !place || event->angleDelta().y() == 0) {
        event->ignore();
        return;
    }
    constexpr double kNotch = 120.0, kFactorOfNotch = 1.25;
    Q_EMIT zoomWished(std::pow(kFactorOfNotch, event->angleDelta().y() / kNotch), *place);
    event->accept();
}

void PictureView::leaveEvent(QEvent*) { Q_EMIT hoverLeft(); }

void PictureView::keyPressEvent(QKeyEvent* event) {
    const int dx = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    const int dy = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
    if (key_grid_.isEmpty() || image_.isNull() || event->modifiers() != Qt::NoModifier || (dx == 0 && dy == 0)) {
        QWidget::keyPressEvent(event);
        return;
    }
    const QPointF from = mark_.value_or(QPointF(0.5, 0.5));
    auto moved = [](double place, int by, int cells) {
        return (std::clamp(int(place * cells) + by, 0, cells - 1) + 0.5) / cells;
    };
    Q_EMIT hovered({moved(from.x(), mark_ ? dx : 0, key_grid_.width()), moved(from.y(), mark_ ? dy : 0, key_grid_.height())});
}

void PictureView::focusOutEvent(QFocusEvent* event) {
    if (!key_grid_.isEmpty()) Q_EMIT hoverLeft();
    QWidget::focusOutEvent(event);
}

void PictureView::paintOverlay(QPainter&, const QRectF&) {}

void PictureView::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF rect = pictureRect();
    QPainterPath outline;
    outline.addRoundedRect(fittedRect(), kPictureRadius, kPictureRadius);
    if (image_.isNull()) {
        painter.fillPath(outline, t.dark ? t.panel : t.window);
        painter.setPen(t.dim_text);
        painter.drawText(rect.adjusted(kSpaceLarge, kSpaceLarge, -kSpaceLarge, -kSpaceLarge),
                         Qt::AlignCenter | Qt::TextWordWrap, placeholder_);
        return;
    }
    painter.setClipPath(outline);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scaling_ == Scaling::Smooth && zoom_ < kPixelsFrom);
    painter.drawImage(rect, image_);
    if (!overlay_.isNull() && opacity_ > 0) {
        painter.setOpacity(opacity_);
        painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
        painter.drawImage(rect, overlay_);
        painter.setOpacity(1.0);
    }
    paintOverlay(painter, rect);
    if (hasFocus() && !key_grid_.isEmpty()) {
        painter.setPen(QPen(t.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), kPictureRadius, kPictureRadius);
    }
    if (mark_) {
        const QPointF centre(rect.x() + mark_->x() * rect.width(), rect.y() + mark_->y() * rect.height());
        painter.setPen(QPen(QColor(0, 0, 0, 160), 3));
        painter.drawEllipse(centre, 7, 7);
        painter.setPen(QPen(Qt::white, 1.5));
        painter.drawEllipse(centre, 7, 7);
    }
}

}  // namespace timeripple::ui
