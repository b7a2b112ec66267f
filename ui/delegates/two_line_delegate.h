#pragma once
#include <QStyledItemDelegate>

namespace timeripple::ui {

// A row in two lines: its name, and below it what it is. Where the model lets it be edited, that is the name.
class TwoLineDelegate final : public QStyledItemDelegate {
    Q_OBJECT
  public:
    // `subtitle_role` gives the second line; it stands in the colour of warnings where `good_role` (-1: none) is false.
    TwoLineDelegate(int subtitle_role, int good_role, QObject* parent);
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    int subtitle_role_, good_role_;
};

}  // namespace timeripple::ui
