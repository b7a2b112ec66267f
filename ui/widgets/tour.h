#pragma once
// Three cards at most that say what is where, beside the part of the window that they speak of. They take no focus, block nothing,
// and go at a click.

#include <QFrame>
#include <QPointer>
#include <QVector>

class QLabel;
class QPushButton;

namespace timeripple::ui {

struct TourStep {
    QString title;
    QString text;
    QPointer<QWidget> beside;
};

class Tour final : public QFrame {
    Q_OBJECT
  public:
    Tour(const QVector<TourStep>& steps, QWidget* window);

    void begin();
    void next();
    int step() const { return step_; }

  Q_SIGNALS:
    // Seen to its end or closed.
    void finished();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    void showStep();
    void place();
    void finish();

    QVector<TourStep> steps_;
    int step_ = 0;
    QLabel* title_;
    QLabel* text_;
    QLabel* count_;
    QPushButton* close_;
    QPushButton* next_;
};

}  // namespace timeripple::ui
