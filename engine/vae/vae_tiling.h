#pragma once
// Puts overlapping tiles together with linear blends, as diffusers does: a tile is blended with the already blended one
// above it, then with the already blended one to its left, and gives its top left part to the result.

#include <ATen/core/Tensor.h>

#include <vector>

namespace timeripple::engine {

class TileBlender {
  public:
    // The result is [C, frames, height, width]. All sizes in pixels of the result.
    TileBlender(int height, int width, int stride_height, int stride_width, int blend_height, int blend_width);

    // Tiles come row by row, left to right: [C, frames, h, w]; blended in place.
    void add(int row, int column, at::Tensor tile);
    const at::Tensor& result() const { return result_; }

  private:
    int height_, width_, stride_height_, stride_width_, blend_height_, blend_width_;
    at::Tensor result_;
    // Only the strips that later tiles need: the lower edge of every tile of the row above, the right edge of the last
    // tile.
    std::vector<at::Tensor> above_;
    at::Tensor left_;
};

}  // namespace timeripple::engine
