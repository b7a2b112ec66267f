#include "ui/widgets/frame_image.h"

#include <array>

#include "ui/theme/colormaps.h"

namespace timeripple::ui {

QImage imageOfFrame(const engine::FrameSequencePtr& frames, int index) {
    if (!frames || index < 0 || index >= frames->frames || frames->width <= 0 || frames->height <= 0) return {};
    auto* keep_alive = new engine::FrameSequencePtr(frames);
    return QImage(frames->frame(index), frames->width, frames->height, qsizetype(frames->width) * 3, QImage::Format_RGB888,
                  [](void* held) { delete static_cast<engine::FrameSequencePtr*>(held); }, keep_alive);
}

QImage differenceImage(const QImage& a, const QImage& b, double gain, bool dark) {
    if (a.isNull() || a.size() != b.size()) return {};
    const QImage left = a.convertToFormat(QImage::Format_RGB888);
    const QImage right = b.convertToFormat(QImage::Format_RGB888);
    std::array<QRgb, 511> colours;
    for (int d = -255; d <= 255; ++d) colours[std::size_t(d + 255)] = diverging(d / 255.0 * gain, dark);
    QImage result(a.size(), QImage::Format_RGB32);
    for (int y = 0; y < a.height(); ++y) {
        const uchar* l = left.constScanLine(y);
        const uchar* r = right.constScanLine(y);
        auto* out = reinterpret_cast<QRgb*>(result.scanLine(y));
        for (int x = 0; x < a.width(); ++x, l += 3, r += 3) {
            int largest = 0;
            for (int c = 0; c < 3; ++c) {
                const int d = int(r[c]) - int(l[c]);
                if (std::abs(d) > std::abs(largest)) largest = d;
            }
            out[x] = colours[std::size_t(largest + 255)];
        }
    }
    return result;
}

}  // namespace timeripple::ui
