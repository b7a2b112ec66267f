#pragma once
// Where playback stands. All views of one page show the clock's frame, so they cannot drift apart. Late timers skip frames
// instead of slowing down.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace timeripple::ui {

class PlaybackClock final : public QObject {
    Q_OBJECT
  public:
    // What happens at the end: stop, begin again, or play back to the other end and so on.
    enum class Repeat { Once, Loop, PingPong };

    explicit PlaybackClock(QObject* parent = nullptr);

    // Keeps the relative position, so that a preview that becomes a clip goes on where it was.
    void setLength(int frames, double fps);
    int length() const { return length_; }
    double fps() const { return fps_; }
    int position() const { return position_; }
    bool playing() const { return timer_.isActive(); }
    Repeat repeat() const { return repeat_; }
    bool loop() const { return repeat_ == Repeat::Loop; }
    double speed() const { return speed_; }

    void setPosition(int frame);  // clamped; playback goes on from there
    void setPlaying(bool on);
    void setRepeat(Repeat repeat);
    void setLoop(bool on) { setRepeat(on ? Repeat::Loop : Repeat::Once); }
    void togglePlaying() { setPlaying(!playing()); }
    void stepBy(int frames);  // pauses
    // L and J: forward or backward; again in the same direction: twice as fast, up to 8x.
    void shuttle(int direction);
    // What the timer calls: `ms` have passed since playback was (re)started at its starting point.
    void showTime(qint64 ms);

  Q_SIGNALS:
    void positionChanged(int frame);
    void lengthChanged(int frames);
    void playingChanged(bool playing);
    void repeatChanged(timeripple::ui::PlaybackClock::Repeat repeat);

  private:
    void restartFrom(int frame);
    void moveTo(int frame);

    QTimer timer_;
    QElapsedTimer elapsed_;
    int length_ = 0;
    double fps_ = 16.0;
    double speed_ = 1.0;
    int position_ = 0;
    int start_ = 0;  // frame at which elapsed_ was started
    Repeat repeat_ = Repeat::Loop;
};

}  // namespace timeripple::ui
