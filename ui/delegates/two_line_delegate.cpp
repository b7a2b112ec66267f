#include "ui/delegates/two_line_delegate.h"

#include <QPainter>

#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kRowHeight = 46;

}  // namespace

TwoLineDelegate::TwoLineDelegate(int subtitle_role, int good_role, QObject* parent)
    : QStyledItemDelegate(parent), subtitle_role_(subtitle_role), good_role_(good_role) {}

QSize TwoLineDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const { return {220, kRowHeight}; }

void TwoLineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
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
    painter->setPen(good_role_ < 0 || index.data(good_role_).toBool() ? t.dim_text : t.warning);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignBottom,
                      QFontMetrics(small).elidedText(index.data(subtitle_role_).toString(), Qt::ElideRight, text.width()));
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(t.accent);
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(option.rect).adjusted(0.5, 1.5, -0.5, -1.5), kRadius, kRadius);
    }
    painter->restore();
}

QWidget* TwoLineDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QWidget* editor = QStyledItemDelegate::createEditor(parent, option, index);
    if (editor) editor->setAccessibleName(tr("New name"));
    return editor;
}

void TwoLineDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option, const QModelIndex&) const {
    editor->setGeometry(option.rect.adjusted(0, 1, 0, -1));
}

}  // namespace timeripple::ui
