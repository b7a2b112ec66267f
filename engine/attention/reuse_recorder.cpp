#include "engine/attention/reuse_recorder.h"

#include "engine/api/delta_code.h"
#include "kernels/api/reuse.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeripple::engine {

static_assert(kOrigins == kernels::kOrigins && kAxes == kernels::kAxes);

ReuseRecorder::ReuseRecorder(int layers, int heads, kernels::TokenGrid grid)
    : layers_(layers), heads_(heads), grid_(grid), sums_(std::size_t(layers) * heads), seconds_(layers) {}

void ReuseRecorder::begin_step(int step, int steps, double threshold, bool dense) {
    step_ = StepStats{};
    step_.step = step;
    step_.steps = steps;
    step_.threshold = threshold;
    step_.dense = dense;
    std::fill(sums_.begin(), sums_.end(), HeadSum{});
    std::fill(seconds_.begin(), seconds_.end(), LayerSeconds{});
    recorded_heads_ = 0;
    map_.reset();
    if (dense) {
        return;
    }
    const std::size_t tokens = grid_.tokens();
    origin_count_.assign(2 * tokens * kOrigins, 0);
    for (GroupSums& sums : group_sums_) {
        sums.delta.assign(tokens, 0.0f);
        sums.merged.assign(tokens, 0.0f);
        sums.delta_heads = sums.merged_heads = 0;
    }
    map_ = std::make_shared<TokenMap>();
    map_->step = step;
    map_->grid = {grid_.frames, grid_.height, grid_.width};
    map_->layers = layers_;
    map_->heads = heads_;
    const std::size_t bytes = std::size_t(layers_) * heads_ * 2 * tokens;
    if (bytes <= TokenMap::kMaxMapBytes) {
        map_->origin.assign(bytes, static_cast<std::uint8_t>(TokenOrigin::Computed));
    }
}

std::array<float, kOrigins> ReuseRecorder::record_side(const AttentionCall& call, int head, Side side,
                                                       const std::int8_t* link) {
    const std::size_t tokens = grid_.tokens();
    const std::size_t side_index = static_cast<std::size_t>(side);
    std::uint32_t* token_count = origin_count_.data() + side_index * tokens * kOrigins;
    // Origins of one token at a time: the pass that is told first stays in the map.
    std::uint8_t* origin = nullptr;
    if (!map_->origin.empty() && call.pass == GuidancePass::Cond) {
        origin = map_->origin.data() + ((std::size_t(call.layer) * heads_ + head) * 2 + side_index) * tokens;
    }
    std::array<std::uint32_t, kOrigins> total{};
    for (std::size_t token = 0; token < tokens; ++token) {
        const int value = link[token] + 1;
        ++total[value];
        ++token_count[token * kOrigins + value];
        if (origin != nullptr) {
            origin[token] = static_cast<std::uint8_t>(value);
        }
    }
    std::array<float, kOrigins> shares{};
    for (int o = 0; o < kOrigins; ++o) {
        shares[o] = static_cast<float>(total[o]) / static_cast<float>(tokens);
    }
    return shares;
}

void ReuseRecorder::add(const AttentionCall& call, int head, const HeadStats& stats) {
    HeadSum& entry = sums_[std::size_t(call.layer) * heads_ + head];
    if (entry.calls == 0) {
        entry.sum = stats;
    } else {
        entry.sum.unique_query_share += stats.unique_query_share;
        entry.sum.unique_key_share += stats.unique_key_share;
        entry.sum.score_savings += stats.score_savings;
        entry.sum.attention_savings += stats.attention_savings;
        for (int o = 0; o < kOrigins; ++o) {
            entry.sum.query_origin[o] += stats.query_origin[o];
            entry.sum.key_origin[o] += stats.key_origin[o];
        }
    }
    ++entry.calls;
    ++recorded_heads_;
}

void ReuseRecorder::record_head(const AttentionCall& call, int head, HeadStats stats, const std::int8_t* query_link,
                                const std::int8_t* key_link, OriginShares origins) {
    const auto query_origin = record_side(call, head, Side::Query, query_link);
    const auto key_origin = record_side(call, head, Side::Key, key_link);
    if (origins == OriginShares::FromLinks) {
        stats.query_origin = query_origin;
        stats.key_origin = key_origin;
    }
    add(call, head, stats);
}

