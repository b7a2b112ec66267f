#include "engine/attention/snapped_attention.h"

#include "engine/attention/head_rows.h"
#include "engine/attention/run_tasks.h"

#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>
#include <chrono>

namespace timeripple::engine {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// What became of one side of one head.
struct SnappedSide {
    std::vector<double> unique_share;  // by rule
    std::array<double, kOrigins> origin{0, 0, 0, 0};
    std::vector<std::int8_t> link;
};

template <typename T>
SnappedSide snap_side(kernels::Rows<const T> rows, kernels::Rows<T> out, int channels, const kernels::TokenGrid& grid,
                      const TextRows& text, const std::vector<ChannelRule>& rules, Side side,
                      kernels::GroupReference reference) {
    const int tokens = grid.tokens();
    const int all_rows = text.before + tokens + text.behind;
    SnappedSide result;
    std::vector<int> votes(static_cast<std::size_t>(tokens) * kOrigins, 0);
    kernels::TokenGroups groups;
    std::vector<T> compacted;
    for (const ChannelRule& rule : rules) {
        kernels::SideInput<T> input;
        input.rows = {rows.data + rule.first, rows.stride};
        input.channels = rule.count;
        input.grid = grid;
        input.rows_before = text.before;
        input.rows_behind = text.behind;
        input.rule = side == Side::Query ? rule.query : rule.key;
        kernels::find_groups(input, groups);
        compacted.resize(static_cast<std::size_t>(groups.size()) * rule.count);
        kernels::compact_rows<T>({{input.rows, &groups, reference, compacted.data()}}, rule.count, 0, all_rows);
        kernels::scatter_rows<T>({compacted.data(), rule.count}, groups, 0, groups.size(), rule.count,
                                 {out.data + rule.first, out.stride});
        result.unique_share.push_back(static_cast<double>(groups.size()) / all_rows);
        for (int token = 0; token < tokens; ++token) {
            const int origin = groups.link[token] + 1;
            votes[static_cast<std::size_t>(token) * kOrigins + origin] += rule.count;
            result.origin[origin] += rule.count;
        }
    }
    result.link.resize(tokens);
    for (int token = 0; token < tokens; ++token) {
        const int* vote = votes.data() + static_cast<std::size_t>(token) * kOrigins;
        result.link[token] = static_cast<std::int8_t>(std::max_element(vote, vote + kOrigins) - vote - 1);
    }
    for (double& share : result.origin) {
        share /= static_cast<double>(tokens) * channels;
    }
    return result;
}

// The paper's formula: 1 - mean over channels of u_q(c) u_k(c). PV is computed in full.
HeadStats stats_of(const SnappedSide& query, const SnappedSide& key, const std::vector<ChannelRule>& rules) {
    double unique_q = 0.0;
    double unique_k = 0.0;
    double products = 0.0;
    int channels = 0;
    for (std::size_t r = 0; r < rules.size(); ++r) {
        unique_q += rules[r].count * query.unique_share[r];
        unique_k += rules[r].count * key.unique_share[r];
        products += rules[r].count * query.unique_share[r] * key.unique_share[r];
        channels += rules[r].count;
    }
    HeadStats stats;
    stats.unique_query_share = static_cast<float>(unique_q / channels);
    stats.unique_key_share = static_cast<float>(unique_k / channels);
    stats.score_savings = static_cast<float>(1.0 - products / channels);
    stats.attention_savings = stats.score_savings / 2.0f;  // QK^T is half of the multiply-adds
    for (int o = 0; o < kOrigins; ++o) {
        stats.query_origin[o] = static_cast<float>(query.origin[o]);
        stats.key_origin[o] = static_cast<float>(key.origin[o]);
    }
    return stats;
}

template <typename T>
SnappedAttention::Outcome snap_head(const at::Tensor& q, const at::Tensor& k, const at::Tensor& snapped_q,
                                    const at::Tensor& snapped_k, int head, const kernels::TokenGrid& grid,
                                    const TextRows& text, const std::vector<ChannelRule>& rules,
                                    kernels::GroupReference reference) {
    const int channels = static_cast<int>(q.size(3));
    SnappedSide query = snap_side<T>(head_rows<const T>(q, head), head_rows<T>(snapped_q, head), channels, grid, text,
                                     rules, Side::Query, reference);
    SnappedSide key = snap_side<T>(head_rows<const T>(k, head), head_rows<T>(snapped_k, head), channels, grid, text,
                                   rules, Side::Key, reference);
    return {stats_of(query, key, rules), std::move(query.link), std::move(key.link)};
}

}  // namespace

std::array<int, kAxes> rope_groups(int head_dim) {
    const int spatial = 2 * (head_dim / 6);
    return {head_dim - 2 * spatial, spatial, spatial};
}

at::Tensor SnappedAttention::run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 const kernels::TokenGrid& grid, const std::vector<ChannelRule>& rules,
                                 const std::vector<int>& dense_heads, kernels::GroupReference reference,
                                 const std::stop_token& stop, const TextRows& text) {
    check_heads(q, k, v, grid, text);
    const auto start = std::chrono::steady_clock::now();
    const at::Tensor q_rows = with_dense_rows(q);
    const at::Tensor k_rows = with_dense_rows(k);
    const at::Tensor snapped_q = empty_heads_like(q);
    const at::Tensor snapped_k = empty_heads_like(k);
    const int heads = static_cast<int>(q.size(1));
    // The same ranges with thresholds 0: the head stays dense, bit for bit.
    std::vector<ChannelRule> dense_rules = rules;
    for (ChannelRule& rule : dense_rules) {
        rule.query = rule.key = kernels::LinkRule{};
    }
    outcomes_.assign(heads, Outcome{});
    run_tasks(heads, [&](int head) {
        if (stop.stop_requested()) {
            return;
        }
        const bool dense = std::find(dense_heads.begin(), dense_heads.end(), head) != dense_heads.end();
        const std::vector<ChannelRule>& head_rules = dense ? dense_rules : rules;
        if (q.scalar_type() == at::kFloat) {
            outcomes_[head] =
                snap_head<float>(q_rows, k_rows, snapped_q, snapped_k, head, grid, text, head_rules, reference);
        } else if (q.scalar_type() == at::kBFloat16) {
            outcomes_[head] =
                snap_head<kernels::Bf16>(q_rows, k_rows, snapped_q, snapped_k, head, grid, text, head_rules, reference);
        } else {
            TORCH_CHECK(q.scalar_type() == at::kDouble, "ripple attention runs in fp32, bf16 and fp64, not in ",
                        q.scalar_type());
            outcomes_[head] =
                snap_head<double>(q_rows, k_rows, snapped_q, snapped_k, head, grid, text, head_rules, reference);
        }
    });
    overhead_seconds_ = seconds_since(start);
    return stop.stop_requested() ? snapped_q : at::scaled_dot_product_attention(snapped_q, snapped_k, v);
}

}  // namespace timeripple::engine
