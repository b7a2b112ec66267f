#include "engine/vae/rgb_frames.h"

#include <ATen/ATen.h>

#include <cstring>

namespace timeripple::engine {

void append_rgb(FrameSequence& sequence, const at::Tensor& frames) {
    const at::Tensor pixels = (frames * 0.5 + 0.5)
                                  .clamp_(0.0, 1.0)
                                  .mul_(255.0)
                                  .round_()  // half to even, as numpy
                                  .permute({1, 2, 3, 0})
                                  .to(at::kCPU, at::kByte)
                                  .contiguous();
    sequence.height = int(pixels.size(1));
    sequence.width = int(pixels.size(2));
    const std::size_t before = sequence.rgb.size();
    sequence.rgb.resize(before + std::size_t(pixels.numel()));
    std::memcpy(sequence.rgb.data() + before, pixels.const_data_ptr<std::uint8_t>(), std::size_t(pixels.numel()));
    sequence.frames += int(pixels.size(0));
}

}  // namespace timeripple::engine