void ReuseRecorder::record_groups(const AttentionCall& call, int head, Side side,
                                  const kernels::TokenGroups& groups) {
    GroupSums& sums = group_sums_[static_cast<std::size_t>(side)];
    const std::size_t tokens = grid_.tokens();
    const std::int32_t* group = groups.group.data() + call.text.before;
    for (std::size_t token = 0; token < tokens; ++token) {
        sums.merged[token] += static_cast<float>(groups.count(group[token]));
    }
    ++sums.merged_heads;
    // A head whose thresholds are 0 looked at no Delta at all.
    const std::vector<float>& delta = groups.squared_delta;
    if (std::all_of(delta.begin(), delta.end(), [](float value) { return std::isnan(value); })) {
        return;
    }
    for (std::size_t token = 0; token < tokens; ++token) {
        sums.delta[token] += std::sqrt(delta[token]);  // NaN, without a partner, stays NaN
    }
    ++sums.delta_heads;
    keep_deltas(call, head, side, delta);
}

void ReuseRecorder::keep_deltas(const AttentionCall& call, int head, Side side,
                                const std::vector<float>& squared_delta) {
    const std::size_t tokens = grid_.tokens();
    const std::size_t bytes = std::size_t(layers_) * heads_ * 2 * tokens;
    if (call.pass != GuidancePass::Cond || !TokenMap::keeps_delta(bytes, step_.steps)) {
        return;
    }
    if (map_->delta.empty()) {
        map_->delta.assign(bytes, kNoDelta);
    }
    const std::size_t row = (std::size_t(call.layer) * heads_ + head) * 2 + static_cast<std::size_t>(side);
    std::transform(squared_delta.begin(), squared_delta.end(), map_->delta.begin() + std::ptrdiff_t(row * tokens),
                   delta_code);
}

void ReuseRecorder::add_group_means() {
    const auto append = [](std::vector<float>& map, const std::vector<float>& sums, int heads) {
        const float nothing = std::numeric_limits<float>::quiet_NaN();
        for (const float sum : sums) {
            map.push_back(heads > 0 ? sum / static_cast<float>(heads) : nothing);
        }
    };
    if (group_sums_[0].merged_heads == 0) {
        return;
    }
    for (const GroupSums& sums : group_sums_) {
        append(map_->mean_delta, sums.delta, sums.delta_heads);
        append(map_->mean_merged, sums.merged, sums.merged_heads);
    }
}

void ReuseRecorder::record_unmerged_call(const AttentionCall& call, const HeadStats& stats) {
    // Every token was computed: that is what the map's zeroes say. Shares count it in token_map().
    for (int head = 0; head < heads_; ++head) {
        add(call, head, stats);
    }
}

void ReuseRecorder::record_time(int layer, double attention_seconds, double overhead_seconds) {
    seconds_[layer].attention += attention_seconds;
    seconds_[layer].overhead += overhead_seconds;
}

StepStats ReuseRecorder::end_step() {
    step_.layers.resize(layers_);
    for (int layer = 0; layer < layers_; ++layer) {
        LayerStats& stats = step_.layers[layer];
        stats.attention_seconds = static_cast<float>(seconds_[layer].attention);
        stats.overhead_seconds = static_cast<float>(seconds_[layer].overhead);
        stats.heads.resize(heads_);
        for (int head = 0; head < heads_; ++head) {
            const HeadSum& entry = sums_[std::size_t(layer) * heads_ + head];
            if (entry.calls == 0) {
                continue;
            }
            HeadStats mean = entry.sum;
            const float share = 1.0f / static_cast<float>(entry.calls);
            mean.unique_query_share *= share;
            mean.unique_key_share *= share;
            mean.score_savings *= share;
            mean.attention_savings *= share;
            for (int o = 0; o < kOrigins; ++o) {
                mean.query_origin[o] *= share;
                mean.key_origin[o] *= share;
            }
            stats.heads[head] = mean;
        }
    }
    return step_;
}

TokenMapPtr ReuseRecorder::token_map() {
    if (!map_ || recorded_heads_ == 0) {
        return nullptr;
    }
    if (map_->mean_share.empty()) {
        add_group_means();
        const std::size_t tokens = map_->tokens();
        map_->mean_share.resize(2 * kOrigins * tokens);
        const float scale = 255.0f / static_cast<float>(recorded_heads_);
        for (std::size_t side = 0; side < 2; ++side) {
            for (std::size_t token = 0; token < tokens; ++token) {
                std::uint32_t* count = origin_count_.data() + (side * tokens + token) * kOrigins;
                count[0] = recorded_heads_ - count[1] - count[2] - count[3];  // heads that stayed dense included
                for (std::size_t o = 0; o < kOrigins; ++o) {
                    map_->mean_share[(side * kOrigins + o) * tokens + token] =
                        static_cast<std::uint8_t>(static_cast<float>(count[o]) * scale + 0.5f);
                }
            }
        }
    }
    return map_;
}

}  // namespace timeripple::engine
