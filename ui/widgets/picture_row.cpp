#include "ui/widgets/picture_row.h"

#include <algorithm>

#include "ui/theme/theme_tokens.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/picture_view.h"

namespace timeripple::ui {
namespace {

constexpr int kGap = 12;

}  // namespace

PictureRow::PictureRow(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PictureRow::addPane(PictureView* view) {
    view->setParent(this);
    Pane pane{view, new ElidedLabel(this), new ElidedLabel(this)};
    pane.title->setProperty("role", "captionStrong");
    pane.detail->setProperty("role", "caption");
    pane.detail->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    panes_.push_back(pane);
    connect(view, &PictureView::hovered, this, [this](const QPointF& place) {
        for (const Pane& p : panes_) p.view->setMark(place);
        Q_EMIT hovered(place);
    });
    connect(view, &PictureView::hoverLeft, this, [this] {
        for (const Pane& p : panes_) p.view->setMark(std::nullopt);
        Q_EMIT hoverLeft();
    });
    connect(view, &PictureView::zoomWished, this, &PictureRow::zoomBy);
    connect(view, &PictureView::wholeWished, this, &PictureRow::showWhole);
    connect(view, &PictureView::panWished, this, [this](const QPointF& by) { setZoom(zoom_, centre_ + by); });
    arrange();
}

void PictureRow::setZoom(double zoom, QPointF centre) {
    zoom_ = std::clamp(zoom, 1.0, kMaxZoom);
    const double half = 0.5 / zoom_;  // no further than the picture reaches
    centre_ = {std::clamp(centre.x(), half, 1.0 - half), std::clamp(centre.y(), half, 1.0 - half)};
    for (const Pane& pane : panes_) pane.view->setZoom(zoom_, centre_);
}

void PictureRow::zoomBy(double factor, const QPointF& place) {
    const double next = std::clamp(zoom_ * factor, 1.0, kMaxZoom);
    setZoom(next, place - (place - centre_) * (zoom_ / next));
}

void PictureRow::showWhole() { setZoom(1.0, {0.5, 0.5}); }

void PictureRow::setPaneVisible(int pane, bool visible) {
    panes_[std::size_t(pane)].visible = visible;
    arrange();
}

void PictureRow::setCaption(int pane, const QString& title, const QString& detail) {
    Pane& p = panes_[std::size_t(pane)];
    if (p.title->text() == title && p.detail->text() == detail) return;
    p.title->setText(title);
    p.detail->setText(detail);
    arrange();
}

void PictureRow::setAspect(double aspect) {
    if (aspect <= 0 || aspect == aspect_) return;
    aspect_ = aspect;
    arrange();
}

void PictureRow::resizeEvent(QResizeEvent*) { arrange(); }

void PictureRow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) arrange();
    QWidget::changeEvent(event);
}

void PictureRow::arrange() {
    const int count = int(std::count_if(panes_.begin(), panes_.end(), [](const Pane& p) { return p.visible; }));
    for (const Pane& pane : panes_) {
        pane.view->setVisible(pane.visible);
        pane.title->setVisible(pane.visible);
        pane.detail->setVisible(pane.visible);
    }
    if (count == 0) return;
    const int caption = fontMetrics().height() + kSpaceSmall;
    const QRect room = contentsRect().adjusted(kSpaceLarge, kSpaceLarge, -kSpaceLarge, -kSpace);
    const int widest = std::max(16, (room.width() - kGap * (count - 1)) / count);
    const int highest = std::max(16, room.height() - caption);
    const int width = std::min(widest, int(highest * aspect_));
    const int height = std::min(highest, int(width / aspect_ + 0.5));
    int x = room.x() + (room.width() - width * count - kGap * (count - 1)) / 2;
    const int y = room.y() + (room.height() - height - caption) / 2;
    for (const Pane& pane : panes_) {
        if (!pane.visible) continue;
        pane.view->setGeometry(x, y, width, height);
        const int detail = std::min(width / 2, pane.detail->sizeHint().width());
        const int title_width = width - detail - (detail > 0 ? kSpace : 0) - 2;
        pane.title->setGeometry(x + 2, y + height + kSpaceSmall, title_width, caption);
        pane.detail->setGeometry(x + width - detail - 2, y + height + kSpaceSmall, detail, caption);
        x += width + kGap;
    }
}

}  // namespace timeripple::ui
