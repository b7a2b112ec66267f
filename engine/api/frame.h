#pragma once
// Pixels as plain values, shared read-only between threads.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace timeripple::engine {

// A run of frames, 8-bit sRGB, row-major, tightly packed: [frames, height, width, 3].
struct FrameSequence {
    int frames = 0;
    int height = 0;
    int width = 0;
    double fps = 0.0;  // frames per second at which this sequence is meant to be played
    std::vector<std::uint8_t> rgb;

    std::size_t frame_bytes() const { return std::size_t(height) * width * 3; }
    const std::uint8_t* frame(int index) const { return rgb.data() + std::size_t(index) * frame_bytes(); }
    std::uint8_t* frame(int index) { return rgb.data() + std::size_t(index) * frame_bytes(); }
};

using FrameSequencePtr = std::shared_ptr<const FrameSequence>;

}  // namespace timeripple::engine
