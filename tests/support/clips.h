#pragma once
// Small clips for tests of media, export and player.

#include "engine/api/frame.h"

#include <cstdint>

namespace timeripple::engine {

// Smooth colours that move, different in every frame.
inline FrameSequence test_clip(int frames, int width, int height, double fps = 16.0) {
    FrameSequence clip;
    clip.frames = frames;
    clip.width = width;
    clip.height = height;
    clip.fps = fps;
    clip.rgb.resize(clip.frame_bytes() * std::size_t(frames));
    for (int f = 0; f < frames; ++f) {
        std::uint8_t* p = clip.frame(f);
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x, p += 3) {
                p[0] = static_cast<std::uint8_t>(x * 120 / width + 3 * f % 120);
                p[1] = static_cast<std::uint8_t>(y * 120 / height + 5 * f % 120);
                p[2] = static_cast<std::uint8_t>(100 + 7 * f % 120);
            }
        }
    }
    return clip;
}

// 27 patches of 32 x 32: every mix of 0, 128 and 255.
inline FrameSequence corner_colours(int frames = 3) {
    constexpr std::uint8_t kLevels[3] = {0, 128, 255};
    FrameSequence clip = test_clip(frames, 9 * 32, 3 * 32);
    for (int f = 0; f < frames; ++f) {
        std::uint8_t* p = clip.frame(f);
        for (int y = 0; y < clip.height; ++y) {
            for (int x = 0; x < clip.width; ++x, p += 3) {
                const int patch = (y / 32) * 9 + x / 32;
                for (int c = 0, rest = patch; c < 3; ++c, rest /= 3)
                    p[c] = kLevels[rest % 3];
            }
        }
    }
    return clip;
}

}  // namespace timeripple::engine
