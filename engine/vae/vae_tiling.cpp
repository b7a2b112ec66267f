#include "engine/vae/vae_tiling.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace timeripple::engine {
namespace {

// The first lines of `tile` along `dim` become a mixture with the last lines of `before`: the first line is all
// `before`.
void blend(const at::Tensor& before, const at::Tensor& tile, std::int64_t dim, std::int64_t wanted) {
    const std::int64_t extent = std::min({before.size(dim), tile.size(dim), wanted});
    if (extent <= 0) {
        return;
    }
    std::vector<std::int64_t> shape(tile.dim(), 1);
    shape[dim] = extent;
    const at::Tensor share = at::arange(extent, at::kDouble).div_(double(extent)).to(tile.options()).view(shape);
    const at::Tensor other = before.narrow(dim, before.size(dim) - extent, extent);
    at::Tensor mine = tile.narrow(dim, 0, extent);
    mine.mul_(share).add_(other * (1.0 - share));
}

at::Tensor last_lines(const at::Tensor& tile, std::int64_t dim, std::int64_t wanted) {
    const std::int64_t extent = std::min(tile.size(dim), wanted);
    return tile.narrow(dim, tile.size(dim) - extent, extent).clone();
}

}  // namespace

TileBlender::TileBlender(int height, int width, int stride_height, int stride_width, int blend_height, int blend_width)
    : height_(height),
      width_(width),
      stride_height_(stride_height),
      stride_width_(stride_width),
      blend_height_(blend_height),
      blend_width_(blend_width) {}

void TileBlender::add(int row, int column, at::Tensor tile) {
    if (!result_.defined()) {
        result_ = at::empty({tile.size(0), tile.size(1), height_, width_}, tile.options());
    }
    if (row > 0) {
        blend(above_[column], tile, 2, blend_height_);
    }
    if (column > 0) {
        blend(left_, tile, 3, blend_width_);
    }
    if (column >= int(above_.size())) {
        above_.resize(column + 1);
    }
    above_[column] = last_lines(tile, 2, blend_height_);
    left_ = last_lines(tile, 3, blend_width_);

    const int y = row * stride_height_, x = column * stride_width_;
    const std::int64_t h = std::min<std::int64_t>({stride_height_, tile.size(2), height_ - y});
    const std::int64_t w = std::min<std::int64_t>({stride_width_, tile.size(3), width_ - x});
    result_.narrow(2, y, h).narrow(3, x, w).copy_(tile.narrow(2, 0, h).narrow(3, 0, w));
}

}  // namespace timeripple::engine
