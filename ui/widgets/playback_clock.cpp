#include "ui/widgets/playback_clock.h"

#include <algorithm>
#include <cmath>

namespace timeripple::ui {
namespace {

constexpr double kMaxSpeed = 8.0;

}  // namespace

PlaybackClock::PlaybackClock(QObject* parent) : QObject(parent) {
    timer_.setTimerType(Qt::PreciseTimer);
    connect(&timer_, &QTimer::timeout, this, [this] { showTime(elapsed_.elapsed()); });
}

void PlaybackClock::setLength(int frames, double fps) {
    frames = std::max(0, frames);
    if (fps <= 0 || !std::isfinite(fps)) fps = 16.0;
    if (frames == length_ && fps == fps_) return;
    const double part = length_ > 1 ? double(position_) / (length_ - 1) : 0.0;
    length_ = frames;
    fps_ = fps;
    position_ = frames > 0 ? int(std::lround(part * (frames - 1))) : 0;
    restartFrom(position_);
    Q_EMIT lengthChanged(length_);
    Q_EMIT positionChanged(position_);
}

void PlaybackClock::restartFrom(int frame) {
    start_ = frame;
    elapsed_.start();
    if (playing()) timer_.setInterval(std::clamp(int(1000.0 / (fps_ * std::abs(speed_))) / 2, 4, 40));
}

void PlaybackClock::moveTo(int frame) {
    if (frame == position_) return;
    position_ = frame;
    Q_EMIT positionChanged(position_);
}

void PlaybackClock::setPosition(int frame) {
    frame = std::clamp(frame, 0, std::max(0, length_ - 1));
    restartFrom(frame);
    moveTo(frame);
}

void PlaybackClock::setPlaying(bool on) {
    if (on == playing()) return;
    if (on) {
        // At the end of a clip that does not loop, play means: once more.
        if (repeat_ == Repeat::Once && speed_ > 0 && position_ >= length_ - 1) moveTo(0);
        timer_.start();
        restartFrom(position_);
    } else {
        timer_.stop();
        speed_ = 1.0;
    }
    Q_EMIT playingChanged(on);
}

void PlaybackClock::setRepeat(Repeat repeat) {
    if (repeat_ == repeat) return;
    repeat_ = repeat;
    restartFrom(position_);
    Q_EMIT repeatChanged(repeat);
}

void PlaybackClock::stepBy(int frames) {
    setPlaying(false);
    setPosition(position_ + frames);
}

void PlaybackClock::shuttle(int direction) {
    const bool same = playing() && (speed_ > 0) == (direction > 0);
    speed_ = same ? std::clamp(speed_ * 2, -kMaxSpeed, kMaxSpeed) : double(direction);
    if (playing()) {
        restartFrom(position_);
    } else {
        timer_.start();
        restartFrom(position_);
        Q_EMIT playingChanged(true);
    }
}

void PlaybackClock::showTime(qint64 ms) {
    if (length_ <= 0) return;
    const auto moved = static_cast<qint64>(std::floor(double(ms) * fps_ * std::abs(speed_) / 1000.0));
    qint64 frame = start_ + (speed_ > 0 ? moved : -moved);
    if (repeat_ == Repeat::Loop) {
        frame = ((frame % length_) + length_) % length_;
    } else if (repeat_ == Repeat::PingPong) {
        const qint64 period = std::max(1, 2 * length_ - 2);
        frame = ((frame % period) + period) % period;
        if (frame >= length_) frame = period - frame;
    } else if (frame < 0 || frame >= length_) {
        frame = frame < 0 ? 0 : length_ - 1;
        moveTo(int(frame));
        setPlaying(false);
        return;
    }
    moveTo(int(frame));
}

}  // namespace timeripple::ui
