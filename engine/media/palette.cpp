#include "engine/media/palette.h"

#include <algorithm>
#include <limits>

namespace timeripple::engine::media {
namespace {

constexpr int kLookBits = 6, kLook = 1 << kLookBits;

// Bayer's 8 x 8 matrix, 0..63.
int bayer(int x, int y) {
    int value = 0;
    for (int bit = 0; bit < 3; ++bit) {
        const int a = (x >> bit) & 1, b = (y >> bit) & 1;
        value |= ((a ^ b) << 1 | b) << (2 * (2 - bit));
    }
    return value;
}

struct Box {
    std::vector<int> cells;
    double spread = 0.0;  // of the widest channel, times its weight: what is cut next
    int channel = 0;
};

}  // namespace

Palette::Palette() : counts_(kCells), sums_(kCells) {}

void Palette::learn(const std::uint8_t* rgb, std::size_t pixels) {
    for (std::size_t i = 0; i < pixels; ++i, rgb += 3) {
        const int cell = (rgb[0] >> 3) << 10 | (rgb[1] >> 3) << 5 | rgb[2] >> 3;
        ++counts_[std::size_t(cell)];
        for (std::size_t c = 0; c < 3; ++c)
            sums_[std::size_t(cell)][c] += rgb[c];
    }
}

void Palette::choose() {
    auto level = [](int cell, int channel) { return cell >> (10 - 5 * channel) & 31; };
    auto measure = [&](Box& box) {
        double best = -1.0;
        for (int channel = 0; channel < 3; ++channel) {
            double weight = 0.0, sum = 0.0, squares = 0.0;
            for (int cell : box.cells) {
                const double n = double(counts_[std::size_t(cell)]), v = level(cell, channel);
                weight += n, sum += n * v, squares += n * v * v;
            }
            const double variance = squares - sum * sum / weight;
            if (variance > best) best = variance, box.channel = channel;
        }
        box.spread = box.cells.size() > 1 ? best : -1.0;
    };
    std::vector<Box> boxes(1);
    for (int cell = 0; cell < kCells; ++cell) {
        if (counts_[std::size_t(cell)] > 0) boxes.front().cells.push_back(cell);
    }
    if (boxes.front().cells.empty()) boxes.front().cells.push_back(0);
    measure(boxes.front());
    while (int(boxes.size()) < kColours) {
        const auto widest = std::max_element(boxes.begin(), boxes.end(),
                                             [](const Box& a, const Box& b) { return a.spread < b.spread; });
        if (widest->spread <= 0) break;
        Box& box = *widest;
        std::sort(box.cells.begin(), box.cells.end(),
                  [&](int a, int b) { return level(a, box.channel) < level(b, box.channel); });
        std::uint64_t total = 0, half = 0;
        for (int cell : box.cells)
            total += counts_[std::size_t(cell)];
        std::size_t cut = 0;
        while (cut + 1 < box.cells.size() && (cut == 0 || half + counts_[std::size_t(box.cells[cut])] <= total / 2)) {
            half += counts_[std::size_t(box.cells[cut++])];
        }
        Box second;
        second.cells.assign(box.cells.begin() + std::ptrdiff_t(cut), box.cells.end());
        box.cells.resize(cut);
        measure(box);
        measure(second);
        boxes.push_back(std::move(second));
    }
    for (const Box& box : boxes) {
        std::uint64_t weight = 0;
        std::array<std::uint64_t, 3> sum{};
        for (int cell : box.cells) {
            weight += counts_[std::size_t(cell)];
            for (std::size_t c = 0; c < 3; ++c)
                sum[c] += sums_[std::size_t(cell)][c];
        }
        std::uint32_t colour = 0;
        for (std::size_t c = 0; c < 3; ++c)
            colour = colour << 8 | std::uint32_t(weight ? (sum[c] + weight / 2) / weight : 0);
        colours_.push_back(colour);
    }
    nearest_.resize(std::size_t(kLook) * kLook * kLook);
    for (std::size_t at = 0; at < nearest_.size(); ++at) {
        const int rgb[3] = {int(at >> 12) * 4 + 2, int(at >> 6 & 63) * 4 + 2, int(at & 63) * 4 + 2};
        int best = std::numeric_limits<int>::max();
        for (std::size_t i = 0; i < colours_.size(); ++i) {
            int distance = 0;
            for (int c = 0; c < 3; ++c) {
                const int d = rgb[c] - int(colours_[i] >> (16 - 8 * c) & 255);
                distance += d * d;
            }
            if (distance < best) best = distance, nearest_[at] = std::uint8_t(i);
        }
    }
}

std::uint8_t Palette::index(const std::uint8_t* rgb, int x, int y) const {
    // Two cells of the look-up table: enough to blend neighbours, too little to be seen as a pattern.
    const int offset = bayer(x & 7, y & 7) / 8 - 4;
    auto shifted = [&](int value) { return std::size_t(std::clamp(value + offset, 0, 255)) >> (8 - kLookBits); };
    return nearest_[shifted(rgb[0]) << 12 | shifted(rgb[1]) << 6 | shifted(rgb[2])];
}

}  // namespace timeripple::engine::media
