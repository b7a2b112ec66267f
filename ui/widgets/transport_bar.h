#pragma once
// Buttons, scrubber and time of a PlaybackClock.

#include <QWidget>

class QLabel;
class QSlider;
class QToolButton;

namespace timeripple::ui {

class PlaybackClock;

class TransportBar final : public QWidget {
    Q_OBJECT
  public:
    explicit TransportBar(PlaybackClock* clock, QWidget* parent = nullptr);

  private:
    void showPosition();

    PlaybackClock* clock_;
    QToolButton* play_;
    QToolButton* loop_;
    QToolButton* ping_pong_;
    QSlider* slider_;
    QLabel* time_;
};

}  // namespace timeripple::ui
