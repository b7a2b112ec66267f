#pragma once
// Difference and SSIM of two clips as pictures, frame by frame, computed on a thread of their own: first the frame that is
// wanted, then those that follow it, so that a clip that has played once plays from memory. GUI thread; map() never waits.

#include <QImage>
#include <QObject>
#include <vector>

#include "engine/api/frame.h"
#include "ui/session/job_thread.h"

namespace timeripple::ui {

class PairMaps final : public QObject {
    Q_OBJECT
  public:
    enum class Kind { Difference, Ssim };
    // Pictures beyond this are not computed ahead.
    static constexpr std::size_t kMaxAheadBytes = std::size_t(128) << 20;

    explicit PairMaps(QObject* parent = nullptr) : QObject(parent) {}

    // Clips of equal size and length, or nulls. `gain` amplifies; `dark` chooses the neutral middle of the colours.
    void setPair(const engine::FrameSequencePtr& left, const engine::FrameSequencePtr& right);
    void setLook(Kind kind, double gain, bool dark);
    // The picture of this frame if it is there; else null, and mapReady(frame) comes.
    QImage map(int frame);

  Q_SIGNALS:
    void mapReady(int frame);

  private:
    struct Look {
        Kind kind = Kind::Difference;
        double gain = 1.0;
        bool dark = true;
        bool operator==(const Look&) const = default;
    };
    void reset();
    void startNext();
    void take(quint64 round, int frame, const QImage& image);

    engine::FrameSequencePtr left_;
    engine::FrameSequencePtr right_;
    Look look_;
    std::vector<QImage> ready_;
    int wanted_ = -1;
    bool busy_ = false;
    quint64 round_ = 0;  // of the pair and look; answers of an older one are dropped
    JobThread thread_;   // last: ends before what its answers touch
};

// The loss 1 - SSIM of two frames, `gain` times amplified, from neutral to warm. Null where sizes differ.
QImage ssimImage(const engine::FrameSequence& left, const engine::FrameSequence& right, int frame, double gain, bool dark);

}  // namespace timeripple::ui
