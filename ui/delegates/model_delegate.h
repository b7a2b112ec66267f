#pragma once
#include <QStyledItemDelegate>

namespace timeripple::ui {

// A model in two lines: its name, and what it is; one that cannot run says so in words.
class ModelDelegate final : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace timeripple::ui
