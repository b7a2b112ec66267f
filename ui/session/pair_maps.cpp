#include "ui/session/pair_maps.h"

#include <algorithm>

#include "engine/api/ssim_map.h"
#include "ui/theme/colormaps.h"
#include "ui/widgets/frame_image.h"

namespace timeripple::ui {

void PairMaps::setPair(const engine::FrameSequencePtr& left, const engine::FrameSequencePtr& right) {
    if (left == left_ && right == right_) return;
    left_ = left;
    right_ = right;
    reset();
}

void PairMaps::setLook(Kind kind, double gain, bool dark) {
    const Look look{kind, gain, dark};
    if (look == look_) return;
    look_ = look;
    reset();
}

void PairMaps::reset() {
    ++round_;
    wanted_ = -1;
    const bool pair = left_ && right_ && left_->frames == right_->frames && left_->width == right_->width && left_->height == right_->height;
    ready_.assign(pair ? std::size_t(left_->frames) : 0, QImage());
}

QImage PairMaps::map(int frame) {
    if (frame < 0 || frame >= int(ready_.size())) return {};
    wanted_ = frame;
    startNext();
    return ready_[std::size_t(frame)];
}

void PairMaps::startNext() {
    if (busy_ || wanted_ < 0 || ready_.empty()) return;
    const std::size_t picture_bytes = std::size_t(left_->width) * left_->height * 4;
    const int count = int(ready_.size());
    int ahead = int(std::clamp<std::size_t>(kMaxAheadBytes / std::max<std::size_t>(1, picture_bytes), 1, std::size_t(count)));
    int frame = -1;
    for (int i = 0; i < ahead && frame < 0; ++i) {
        const int candidate = (wanted_ + i) % count;
        if (ready_[std::size_t(candidate)].isNull()) frame = candidate;
    }
    if (frame < 0) return;
    // A clip too large to be kept whole: what lies behind goes.
    if (ahead < count) ready_[std::size_t((wanted_ + count - 1) % count)] = QImage();
    busy_ = true;
    thread_.post([this, left = left_, right = right_, look = look_, frame, round = round_] {
        QImage image = look.kind == Kind::Ssim
                           ? ssimImage(*left, *right, frame, look.gain, look.dark)
                           : differenceImage(imageOfFrame(left, frame), imageOfFrame(right, frame), look.gain, look.dark);
        QMetaObject::invokeMethod(this, [this, round, frame, image] { take(round, frame, image); }, Qt::QueuedConnection);
    });
}

void PairMaps::take(quint64 round, int frame, const QImage& image) {
    busy_ = false;
    if (round == round_ && frame < int(ready_.size())) {
        ready_[std::size_t(frame)] = image;
        Q_EMIT mapReady(frame);
    }
    startNext();
}

QImage ssimImage(const engine::FrameSequence& left, const engine::FrameSequence& right, int frame, double gain, bool dark) {
    if (left.width != right.width || left.height != right.height) return {};
    const auto map = engine::ssim_map(left.frame(frame), right.frame(frame), left.width, left.height);
    QImage image(left.width, left.height, QImage::Format_RGB32);
    for (int y = 0; y < left.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        const float* row = map.data() + std::size_t(y) * left.width;
        for (int x = 0; x < left.width; ++x) line[x] = diverging((1.0 - double(row[x])) * gain, dark);
    }
    return image;
}

}  // namespace timeripple::ui
