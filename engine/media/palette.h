#pragma once
// One palette for a whole clip, so that still places do not flicker: median cut (Heckbert 1982) over a histogram of 5
// bits a channel, and an ordered dither that stands still between frames.

#include <array>
#include <cstdint>
#include <vector>

namespace timeripple::engine::media {

class Palette {
  public:
    static constexpr int kColours = 255;  // the 256th entry is left to the encoder's "unchanged" pixels

    Palette();
    // Counts the colours of `pixels` packed RGB pixels.
    void learn(const std::uint8_t* rgb, std::size_t pixels);
    // After the last learn(): chooses the colours.
    void choose();
    // 0xRRGGBB, at most kColours.
    const std::vector<std::uint32_t>& colours() const { return colours_; }
    // Index of the nearest colour, dithered by the place of the pixel.
    std::uint8_t index(const std::uint8_t* rgb, int x, int y) const;

  private:
    static constexpr int kBits = 5, kLevels = 1 << kBits, kCells = kLevels * kLevels * kLevels;

    std::vector<std::uint64_t> counts_;               // [kCells]
    std::vector<std::array<std::uint64_t, 3>> sums_;  // of the true colours of a cell
    std::vector<std::uint32_t> colours_;
    std::vector<std::uint8_t> nearest_;  // [64^3] by the upper 6 bits of a colour
};

}  // namespace timeripple::engine::media
