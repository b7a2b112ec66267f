#pragma once
// Below: what will be. Runs that wait or failed.

#include <QWidget>

class QLabel;
class QListView;

namespace timeripple::ui {

class JobQueueModel;

class QueuePanel final : public QWidget {
    Q_OBJECT
  public:
    explicit QueuePanel(JobQueueModel* queue, QWidget* parent = nullptr);

  Q_SIGNALS:
    void removeRequested(quint64 id);
    void retryRequested(quint64 id);

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void showMenu(const QPoint& at);
    void showCount();

    JobQueueModel* queue_;
    QListView* view_;
    QLabel* count_;
    QLabel* empty_;
};

}  // namespace timeripple::ui
