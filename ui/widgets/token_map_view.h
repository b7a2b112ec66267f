#pragma once
// The live heatmap: a PictureView of a token map, with hatching where colours are not enough.

#include "ui/widgets/picture_view.h"
#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {

class TokenMapView final : public PictureView {
    Q_OBJECT
  public:
    explicit TokenMapView(QWidget* parent = nullptr);

    void showMap(const engine::TokenMapPtr& map, const MapSelection& selection, int latent_frame);
    void setHatched(bool on);

  protected:
    void paintOverlay(QPainter& painter, const QRectF& rect) override;
    void changeEvent(QEvent* event) override;

  private:
    void render();

    engine::TokenMapPtr map_;
    MapSelection selection_;
    int latent_frame_ = 0;
    bool hatched_ = false;
};

}  // namespace timeripple::ui
