#include "ui/delegates/clip_delegate.h"

#include <QPainter>
#include <QPainterPath>

#include "ui/models/clip_list_model.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kHead = 16;

QFont smallFont(const QStyleOptionViewItem& option) {
    QFont font = option.font;
    font.setPixelSize(kHeadingPixels);
    return font;
}

// The head runs over all clips of the group: each paints its part of one long line.
void paintHead(QPainter* painter, const QRect& cell, const QModelIndex& index, const QFontMetrics& metrics, const ThemeTokens& t) {
    const int place = index.data(ClipListModel::GroupIndexRole).toInt();
    const int count = index.data(ClipListModel::GroupSizeRole).toInt();
    const int whole = cell.width() * count - kSpace;
    const QRect line(cell.x() + 1 - place * cell.width(), cell.y(), whole, kHead);
    painter->save();
    painter->setClipRect(QRect(cell.x(), cell.y(), cell.width(), kHead));
    painter->setPen(t.text);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(index.data(ClipListModel::GroupTextRole).toString(), Qt::ElideRight, whole));
    if (count > 1) {
        painter->setPen(t.line);
        painter->drawLine(line.left(), line.bottom(), line.right(), line.bottom());
    }
    painter->restore();
}

}  // namespace

QSize ClipDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {kPicture + kSpace, kHead + kPicture + option.fontMetrics.height() + kSpaceSmall};
}

void ClipDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const ThemeTokens& t = tokensOf(option.palette);
    const bool plays = playing_ != 0 && index.data(ClipListModel::IdRole).toULongLong() == playing_ && !picture_.isNull();
    const QImage image = plays ? picture_ : index.data(Qt::DecorationRole).value<QImage>();
    const QRectF room(option.rect.x() + 1, option.rect.y() + kHead + 2, kPicture, kPicture);
    const QFont small = smallFont(option);
    const QFontMetrics metrics(small);
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter->setFont(small);
    paintHead(painter, option.rect, index, metrics, t);
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
    const QRectF text(room.x(), room.bottom() + 2, room.width(), option.fontMetrics.height());
    const int rating = index.data(ClipListModel::RatingRole).toInt();
    const QString stars = rating > 0 ? QStringLiteral("★%1").arg(rating) : QString();
    const int stars_width = stars.isEmpty() ? 0 : metrics.horizontalAdvance(stars) + kSpaceSmall;
    painter->setPen(option.state & QStyle::State_Selected ? t.text : t.dim_text);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(index.data(ClipListModel::CaptionRole).toString(), Qt::ElideRight, kPicture - stars_width));
    painter->setPen(t.warning);
    painter->drawText(text, Qt::AlignRight | Qt::AlignVCenter, stars);
    painter->restore();
}

}  // namespace timeripple::ui
