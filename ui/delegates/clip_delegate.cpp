#include "ui/delegates/clip_delegate.h"

#include <QPainter>
#include <QPainterPath>

#include "ui/models/clip_list_model.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {

QSize ClipDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {kPicture + kSpace, kPicture + option.fontMetrics.height() + kSpace};
}

void ClipDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const ThemeTokens& t = tokensOf(option.palette);
    const auto image = index.data(Qt::DecorationRole).value<QImage>();
    const QRectF room(option.rect.x() + 1, option.rect.y() + 1, kPicture, kPicture);
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    QPainterPath outline;
    outline.addRoundedRect(room, kPictureRadius, kPictureRadius);
    painter->fillPath(outline, t.canvas);
    if (!image.isNull()) {
        // Fills the square; what is too long is cut on both sides.
        const QSizeF size = QSizeF(image.size()).scaled(room.size(), Qt::KeepAspectRatioByExpanding);
        const QRectF place(room.center().x() - size.width() / 2, room.center().y() - size.height() / 2, size.width(), size.height());
        painter->save();
        painter->setClipPath(outline);
        painter->drawImage(place, image);
        painter->restore();
    }
    const bool focused = option.state & QStyle::State_HasFocus;
    if (option.state & QStyle::State_Selected || focused) {
        painter->setPen(QPen(t.accent, 2));
        painter->drawPath(outline);
    } else if (option.state & QStyle::State_MouseOver) {
        painter->setPen(QPen(t.dim_text, 1));
        painter->drawPath(outline);
    }
    QFont small = option.font;
    small.setPixelSize(kHeadingPixels);
    painter->setFont(small);
    painter->setPen(option.state & QStyle::State_Selected ? t.text : t.dim_text);
    const QRectF text(room.x(), room.bottom() + kSpaceSmall, room.width(), option.fontMetrics.height());
    painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(small).elidedText(index.data(ClipListModel::CaptionRole).toString(), Qt::ElideRight, kPicture));
    painter->restore();
}

}  // namespace timeripple::ui
