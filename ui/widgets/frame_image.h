#pragma once
// Frames of the engine as QImage. The image shares the pixels and keeps the sequence alive; it must not be written to.

#include <QImage>

#include "engine/api/frame.h"

namespace timeripple::ui {

// Null for an index out of range.
QImage imageOfFrame(const engine::FrameSequencePtr& frames, int index);

// Amplified difference of two frames of equal size, per pixel the channel that differs most: middle for none, warm where the
// second is brighter, cold where it is darker. Null where sizes differ.
QImage differenceImage(const QImage& a, const QImage& b, double gain, bool dark);

}  // namespace timeripple::ui
