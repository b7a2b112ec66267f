#include "engine/attention/tensor_groups.h"

#include "engine/core/device.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace timeripple::engine {
namespace {

constexpr int kAxisDim = 1;  // dimension of axis 0 in [heads, T, Y, X, ...]

at::Tensor on_grid(const at::Tensor& rows, const kernels::TokenGrid& grid) {
    return rows.reshape({rows.size(0), grid.frames, grid.height, grid.width, rows.size(-1)});
}

// Mean of squares over the channels of every range: [..., head_dim] -> [..., R].
at::Tensor range_means(const at::Tensor& squares, const std::vector<ChannelRule>& ranges) {
    if (static_cast<std::int64_t>(ranges.size()) == squares.size(-1)) {
        return squares;  // single channels
    }
    std::vector<at::Tensor> means;
    for (const ChannelRule& range : ranges) {
        means.push_back(squares.narrow(-1, range.first, range.count).mean(-1, true));
    }
    return at::cat(means, -1);
}

// Number of the range of every channel.
at::Tensor range_of_channel(const std::vector<ChannelRule>& ranges, at::Device device) {
    std::vector<std::int64_t> numbers;
    for (std::size_t r = 0; r < ranges.size(); ++r) {
        numbers.insert(numbers.end(), std::size_t(ranges[r].count), std::int64_t(r));
    }
    return upload(at::tensor(numbers, at::kLong), device);
}

// [..., R] -> [..., head_dim], or one column that broadcasts.
at::Tensor over_channels(const at::Tensor& by_range, const std::vector<ChannelRule>& ranges) {
    const bool one = ranges.size() == 1 || by_range.size(-1) == 1;
    const bool single_channels = ranges.back().first + ranges.back().count == static_cast<int>(ranges.size());
    return one || single_channels ? by_range : by_range.index_select(-1, range_of_channel(ranges, by_range.device()));
}

at::Tensor squared_delta(const at::Tensor& grid_rows, int axis, const std::vector<ChannelRule>& ranges) {
    const std::int64_t extent = grid_rows.size(kAxisDim + axis);
    const at::Tensor odd = grid_rows.slice(kAxisDim + axis, 1, extent, 2);
    const at::Tensor even = grid_rows.slice(kAxisDim + axis, 0, extent - 1, 2);
    return range_means(odd.sub(even).mul_(0.5).square_(), ranges);
}

// Squared thresholds of an axis: [heads, 1, 1, 1, R], 0 for dense heads.
at::Tensor thresholds(const TensorGroupRule& rule, int axis, std::int64_t heads, const at::TensorOptions& options) {
    std::vector<float> row;
    for (const ChannelRule& range : rule.ranges) {
        row.push_back((rule.side == Side::Query ? range.query : range.key).squared_theta[axis]);
    }
    at::Tensor all = at::tensor(row, at::kFloat).unsqueeze(0).repeat({heads, 1});
    for (const int head : rule.dense_heads) {
        if (head < heads) {
            all.select(0, head).zero_();
        }
    }
    return upload(all.view({heads, 1, 1, 1, -1}).to(options.dtype().toScalarType()), options.device());
}

// The part of a tensor on the grid that lies `offset` (bits t, y, x) behind, or the part in front of it.
at::Tensor shifted(at::Tensor tensor, const kernels::TokenGrid& grid, int offset, bool behind) {
    for (int axis = 0; axis < kAxes; ++axis) {
        const int by = offset >> (2 - axis) & 1;
        tensor = tensor.narrow(kAxisDim + axis, behind ? by : 0, grid.extent(axis) - by);
    }
    return tensor;
}

// Whether the token `offset` behind belongs to the group of this one as its root.
at::Tensor is_member(const at::Tensor& grid_root, const at::Tensor& index, const kernels::TokenGrid& grid, int offset) {
    return shifted(grid_root, grid, offset, true).eq(shifted(index, grid, offset, false));
}

// Tokens numbered: [1, T, Y, X, 1].
at::Tensor token_index(const kernels::TokenGrid& grid, at::Device device) {
    return at::arange(grid.tokens(), at::TensorOptions().dtype(at::kLong).device(device))
        .view({1, grid.frames, grid.height, grid.width, 1});
}

}  // namespace

