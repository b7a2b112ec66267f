#include "engine/attention/tensor_compaction.h"

#include "engine/attention/head_rows.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace timeripple::engine {
namespace {

// Scores that exist at a time, so that memory does not grow with the square of the tokens.
constexpr std::int64_t kScoresAtOnce = std::int64_t(1) << 27;

// Scores in fp32 (fp64 for fp64): [B, rows, keys].
at::Tensor scores_of(const at::Tensor& q, const at::Tensor& k) {
    const bool half = q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf;
    if (half && q.is_cuda()) {
        return at::bmm(q, k.transpose(1, 2), at::kFloat);
    }
    return half ? at::bmm(q.to(at::kFloat), k.to(at::kFloat).transpose(1, 2)) : at::bmm(q, k.transpose(1, 2));
}

// softmax(q k^T / sqrt(d) + log_count) v, and the log of each row's sum. [B, rows, d], [B, keys, d], [B, keys].
// Piece by piece in fp32: LibTorch's fused kernels would round the bias to bf16 on a GPU, which weighs counts wrongly.
std::pair<at::Tensor, at::Tensor> weighted_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                                     const at::Tensor& log_count) {
    const double scale = 1.0 / std::sqrt(double(q.size(2)));
    const std::int64_t piece = std::clamp<std::int64_t>(kScoresAtOnce / (q.size(0) * k.size(1)), 1, q.size(1));
    at::Tensor out = at::empty_like(q);
    at::Tensor log_sum = at::empty({q.size(0), q.size(1)}, log_count.options());
    for (std::int64_t begin = 0; begin < q.size(1); begin += piece) {
        const std::int64_t rows = std::min(piece, q.size(1) - begin);
        at::Tensor scores = scores_of(q.narrow(1, begin, rows), k).mul_(scale).add_(log_count.unsqueeze(1));
        const at::Tensor sum = scores.logsumexp(-1, true);
        log_sum.narrow(1, begin, rows).copy_(sum.squeeze(-1));
        out.narrow(1, begin, rows).copy_(at::bmm(scores.sub_(sum).exp_().to(v.scalar_type()), v));
    }
    return {out, log_sum};
}

// Places of the groups of all heads: rows of `places` are tokens (their roots), padded with 0; `valid` says which
// count.
struct Places {
    at::Tensor tokens;  // int64 [heads, most groups]
    at::Tensor number;  // int64 [heads, N]: number of the group whose root a token is
    std::vector<std::int64_t> groups;
    std::int64_t most = 0;
};

Places find_places(const TensorGroups& side) {
    const at::Tensor is_root = side.count.squeeze(2).gt(0.0);
    Places places;
    places.number = is_root.to(at::kLong).cumsum(1).sub_(1);
    const at::Tensor groups = is_root.sum(1).to(at::kCPU);
    places.groups.assign(groups.const_data_ptr<std::int64_t>(), groups.const_data_ptr<std::int64_t>() + groups.numel());
    places.most = *std::max_element(places.groups.begin(), places.groups.end());
    // Roots first, in order: a stable sort by "is no root".
    places.tokens = std::get<1>(is_root.logical_not().to(at::kByte).sort(std::optional<bool>(true), 1, false))
                        .narrow(1, 0, places.most);
    return places;
}

at::Tensor take_rows(const at::Tensor& rows, const at::Tensor& tokens) {
    return rows.gather(1, tokens.unsqueeze(2).expand({-1, -1, rows.size(2)}));
}

// log(count) of every group, -infinity behind a head's last: [heads, most].
at::Tensor log_counts(const TensorGroups& keys, const Places& places) {
    return keys.count.squeeze(2).gather(1, places.tokens).log();
}

// The near field's correction (README): true scores instead of merged ones inside the neighbourhood.
at::Tensor near_field_corrected(const at::Tensor& merged, const at::Tensor& log_sum, const at::Tensor& q,
                                const at::Tensor& k, const at::Tensor& v, const at::Tensor& snapped_q,
                                const at::Tensor& snapped_k, const kernels::TokenGrid& grid, const NearField& near) {
    const at::ScalarType type = q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const auto on_grid = [&](const at::Tensor& rows) {
        return rows.to(type).view({rows.size(0), grid.frames, grid.height, grid.width, -1});
    };
    const double scale = 1.0 / std::sqrt(double(q.size(2)));
    const at::Tensor true_q = on_grid(q.contiguous()), true_k = on_grid(k.contiguous()),
                     values = on_grid(v.contiguous());
    const at::Tensor group_q = on_grid(snapped_q), group_k = on_grid(snapped_k), level = on_grid(log_sum.unsqueeze(2));
    at::Tensor sum = on_grid(merged).clone();
    at::Tensor weight = at::ones_like(level);
    for (int t = -near.reach[0]; t <= near.reach[0]; ++t) {
        for (int y = -near.reach[1]; y <= near.reach[1]; ++y) {
            for (int x = -near.reach[2]; x <= near.reach[2]; ++x) {
                const int by[kAxes] = {t, y, x};
                if (std::abs(t) >= grid.frames || std::abs(y) >= grid.height || std::abs(x) >= grid.width) {
                    continue;
                }
                const auto part = [&](at::Tensor tensor, int sign) {
                    for (int axis = 0; axis < kAxes; ++axis) {
                        const int move = sign * by[axis];
                        tensor = tensor.narrow(1 + axis, std::max(0, move), grid.extent(axis) - std::abs(by[axis]));
                    }
                    return tensor;
                };
                const auto here = [&](const at::Tensor& tensor) { return part(tensor, -1); };
                const auto there = [&](const at::Tensor& tensor) { return part(tensor, 1); };
                const at::Tensor base = here(level);
                const at::Tensor exact = (here(true_q) * there(true_k)).sum(-1, true).mul_(scale).sub_(base).exp_();
                const at::Tensor grouped = (here(group_q) * there(group_k)).sum(-1, true).mul_(scale).sub_(base).exp_();
                const at::Tensor change = exact.sub_(grouped);
                here(sum).addcmul_(change, there(values));
                here(weight).add_(change);
            }
        }
    }
    return sum.div_(weight).view(merged.sizes()).to(merged.scalar_type());
}

