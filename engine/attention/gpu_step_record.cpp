#include "engine/attention/gpu_step_record.h"

#include "engine/api/delta_code.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace timeripple::engine {
namespace {

// delta_code() with LibTorch's operators.
at::Tensor delta_codes(const at::Tensor& squared_delta) {
    at::Tensor code = squared_delta.contiguous().view(at::kInt).sub(kDeltaCodeBits);
    code.bitwise_right_shift_(8).mul_(kDeltaStepsOfDoubling).bitwise_right_shift_(16).clamp_(0, kNoDelta - 1);
    return code.to(at::kByte).masked_fill_(squared_delta.isnan(), kNoDelta);
}

template <typename T>
void fill(std::vector<T>& values, const at::Tensor& host) {
    if (host.defined()) {
        values.assign(host.const_data_ptr<T>(), host.const_data_ptr<T>() + host.numel());
    }
}

}  // namespace

GpuStepRecord::GpuStepRecord(StepStats step, int layers, int heads, kernels::TokenGrid grid, at::Device device)
    : step_(std::move(step)),
      layers_(layers),
      heads_(heads),
      grid_(grid),
      marks_(device),
      notes_(std::size_t(layers)) {
    if (step_.dense) {
        return;
    }
    const at::TensorOptions options = at::TensorOptions().device(device);
    numbers_ = at::empty({layers_, 2, heads_, kNumbers}, options.dtype(at::kFloat));
    origin_count_ = at::zeros({2, kAxes, grid_.tokens()}, options.dtype(at::kInt));
    if (std::size_t(layers_) * heads_ * 2 * grid_.tokens() <= TokenMap::kMaxMapBytes) {
        origins_ = at::zeros({layers_, heads_, 2, grid_.tokens()}, options.dtype(at::kByte));
    }
}

void GpuStepRecord::record_links(const AttentionCall& call, const at::Tensor& links) {
    for (int axis = 0; axis < kAxes; ++axis) {
        origin_count_.select(1, axis).add_(links.eq(axis).sum(1, false, at::kInt));
    }
    if (origins_.defined() && call.pass == GuidancePass::Cond) {
        // 255, no link, becomes 0.
        at::Tensor origins = origins_[call.layer].transpose(0, 1);
        at::add_out(origins, links, at::ones_like(links));
    }
    recorded_heads_ += heads_;
}

GpuStepRecord::DeltaSums GpuStepRecord::delta_sums(const AttentionCall& call) {
    const at::TensorOptions options = numbers_.options();
    if (!delta_sum_.defined()) {
        delta_sum_ = at::zeros({2, grid_.tokens()}, options);
        delta_count_ = at::zeros({2, grid_.tokens()}, options);
    }
    if (call.pass != GuidancePass::Cond ||
        !TokenMap::keeps_delta(std::size_t(layers_) * heads_ * 2 * grid_.tokens(), step_.steps)) {
        return {delta_sum_, delta_count_, {}};
    }
    if (!deltas_.defined()) {
        deltas_ = at::full({layers_, heads_, 2, grid_.tokens()}, kNoDelta, options.dtype(at::kByte));
    }
    return {delta_sum_, delta_count_, deltas_[call.layer]};
}

void GpuStepRecord::record_deltas(const AttentionCall& call, const at::Tensor& squared_delta) {
    const DeltaSums sums = delta_sums(call);
    sums.sum.add_(squared_delta.sqrt().nan_to_num_(0.0).sum(1));
    sums.head_count.add_(squared_delta.isnan().logical_not_().sum(1));
    if (sums.codes.defined()) {
        sums.codes.copy_(delta_codes(squared_delta).transpose(0, 1));
    }
}

void GpuStepRecord::record_tokens(const AttentionCall& call, const at::Tensor& links, const at::Tensor& groups,
                                  const at::Tensor& squared_delta, Extra extra) {
    note_of(call) = {true, true, false, extra};
    record_links(call, links);
    if (squared_delta.defined()) {
        record_deltas(call, squared_delta);
    }
    const at::Tensor numbers = numbers_of(call);
    const double share = 1.0 / grid_.tokens();
    const at::Tensor unique = groups.to(at::kFloat).mul_(share);  // [2, heads]
    numbers.select(1, 0).copy_(unique[0]);
    numbers.select(1, 1).copy_(unique[1]);
    numbers.select(1, 2).copy_(unique[0] * unique[1]);
    for (int axis = 0; axis < kAxes; ++axis) {
        const at::Tensor linked = links.eq(axis).sum(2, false, at::kInt).to(at::kFloat).mul_(share);  // [2, heads]
        numbers.select(1, 3 + 1 + axis).copy_(linked[0]);
        numbers.select(1, 3 + kOrigins + 1 + axis).copy_(linked[1]);
    }
    // Computed: groups' roots, one each.
    numbers.select(1, 3).copy_(unique[0]);
    numbers.select(1, 3 + kOrigins).copy_(unique[1]);
}

