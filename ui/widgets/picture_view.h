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
    // Place in the picture, 0..1 in both directions.
    void setMark(const std::optional<QPointF>& place);
    // A second picture of the same plane, pixels kept sharp, over the first; null: none. `opacity` 0..1.
    void setOverlay(const QImage& overlay, double opacity);
    // Cells of the plane for the arrow keys, which move the mark as the mouse would; empty: no keys.
    void setKeyGrid(const QSize& grid);
    // Where the picture is painted.
    QRectF pictureRect() const;

    QSize sizeHint() const override { return {360, 360}; }
    QSize minimumSizeHint() const override { return {96, 96}; }

  Q_SIGNALS:
    void hovered(const QPointF& place);
    void hoverLeft();
    void clicked(const QPointF& place);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    // Over the picture, under the mark; clipped to the picture.
    virtual void paintOverlay(QPainter& painter, const QRectF& rect);

  private:
    std::optional<QPointF> placeOf(const QPointF& point) const;

    QImage image_;
    Scaling scaling_ = Scaling::Smooth;
    QString placeholder_;
    std::optional<QPointF> mark_;
    QImage overlay_;
    double opacity_ = 0.0;
    QSize key_grid_;
};

}  // namespace timeripple::ui
