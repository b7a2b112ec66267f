#pragma once
// Decoded frames to 8-bit RGB, rounded as the video processor of diffusers does.

#include "engine/api/frame.h"

#include <ATen/core/Tensor.h>

namespace timeripple::engine {

// Appends frames [3, T, H, W] in [-1, 1]; height and width are taken from the first ones.
void append_rgb(FrameSequence& sequence, const at::Tensor& frames);

}  // namespace timeripple::engine
