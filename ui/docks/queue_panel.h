#pragma once
// Below: what will be. Runs that work, wait or failed; drag or Alt+Up and Alt+Down change their order.

#include <QWidget>

class QLabel;
class QListView;
class QProgressBar;
class QPushButton;

namespace timeripple::ui {

class JobQueueModel;

class QueuePanel final : public QWidget {
    Q_OBJECT
  public:
    explicit QueuePanel(JobQueueModel* queue, QWidget* parent = nullptr);

    QListView* view() { return view_; }
    QPushButton* batchButton() { return batch_; }

  Q_SIGNALS:
    void removeRequested(quint64 id);
    void retryRequested(quint64 id);
    void failureWanted(quint64 id);
    void moveRequested(quint64 id, int row);
    void settingsRequested(quint64 id);
    void pauseRequested(bool paused);
    void batchRequested();

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void showMenu(const QPoint& at);
    void showCount();
    bool onKey(int key, Qt::KeyboardModifiers modifiers);

    JobQueueModel* queue_;
    QListView* view_;
    QLabel* count_;
    QLabel* empty_;
    QPushButton* pause_;
    QPushButton* batch_;
    QProgressBar* total_;
};

}  // namespace timeripple::ui
