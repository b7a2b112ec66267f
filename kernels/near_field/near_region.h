#pragma once
// Which queries one warp of the near-field kernel corrects and which keys they need, for host and device. A tile is 2 x
// 2 x 4 queries (16 rows of a matrix product); its keys are a box of the grid.

#include "kernels/api/token_grid.h"

namespace timeripple::kernels {

inline constexpr int kNearTileRows = 16;

struct NearPoint {
    int t = 0;
    int y = 0;
    int x = 0;
};

struct NearTile {
    int t = 0;  // of row 0
    int y = 0;
    int x = 0;

    // Tiles of a grid, x fastest.
    TR_HOST_DEVICE static int count(const TokenGrid& grid) {
        return (grid.frames + 1) / 2 * ((grid.height + 1) / 2) * ((grid.width + 3) / 4);
    }
    TR_HOST_DEVICE NearTile(const TokenGrid& grid, int index) {
        const int columns = (grid.width + 3) / 4;
        const int lines = (grid.height + 1) / 2;
        x = index % columns * 4;
        y = index / columns % lines * 2;
        t = index / columns / lines * 2;
    }
    TR_HOST_DEVICE NearPoint row(int r) const { return {t + (r >> 3), y + (r >> 2 & 1), x + (r & 3)}; }
};

TR_HOST_DEVICE inline bool inside(const TokenGrid& grid, const NearPoint& point) {
    return point.t < grid.frames && point.y < grid.height && point.x < grid.width;
}
TR_HOST_DEVICE inline int token_at(const TokenGrid& grid, const NearPoint& point) {
    return (point.t * grid.height + point.y) * grid.width + point.x;
}

// The keys within reach of any query of a tile.
struct NearBox {
    NearPoint first;
    int height = 0;
    int width = 0;
    int keys = 0;

    TR_HOST_DEVICE NearBox(const TokenGrid& grid, const NearTile& tile, const int reach[kAxes]) {
        const auto low = [](int at, int by) { return at > by ? at - by : 0; };
        const auto end = [](int at, int size, int by, int extent) {
            return extent - at > size + by ? at + size + by : extent;
        };
        first = {low(tile.t, reach[0]), low(tile.y, reach[1]), low(tile.x, reach[2])};
        height = end(tile.y, 2, reach[1], grid.height) - first.y;
        width = end(tile.x, 4, reach[2], grid.width) - first.x;
        keys = (end(tile.t, 2, reach[0], grid.frames) - first.t) * height * width;
    }
    TR_HOST_DEVICE NearPoint key(int index) const {
        const int line = index / width;
        const int frame = line / height;
        return {first.t + frame, first.y + line - frame * height, first.x + index - line * width};
    }
};

TR_HOST_DEVICE inline bool within_reach(const NearPoint& query, const NearPoint& key, const int reach[kAxes]) {
    const auto near = [](int a, int b, int by) { return a - b <= by && b - a <= by; };
    return near(query.t, key.t, reach[0]) && near(query.y, key.y, reach[1]) && near(query.x, key.x, reach[2]);
}

// The matrix products take channels and keys in an order of their own, so that every lane loads 16 bytes at a time.
// Scores: step s of a product over 16 channels takes the words 2 (s % 2) and 2 (s % 2) + 1 of the lane's vector s / 2,
// whose first channel is this; both operands take the same, so any order gives the same sum.
TR_HOST_DEVICE constexpr int near_score_channel(int lane, int vector) {
    return 32 * vector + 8 * (lane % 4);
}
// Output: column n of the product of step j (0..7) of half h of the channels stands for channel 64 h + 8 n + j; a lane
// holds columns 2 (lane % 4) and the next, and so 16 neighbouring channels from this one on.
TR_HOST_DEVICE constexpr int near_output_channel(int lane, int half) {
    return 64 * half + 16 * (lane % 4);
}

}  // namespace timeripple::kernels
