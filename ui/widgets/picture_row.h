#pragma once
// Pictures of one plane in a row: all the same size, aligned, as large as the room allows, each with a caption under it.
// A mark under the mouse in one of them appears in all; so do zoom (wheel, double click for the whole picture) and place (drag).

#include <QWidget>
#include <vector>

namespace timeripple::ui {

class ElidedLabel;
class PictureView;

class PictureRow final : public QWidget {
    Q_OBJECT
  public:
    explicit PictureRow(QWidget* parent = nullptr);

    // Takes ownership.
    void addPane(PictureView* view);
    void setPaneVisible(int pane, bool visible);
    void setCaption(int pane, const QString& title, const QString& detail);
    // Width over height of every picture.
    void setAspect(double aspect);

    // At most kMaxZoom; `place` of the picture stays where it is on the screen.
    void zoomBy(double factor, const QPointF& place = {0.5, 0.5});
    void showWhole();
    double zoom() const { return zoom_; }
    static constexpr double kMaxZoom = 16.0;

    QSize minimumSizeHint() const override { return {220, 160}; }

  Q_SIGNALS:
    void hovered(const QPointF& place);
    void hoverLeft();

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    struct Pane {
        PictureView* view;
        ElidedLabel* title;
        ElidedLabel* detail;
        bool visible = true;
    };
    void arrange();
    void setZoom(double zoom, QPointF centre);

    std::vector<Pane> panes_;
    double aspect_ = 1.0;
    double zoom_ = 1.0;
    QPointF centre_{0.5, 0.5};
};

}  // namespace timeripple::ui
