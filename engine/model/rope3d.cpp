#include "engine/model/rope3d.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>

namespace timeripple::engine {

RopeTables make_rope_tables(const kernels::TokenGrid& grid, int head_dim, at::Device device) {
    constexpr double kTheta = 10000.0;
    const int spatial = 2 * (head_dim / 6);
    const std::array<int, kernels::kAxes> dims{head_dim - 2 * spatial, spatial, spatial};
    const int pairs = head_dim / 2;
    at::Tensor cosine = at::empty({grid.tokens(), pairs}, at::kFloat);
    at::Tensor sine = at::empty({grid.tokens(), pairs}, at::kFloat);
    int first = 0;
    for (int axis = 0; axis < kernels::kAxes; ++axis) {
        const int axis_pairs = dims[axis] / 2;
        std::vector<float> cos_at(std::size_t(grid.extent(axis)) * axis_pairs), sin_at(cos_at.size());
        for (int position = 0; position < grid.extent(axis); ++position) {
            for (int i = 0; i < axis_pairs; ++i) {
                const double angle = position * (1.0 / std::pow(kTheta, double(2 * i) / dims[axis]));
                cos_at[std::size_t(position) * axis_pairs + i] = float(std::cos(angle));
                sin_at[std::size_t(position) * axis_pairs + i] = float(std::sin(angle));
            }
        }
        float* c = cosine.data_ptr<float>() + first;
        float* s = sine.data_ptr<float>() + first;
        for (int token = 0; token < grid.tokens(); ++token, c += pairs, s += pairs) {
            const std::size_t from = std::size_t(grid.position(token, axis)) * axis_pairs;
            std::copy_n(cos_at.data() + from, axis_pairs, c);
            std::copy_n(sin_at.data() + from, axis_pairs, s);
        }
        first += axis_pairs;
    }
    return {cosine.to(device), sine.to(device)};
}

}  // namespace timeripple::engine
