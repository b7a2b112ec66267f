#pragma once
// PSNR and SSIM of 8-bit RGB frames against a reference, per frame.

#include "engine/api/clip.h"

namespace timeripple::engine {

// BadRequest where the sizes or counts differ. SSIM after Wang et al. 2004: Gaussian window 11x11, sigma 1.5, mean over
// the three channels, borders where the window does not fit left out.
Result<ClipQuality> frame_quality(const FrameSequence& reference, const FrameSequence& candidate);

}  // namespace timeripple::engine
