#pragma once
// Two pictures of one plane in one place: left of the wipe the first, right of it the second. The wipe follows the mouse.

#include "ui/widgets/picture_view.h"

namespace timeripple::ui {

class WipeView final : public PictureView {
    Q_OBJECT
  public:
    explicit WipeView(QWidget* parent = nullptr);

    void setPair(const QImage& left, const QImage& right);
    void setWipe(double part);  // 0..1
    double wipe() const { return wipe_; }
    // Off: only the left picture, for difference and blink.
    void setWiping(bool on);

  protected:
    void paintOverlay(QPainter& painter, const QRectF& rect) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void follow(double x);

    QImage right_;
    double wipe_ = 0.5;
    bool wiping_ = true;
};

}  // namespace timeripple::ui
