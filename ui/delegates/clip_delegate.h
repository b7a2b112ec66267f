#pragma once
// A clip of the history strip: thumbnail and one line under it. Painting only.

#include <QStyledItemDelegate>

namespace timeripple::ui {

class ClipDelegate final : public QStyledItemDelegate {
    Q_OBJECT
  public:
    static constexpr int kPicture = 96;

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace timeripple::ui
