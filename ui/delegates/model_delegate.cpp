#include "ui/delegates/model_delegate.h"

#include <QPainter>

#include "ui/models/model_library.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kRowHeight = 46;

}  // namespace

QSize ModelDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const { return {220, kRowHeight}; }

void ModelDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const ThemeTokens& t = tokensOf(option.palette);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.state & QStyle::State_Selected ? t.raised : t.hover);
        painter->drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), kRadius, kRadius);
    }
    const QRect text = option.rect.adjusted(kSpace, 5, -kSpace, -5);
    painter->setPen(t.text);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignTop,
                      option.fontMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle, text.width()));
    QFont small = option.font;
    small.setPixelSize(kCaptionPixels);
    painter->setFont(small);
    painter->setPen(index.data(ModelLibrary::RunsRole).toBool() ? t.dim_text : t.warning);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignBottom,
                      QFontMetrics(small).elidedText(index.data(ModelLibrary::SubtitleRole).toString(), Qt::ElideRight, text.width()));
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(t.accent);
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(option.rect).adjusted(0.5, 1.5, -0.5, -1.5), kRadius, kRadius);
    }
    painter->restore();
}

}  // namespace timeripple::ui