void GpuStepRecord::record_channels(const AttentionCall& call, const at::Tensor& links, const at::Tensor& numbers) {
    note_of(call) = {true, true, true, {}};
    record_links(call, links);
    numbers_of(call).copy_(numbers);
}

void GpuStepRecord::record_unmerged(const AttentionCall& call, double savings) {
    note_of(call) = {true, false, false, {savings, savings}};
    recorded_heads_ += heads_;
}

void GpuStepRecord::close(HostCopies& copies) {
    if (step_.dense) {
        return;
    }
    numbers_ = copies.take(numbers_);
    if (recorded_heads_ == 0) {
        return;
    }
    // Heads that stayed dense count as computed.
    const at::Tensor linked = origin_count_.to(at::kFloat);
    const at::Tensor computed = linked.sum(1, true).neg_().add_(double(recorded_heads_));
    shares_ = copies.take(
        at::cat({computed, linked}, 1).mul_(255.0f / float(recorded_heads_)).add_(0.5).to(at::kByte));
    if (origins_.defined()) {
        origins_ = copies.take(origins_);
    }
    if (delta_sum_.defined()) {
        delta_sum_ = copies.take(delta_sum_.div(delta_count_));  // NaN where no head had one
    }
    if (deltas_.defined()) {
        deltas_ = copies.take(deltas_);
    }
}

HeadStats GpuStepRecord::head_stats(int layer, int pass, int head) const {
    const CallNote& note = notes_[std::size_t(layer)][std::size_t(pass)];
    HeadStats stats;
    if (note.merged) {
        const float* row =
            numbers_.const_data_ptr<float>() + ((std::int64_t(layer) * 2 + pass) * heads_ + head) * kNumbers;
        stats.unique_query_share = row[0];
        stats.unique_key_share = row[1];
        stats.score_savings = 1.0f - row[2];
        stats.attention_savings = note.channels ? stats.score_savings / 2.0f : stats.score_savings;
        std::copy_n(row + 3, kOrigins, stats.query_origin.begin());
        std::copy_n(row + 3 + kOrigins, kOrigins, stats.key_origin.begin());
    }
    stats.score_savings += float(note.extra.score);
    stats.attention_savings += float(note.extra.attention);
    return stats;
}

StepStats GpuStepRecord::stats() {
    StepStats result = step_;
    result.layers.resize(std::size_t(layers_));
    for (int layer = 0; layer < layers_; ++layer) {
        LayerStats& stats = result.layers[std::size_t(layer)];
        stats.heads.assign(std::size_t(heads_), HeadStats{});
        for (int head = 0; head < heads_; ++head) {
            HeadStats sum;
            int calls = 0;
            for (int pass = 0; pass < 2; ++pass) {
                if (!notes_[std::size_t(layer)][std::size_t(pass)].ran) {
                    continue;
                }
                const HeadStats one = head_stats(layer, pass, head);
                if (calls++ == 0) {
                    sum = one;
                    continue;
                }
                sum.unique_query_share += one.unique_query_share;
                sum.unique_key_share += one.unique_key_share;
                sum.score_savings += one.score_savings;
                sum.attention_savings += one.attention_savings;
                for (int o = 0; o < kOrigins; ++o) {
                    sum.query_origin[o] += one.query_origin[o];
                    sum.key_origin[o] += one.key_origin[o];
                }
            }
            if (calls == 2) {
                for (float* value :
                     {&sum.unique_query_share, &sum.unique_key_share, &sum.score_savings, &sum.attention_savings}) {
                    *value *= 0.5f;
                }
                for (int o = 0; o < kOrigins; ++o) {
                    sum.query_origin[o] *= 0.5f;
                    sum.key_origin[o] *= 0.5f;
                }
            }
            stats.heads[std::size_t(head)] = sum;
        }
    }
    for (const CallTime& call : times_) {
        LayerStats& stats = result.layers[std::size_t(call.layer)];
        const auto [begin, compacted, attended, end] = call.marks;
        stats.attention_seconds += float(marks_.seconds(begin, end));
        stats.overhead_seconds += float(marks_.seconds(begin, compacted) + marks_.seconds(attended, end));
    }
    return result;
}

TokenMapPtr GpuStepRecord::token_map() {
    if (!shares_.defined()) {
        return nullptr;
    }
    auto map = std::make_shared<TokenMap>();
    map->step = step_.step;
    map->grid = {grid_.frames, grid_.height, grid_.width};
    map->layers = layers_;
    map->heads = heads_;
    fill(map->origin, origins_);
    fill(map->mean_share, shares_);
    fill(map->mean_delta, delta_sum_);
    fill(map->delta, deltas_);
    return map;
}

}  // namespace timeripple::engine