at::Tensor with_token_rows(const at::Tensor& heads) {  // [heads, N, d] -> as the output projection wants it
    return heads.transpose(0, 1).contiguous().transpose(0, 1).unsqueeze(0);
}

}  // namespace

TensorReuseResult compacted_with_tensors(const at::Tensor& q4, const at::Tensor& k4, const at::Tensor& v4,
                                         const kernels::TokenGrid& grid, const TensorReuseRule& rule,
                                         HeadBatching batching, const std::stop_token& stop) {
    const at::Tensor q = q4.squeeze(0), k = k4.squeeze(0), v = v4.squeeze(0);
    const int heads = int(q.size(0));
    TensorReuseResult result;
    result.queries = find_tensor_groups(q, {}, grid, {rule.ranges, Side::Query, rule.dense_heads, 0.0});
    result.keys = find_tensor_groups(k, v, grid, {rule.ranges, Side::Key, rule.dense_heads, rule.value_weight});
    const at::Tensor query_rows = group_references(q, result.queries, grid, rule.ranges, rule.reference);
    const at::Tensor key_rows = group_references(k, result.keys, grid, rule.ranges, rule.reference);
    const at::Tensor value_rows = group_references(v, result.keys, grid, rule.ranges, kernels::GroupReference::Mean);
    const Places queries = find_places(result.queries), keys = find_places(result.keys);
    const at::Tensor bias = log_counts(result.keys, keys);
    const at::Tensor compact_q = take_rows(query_rows, queries.tokens);
    const at::Tensor compact_k = take_rows(key_rows, keys.tokens);
    const at::Tensor compact_v = take_rows(value_rows, keys.tokens);

    at::Tensor compact_out = at::empty_like(compact_q);
    at::Tensor log_sum = at::empty({heads, queries.most}, bias.options());
    if (batching == HeadBatching::Padded) {
        std::tie(compact_out, log_sum) = weighted_attention(compact_q, compact_k, compact_v, bias);
    } else {
        for (int head = 0; head < heads && !stop.stop_requested(); ++head) {
            const auto rows = [head](const at::Tensor& all, std::int64_t count) {
                return all.narrow(0, head, 1).narrow(1, 0, count);
            };
            const std::int64_t uq = queries.groups[head], uk = keys.groups[head];
            const auto [out, sum] =
                weighted_attention(rows(compact_q, uq), rows(compact_k, uk), rows(compact_v, uk), rows(bias, uk));
            rows(compact_out, uq).copy_(out);
            rows(log_sum, uq).copy_(sum);
        }
    }
    // Every token takes the row of its group.
    const at::Tensor group = queries.number.gather(1, result.queries.root.squeeze(2));
    at::Tensor out = take_rows(compact_out, group);
    if (rule.near_field.exact) {
        out = near_field_corrected(out, log_sum.gather(1, group), q, k, v,
                                   spread_from_roots(query_rows, result.queries, rule.ranges),
                                   spread_from_roots(key_rows, result.keys, rule.ranges), grid, rule.near_field);
    }
    result.out = with_token_rows(out);
    return result;
}

TensorReuseResult snapped_with_tensors(const at::Tensor& q4, const at::Tensor& k4, const at::Tensor& v4,
                                       const kernels::TokenGrid& grid, const TensorReuseRule& rule) {
    const at::Tensor q = q4.squeeze(0), k = k4.squeeze(0);
    TensorReuseResult result;
    result.queries = find_tensor_groups(q, {}, grid, {rule.ranges, Side::Query, rule.dense_heads, 0.0});
    result.keys = find_tensor_groups(k, {}, grid, {rule.ranges, Side::Key, rule.dense_heads, 0.0});
    const auto snapped = [&](const at::Tensor& rows, const TensorGroups& groups) {
        return spread_from_roots(group_references(rows, groups, grid, rule.ranges, rule.reference), groups, rule.ranges)
            .unsqueeze(0);
    };
    result.out = at::scaled_dot_product_attention(snapped(q, result.queries), snapped(k, result.keys), v4);
    return result;
}

}  // namespace timeripple::engine
