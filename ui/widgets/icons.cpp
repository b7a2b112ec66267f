#include "ui/widgets/icons.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>

namespace timeripple::ui {
namespace {

void triangle(QPainterPath& path, QPointF a, QPointF b, QPointF c) {
    path.moveTo(a);
    path.lineTo(b);
    path.lineTo(c);
    path.closeSubpath();
}

// In a box of 16 x 16. Filled shapes first, lines second.
struct Drawing {
    QPainterPath filled;
    QPainterPath lines;
};

Drawing drawingOf(IconShape shape) {
    Drawing d;
    switch (shape) {
        case IconShape::Play:
            triangle(d.filled, {4, 2.5}, {13, 8}, {4, 13.5});
            break;
        case IconShape::Pause:
            d.filled.addRect(4, 3, 3, 10);
            d.filled.addRect(9.5, 3, 3, 10);
            break;
        case IconShape::StepBack:
            triangle(d.filled, {12, 3}, {12, 13}, {5, 8});
            d.filled.addRect(3, 3, 1.5, 10);
            break;
        case IconShape::StepForward:
            triangle(d.filled, {4, 3}, {4, 13}, {11, 8});
            d.filled.addRect(11.5, 3, 1.5, 10);
            break;
        case IconShape::ToStart:
            triangle(d.filled, {9, 3}, {9, 13}, {3.5, 8});
            triangle(d.filled, {14, 3}, {14, 13}, {8.5, 8});
            d.filled.addRect(2, 3, 1.5, 10);
            break;
        case IconShape::ToEnd:
            triangle(d.filled, {2, 3}, {2, 13}, {7.5, 8});
            triangle(d.filled, {7, 3}, {7, 13}, {12.5, 8});
            d.filled.addRect(12.5, 3, 1.5, 10);
            break;
        case IconShape::Loop:
            d.lines.arcMoveTo(3, 3.5, 10, 9, 60);
            d.lines.arcTo(3, 3.5, 10, 9, 60, 300);
            triangle(d.filled, {9.5, 1}, {14, 3.8}, {9.3, 6.2});
            break;
        case IconShape::PingPong:
            d.lines.moveTo(4, 5);
            d.lines.lineTo(10, 5);
            d.lines.moveTo(6, 11);
            d.lines.lineTo(12, 11);
            triangle(d.filled, {9.5, 2}, {14, 5}, {9.5, 8});
            triangle(d.filled, {6.5, 8}, {2, 11}, {6.5, 14});
            break;
        case IconShape::Lock:
        case IconShape::Unlock:
            d.filled.addRoundedRect(3.5, 7, 9, 6.5, 1.5, 1.5);
            if (shape == IconShape::Lock) {
                d.lines.arcMoveTo(5, 2, 6, 8, 0);
                d.lines.arcTo(5, 2, 6, 8, 0, 180);
                d.lines.moveTo(5, 6);
                d.lines.lineTo(5, 7.5);
                d.lines.moveTo(11, 6);
                d.lines.lineTo(11, 7.5);
            } else {
                d.lines.arcMoveTo(7.5, 1.5, 6, 8, 0);
                d.lines.arcTo(7.5, 1.5, 6, 8, 0, 180);
                d.lines.moveTo(7.5, 5.5);
                d.lines.lineTo(7.5, 7.5);
            }
            break;
        case IconShape::Dice:
            d.lines.addRoundedRect(2.5, 2.5, 11, 11, 2.5, 2.5);
            for (const QPointF dot : {QPointF(5.5, 5.5), QPointF(8, 8), QPointF(10.5, 10.5)}) d.filled.addEllipse(dot, 1.1, 1.1);
            break;
        case IconShape::Close:
            d.lines.moveTo(4, 4);
            d.lines.lineTo(12, 12);
            d.lines.moveTo(12, 4);
            d.lines.lineTo(4, 12);
            break;
        case IconShape::Warning:
            triangle(d.lines, {8, 2}, {14.5, 13.5}, {1.5, 13.5});
            d.lines.moveTo(8, 6.3);
            d.lines.lineTo(8, 9.7);
            d.filled.addEllipse(QPointF(8, 11.6), 0.9, 0.9);
            break;
    }
    return d;
}

class LineIconEngine final : public QIconEngine {
  public:
    explicit LineIconEngine(IconShape shape) : shape_(shape) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        const QPalette palette = QApplication::palette();
        QColor colour = palette.color(state == QIcon::On ? QPalette::Highlight : QPalette::ButtonText);
        if (mode == QIcon::Disabled) colour.setAlphaF(0.4f);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.topLeft());
        painter->scale(rect.width() / 16.0, rect.height() / 16.0);
        const Drawing drawing = drawingOf(shape_);
        painter->fillPath(drawing.filled, colour);
        painter->strokePath(drawing.lines, QPen(colour, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new LineIconEngine(shape_); }

  private:
    IconShape shape_;
};

}  // namespace

QIcon makeIcon(IconShape shape) { return QIcon(new LineIconEngine(shape)); }

QIcon applicationIcon() {
    QPixmap pixmap(128, 128);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0x16191f));
    painter.drawRoundedRect(4, 4, 120, 120, 28, 28);
    painter.setBrush(Qt::NoBrush);
    const QColor colours[] = {QColor(0x4c9be8), QColor(0x35b89a), QColor(0xe69f3c)};
    for (int ring = 0; ring < 3; ++ring) {
        painter.setPen(QPen(colours[ring], 8));
        painter.drawEllipse(QPointF(64, 64), 14 + 15 * ring, 10 + 11 * ring);
    }
    return QIcon(pixmap);
}

}  // namespace timeripple::ui
