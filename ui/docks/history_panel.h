#pragma once
// Below: what was. The clips of this session as a strip; a click shows one.

#include <QWidget>

class QListView;

namespace timeripple::ui {

class ClipListModel;

class HistoryPanel final : public QWidget {
    Q_OBJECT
  public:
    explicit HistoryPanel(ClipListModel* clips, QWidget* parent = nullptr);

    quint64 currentClip() const;  // 0: none
    void setCurrentClip(quint64 id);

  Q_SIGNALS:
    void clipActivated(quint64 id);
    void restoreRequested(quint64 id);
    void exportRequested(quint64 id);
    void compareRequested(quint64 id);
    void removeRequested(quint64 id);

  private:
    void showMenu(const QPoint& at);

    ClipListModel* clips_;
    QListView* view_;
};

}  // namespace timeripple::ui
