#include "ui/widgets/token_map_view.h"

#include <QEvent>
#include <QPainter>

#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {

TokenMapView::TokenMapView(QWidget* parent) : PictureView(parent) {}

void TokenMapView::showMap(const engine::TokenMapPtr& map, const MapSelection& selection, int latent_frame) {
    if (map == map_ && selection == selection_ && latent_frame == latent_frame_ && (!map || !image().isNull())) return;
    map_ = map;
    selection_ = selection;
    latent_frame_ = latent_frame;
    render();
}

void TokenMapView::setHatched(bool on) {
    hatched_ = on;
    update();
}

void TokenMapView::render() {
    setImage(map_ ? tokenMapImage(*map_, selection_, latent_frame_, tokensOf(this)) : QImage(), Scaling::Nearest);
}

void TokenMapView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) render();
    PictureView::changeEvent(event);
}

void TokenMapView::paintOverlay(QPainter& painter, const QRectF& rect) {
    if (!hatched_ || !map_ || selection_.kind != MapKind::Origin) return;
    // Lines run the way the value came: dots for time, upright for y, level for x.
    constexpr Qt::BrushStyle kPatterns[engine::kOrigins] = {Qt::NoBrush, Qt::Dense6Pattern, Qt::VerPattern, Qt::HorPattern};
    const auto origins = prevailingOrigins(*map_, selection_, latent_frame_);
    const int columns = map_->grid[2];
    const double width = rect.width() / columns, height = rect.height() / map_->grid[1];
    for (std::size_t i = 0; i < origins.size(); ++i) {
        const auto origin = std::size_t(origins[i]);
        if (kPatterns[origin] == Qt::NoBrush || !selection_.shown[origin]) continue;
        const QRectF cell(rect.x() + double(i % columns) * width, rect.y() + double(i / columns) * height, width, height);
        painter.fillRect(cell, QBrush(QColor(0, 0, 0, 130), kPatterns[origin]));
    }
}

}  // namespace timeripple::ui
