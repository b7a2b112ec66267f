#pragma once
// A clip of the history: above it the head of its group (written across the clips of the group), below one line and the rating.
// The clip under the mouse plays. Painting only.

#include <QImage>
#include <QStyledItemDelegate>

namespace timeripple::ui {

class ClipDelegate final : public QStyledItemDelegate {
    Q_OBJECT
  public:
    static constexpr int kPicture = 88;

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

    // This picture instead of the clip's own; id 0: none.
    void setPlaying(quint64 id, const QImage& picture) {
        playing_ = id;
        picture_ = picture;
    }

  private:
    quint64 playing_ = 0;
    QImage picture_;
};

}  // namespace timeripple::ui
