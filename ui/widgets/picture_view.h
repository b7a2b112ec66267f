#pragma once
// Shows one picture as large as fits, with a cursor mark that can be shared between views of the same picture plane.

#include <QImage>
#include <QWidget>
#include <optional>

namespace timeripple::ui {

class PictureView : public QWidget {
    Q_OBJECT
  public:
    enum class Scaling { Smooth, Nearest };

    explicit PictureView(QWidget* parent = nullptr);

    void setImage(const QImage& image, Scaling scaling = Scaling::Smooth);
    const QImage& image() const { return image_; }
    // Shown while there is no picture.
    void setPlaceholder(const QString& text);
    const QString& placeholder() const { return placeholder_; }
    // Place in the picture, 0..1 in both directions.
    void setMark(const std::optional<QPointF>& place);
    // A second picture of the same plane, pixels kept sharp, over the first; null: none. `opacity` 0..1.
    void setOverlay(const QImage& overlay, double opacity);
    // Cells of the plane for the arrow keys, which move the mark as the mouse would; empty: no keys.
    void setKeyGrid(const QSize& grid);
    // Where the whole picture lies; larger than the view where it is zoomed into.
    QRectF pictureRect() const;
    // `zoom` times as large as fits, with `centre` (0..1) of the picture in the middle, as far as the picture reaches. A wheel
    // or a drag only asks for it: see zoomWished.
    void setZoom(double zoom, const QPointF& centre);
    double zoom() const { return zoom_; }

    QSize sizeHint() const override { return {360, 360}; }
    QSize minimumSizeHint() const override { return {96, 96}; }

  Q_SIGNALS:
    void hovered(const QPointF& place);
    void hoverLeft();
    void clicked(const QPointF& place);
    // The wheel over `place` of the picture; a double click: back to the whole picture; a drag, in parts of the picture.
    void zoomWished(double factor, const QPointF& place);
    void wholeWished();
    void panWished(const QPointF& by);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    // Over the picture, under the mark; clipped to the picture.
    virtual void paintOverlay(QPainter& painter, const QRectF& rect);

  private:
    QRectF fittedRect() const;
    std::optional<QPointF> placeOf(const QPointF& point) const;

    QImage image_;
    Scaling scaling_ = Scaling::Smooth;
    QString placeholder_;
    std::optional<QPointF> mark_;
    QImage overlay_;
    double opacity_ = 0.0;
    QSize key_grid_;
    double zoom_ = 1.0;
    QPointF centre_{0.5, 0.5};
    std::optional<QPointF> dragged_from_;
};

}  // namespace timeripple::ui