TensorGroups find_tensor_groups(const at::Tensor& rows, const at::Tensor& values, const kernels::TokenGrid& grid,
                                const TensorGroupRule& rule) {
    const at::ScalarType type = rows.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor grid_rows = on_grid(rows.to(type), grid);
    const bool value_aware = rule.value_weight > 0.0;
    const at::Tensor grid_values = value_aware ? on_grid(values.to(type), grid) : at::Tensor();
    const std::int64_t heads = rows.size(0), ranges = std::int64_t(rule.ranges.size());
    const double weight = rule.value_weight * rule.value_weight;
    const int exempt_frames = (rule.side == Side::Query ? rule.ranges[0].query : rule.ranges[0].key).exempt_frames;

    const at::TensorOptions options = grid_rows.options();
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<std::int64_t> shape{heads, grid.frames, grid.height, grid.width, ranges};
    at::Tensor best = at::full(shape, infinity, options);
    at::Tensor link = at::full(shape, -1, options.dtype(at::kChar));
    const double nothing = std::numeric_limits<double>::quiet_NaN();
    at::Tensor smallest = ranges == 1 ? at::full(shape, nothing, options) : at::Tensor();
    for (int axis = 0; axis < kAxes; ++axis) {
        if (grid.extent(axis) < 2) {
            continue;
        }
        at::Tensor delta = squared_delta(grid_rows, axis, rule.ranges);
        if (value_aware) {
            delta = delta.add_(squared_delta(grid_values, axis, rule.ranges), weight).div_(1.0 + weight);
        }
        // Infinity where the token may not link; NaN fails the comparison too.
        const int blocked = std::min<int>(grid.frames, exempt_frames > 0 ? exempt_frames + (axis == 0 ? 1 : 0) : 0);
        const at::Tensor theta = thresholds(rule, axis, heads, options);
        if (smallest.defined()) {
            // A threshold of 0 compares nothing.
            const at::Tensor compared = delta.masked_fill(theta.le(0.0), nothing);
            const at::Tensor odd = smallest.slice(kAxisDim + axis, 1, grid.extent(axis), 2);
            odd.copy_(at::fmin(odd, compared));
            if (blocked > 0) {
                smallest.narrow(kAxisDim, 0, blocked).fill_(nothing);
            }
        }
        const at::Tensor below = delta.lt(theta);
        at::Tensor here = at::full(shape, infinity, options);
        here.slice(kAxisDim + axis, 1, grid.extent(axis), 2).copy_(delta.masked_fill_(below.logical_not(), infinity));
        if (blocked > 0) {
            here.narrow(kAxisDim, 0, blocked).fill_(infinity);
        }
        const at::Tensor better = here.lt(best);
        link.masked_fill_(better, axis);
        best = at::where(better, here, best);
    }

    // At most three hops to the root.
    const at::Tensor strides =
        upload(at::tensor({0, grid.stride(0), grid.stride(1), grid.stride(2)}, at::kLong), rows.device());
    const at::Tensor index = token_index(grid, rows.device());
    const at::Tensor hop = strides.index_select(0, link.flatten().to(at::kLong).add_(1)).view(shape);
    const at::Tensor parent = (index - hop).view({heads, grid.tokens(), ranges});
    at::Tensor root = parent;
    for (int step = 1; step < kAxes; ++step) {
        root = parent.gather(1, root);
    }

    TensorGroups groups;
    groups.link = link.view({heads, grid.tokens(), ranges});
    groups.root = root;
    if (smallest.defined()) {
        groups.squared_delta = smallest.view({heads, grid.tokens()}).to(at::kFloat);
    }
    at::Tensor count = at::zeros(shape, options);
    const at::Tensor grid_root = root.view(shape);
    for (int offset = 0; offset < kernels::kMaxGroup; ++offset) {
        shifted(count, grid, offset, false).add_(is_member(grid_root, index, grid, offset));
    }
    groups.count = count.view({heads, grid.tokens(), ranges});
    return groups;
}

at::Tensor group_sums(const at::Tensor& rows, const TensorGroups& groups, const kernels::TokenGrid& grid,
                      const std::vector<ChannelRule>& ranges) {
    const at::ScalarType type = rows.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor grid_rows = on_grid(rows.to(type), grid);
    const at::Tensor grid_root =
        groups.root.view({rows.size(0), grid.frames, grid.height, grid.width, groups.root.size(2)});
    const at::Tensor index = token_index(grid, rows.device());
    at::Tensor sums = at::zeros_like(grid_rows);
    for (int offset = 0; offset < kernels::kMaxGroup; ++offset) {
        const at::Tensor member = over_channels(is_member(grid_root, index, grid, offset), ranges);
        shifted(sums, grid, offset, false).add_(at::where(member, shifted(grid_rows, grid, offset, true), 0.0));
    }
    return sums.view(rows.sizes());
}

at::Tensor group_references(const at::Tensor& rows, const TensorGroups& groups, const kernels::TokenGrid& grid,
                            const std::vector<ChannelRule>& ranges, kernels::GroupReference reference) {
    if (reference == kernels::GroupReference::First) {
        return rows;
    }
    // A product with the reciprocal, as in the CPU's kernels and ours for a GPU: the same bits.
    const at::Tensor share = over_channels(groups.count, ranges).clamp_min(1.0).reciprocal_();
    return group_sums(rows, groups, grid, ranges).mul_(share).to(rows.scalar_type());
}

at::Tensor spread_from_roots(const at::Tensor& at_roots, const TensorGroups& groups,
                             const std::vector<ChannelRule>& ranges) {
    return at_roots.gather(1, over_channels(groups.root, ranges).expand({-1, -1, at_roots.size(2)}));
}

}  // namespace timeripple::engine
