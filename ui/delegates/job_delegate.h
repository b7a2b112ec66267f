#pragma once
// A line of the queue: what, how far, how long. Painting only.

#include <QStyledItemDelegate>

namespace timeripple::ui {

class JobDelegate final : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace timeripple::ui
