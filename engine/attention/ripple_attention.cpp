// Policy of TimeRipple: which steps, layers and heads reuse, at what threshold, and what is carried from step to step.
// The arithmetic is in compacted_attention (whole tokens) and snapped_attention (channel ranges). Definitions and
// decisions: engine/attention/README.md.

#include "engine/api/device_info.h"
#include "engine/attention/compacted_attention.h"
#include "engine/attention/reuse_recorder.h"
#include "engine/attention/ripple_rules.h"
#include "engine/attention/run_recorder.h"
#include "engine/attention/snapped_attention.h"
#include "engine/base/text.h"
#include "engine/weights/weight_source.h"
#include "kernels/api/near_field_cpu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/sub.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

namespace timeripple::engine {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// The recorder's numbers are there when the step ends.
class HostRecord final : public StepRecord {
  public:
    HostRecord(StepStats stats, TokenMapPtr map) : stats_(std::move(stats)), map_(std::move(map)) {}
    StepStats stats() override { return stats_; }
    TokenMapPtr token_map() override { return map_; }

  private:
    StepStats stats_;
    TokenMapPtr map_;
};

class RippleAttention final : public RunAttention {
  public:
    RippleAttention(RippleSettings settings, int layers, int heads, kernels::TokenGrid grid, int head_dim)
        : settings_(std::move(settings)),
          layers_(layers),
          heads_(heads),
          head_dim_(head_dim),
          recorder_(layers, heads, grid) {
        whole_tokens_ = settings_.granularity == Granularity::Token && settings_.adversarial == AdversarialReuse::None;
        for (auto& carried : carried_) {
            carried.resize(layers);
        }
        near_field_.exact = settings_.near_field && whole_tokens_;
        near_field_.reach = settings_.near_reach;
        if (near_field_.exact) {
            const double tokens = grid.tokens();
            near_share_ = static_cast<double>(kernels::near_pairs(grid, near_field_.reach)) / (tokens * tokens);
        }
    }

    void begin_step(int step, int steps) override {
        const double theta = settings_.schedule.threshold(step, steps);
        dense_step_ = theta <= 0.0;
        recorder_.begin_step(step, steps, dense_step_ ? 0.0 : theta, dense_step_);
        if (dense_step_) {
            return;
        }
        refresh_step_ = settings_.carry != Carry::Nothing && reuse_steps_ % settings_.refresh_steps == 0;
        ++reuse_steps_;
        if (!whole_tokens_) {
            channel_rules_ = channel_rules(settings_, theta, head_dim_);
            return;
        }
        HeadRule rule;
        rule.query = link_rule(settings_, theta, settings_.query_factor);
        rule.key = link_rule(settings_, theta, settings_.key_factor);
        rule.value_weight = static_cast<float>(settings_.key_value_weight);
        rule.reference = reference_of(settings_);
        head_rules_.assign(heads_, rule);
        for (const int head : settings_.dense_heads) {
            if (head < heads_) {
                head_rules_[head] = HeadRule{};  // thresholds 0: dense bit for bit
            }
        }
    }
    std::unique_ptr<StepRecord> end_step(HostCopies&) override {
        StepStats stats = recorder_.end_step();
        return std::make_unique<HostRecord>(std::move(stats), recorder_.token_map());
    }

    CarriedState carried_state() const override {
        return state_of(carried_, reuse_steps_, settings_.refresh_steps);
    }
    void restore(const CarriedState& state) override {
        reuse_steps_ = state.reuse_steps;
        restore_carried(state, carried_);
    }

    std::string kernel_name() const override {
        if (settings_.carry == Carry::Output) {
            return "libtorch-sdpa, output kept";
        }
        const std::string form = whole_tokens_ ? "compacted libtorch-sdpa" : "libtorch-sdpa over snapped q and k";
        return form + (near_field_.exact ? ", near field" : "") +
               (settings_.carry == Carry::Residual ? ", residual" : "");
    }

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token stop) override {
        const auto start = Clock::now();
        overhead_seconds_ = 0.0;
        at::Tensor out;
        if (dense_step_ || contains(settings_.dense_layers, call.layer)) {
            out = at::scaled_dot_product_attention(q, k, v);
            if (!dense_step_) {
                record_whole(call, 0.0f);
            }
        } else if (settings_.carry == Carry::Output) {
            out = kept_output(q, k, v, call);
        } else {
            out = merged(q, k, v, call, stop);
            if (stop.stop_requested()) {
                return out;
            }
            if (settings_.carry == Carry::Residual) {
                out = with_residual(out, q, k, v, call);
            }
            const auto statistics_start = Clock::now();
            for (int head = 0; head < heads_; ++head) {
                record(call, head);
            }
            overhead_seconds_ += seconds_since(statistics_start);
        }
        recorder_.record_time(call.layer, seconds_since(start), overhead_seconds_);
        return out;
    }

  private:
    at::Tensor merged(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                      const std::stop_token& stop) {
        if (near_field_.exact && call.text.before + call.text.behind > 0) {
            throw EngineFailure(
                {ErrorCode::BadRequest,
                 "The exact near field (near_field) does not go with text tokens in the same attention. "
                 "Set near_field to false.",
                 {}});
        }
        at::Tensor out;
        if (whole_tokens_) {
            out = compacted_.run(q, k, v, call.grid, call.text, head_rules_, near_field_, stop);
            overhead_seconds_ += compacted_.overhead_seconds();
        } else {
            const auto reference = settings_.adversarial != AdversarialReuse::None ? kernels::GroupReference::First
                                                                                   : reference_of(settings_);
            out = snapped_.run(q, k, v, call.grid, channel_rules_, settings_.dense_heads, reference, stop, call.text);
            overhead_seconds_ += snapped_.overhead_seconds();
        }
        return out;
    }

    at::Tensor& carried(const AttentionCall& call) { return carried_[static_cast<int>(call.pass)][call.layer]; }
    // Nothing carried yet, as after a step that was stopped, is a reason to refresh as well.
    bool refreshes(const AttentionCall& call) { return refresh_step_ || !carried(call).defined(); }

    at::Tensor with_residual(const at::Tensor& out, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const AttentionCall& call) {
        at::Tensor& residual = carried(call);
        refreshed_ = refreshes(call);
        if (refreshed_) {
            check_memory(q, call);
            at::Tensor dense = at::scaled_dot_product_attention(q, k, v);
            const auto start = Clock::now();
            residual = room_for(out, call);
            at::sub_out(residual, dense, out);
            overhead_seconds_ += seconds_since(start);
            return dense;
        }
        const auto start = Clock::now();
        out.add_(residual);
        overhead_seconds_ += seconds_since(start);
        return out;
    }

    at::Tensor kept_output(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call) {
        at::Tensor& output = carried(call);
        const bool refresh = refreshes(call);
        if (refresh) {
            check_memory(q, call);
            const at::Tensor dense = at::scaled_dot_product_attention(q, k, v);
            output = room_for(dense, call);
            output.copy_(dense);
            record_whole(call, 0.0f);
            return dense;
        }
        record_whole(call, 1.0f);
        return output.clone();  // the caller may write into what it gets
    }

    // What a layer carries, [1, heads, N, head_dim], laid out as attention writes it. One block of memory for all layers of a
    // pass: blocks of their own, made in the middle of a step and kept, would leave holes between what every step needs.
    at::Tensor room_for(const at::Tensor& out, const AttentionCall& call) {
        at::Tensor& room = room_[static_cast<int>(call.pass)];
        if (!room.defined()) {
            room = at::empty({layers_, out.size(2), out.size(1), out.size(3)}, out.options());
        }
        return room[call.layer].transpose(0, 1).unsqueeze(0);
    }

    // Refuses before the first of a pass' tensors is kept, with what it would take.
    void check_memory(const at::Tensor& q, const AttentionCall& call) {
        if (memory_checked_[static_cast<int>(call.pass)]) {
            return;
        }
        memory_checked_[static_cast<int>(call.pass)] = true;
        const std::uint64_t need =
            carried_bytes(settings_, layers_, static_cast<std::uint64_t>(q.size(2)),
                          static_cast<int>(q.size(1) * q.size(3)), static_cast<int>(q.element_size()), 1);
        const std::uint64_t free = cpu_device().free_memory_bytes;
        if (need > free) {
            throw EngineFailure(
                {ErrorCode::OutOfMemory,
                 std::string("Carrying the ") + (settings_.carry == Carry::Residual ? "residual" : "output") +
                     " of attention from step to step needs " + detail::bytes_text(need) + " more memory, but " +
                     detail::bytes_text(free) + " are free. Choose a smaller size, fewer frames, or carry: nothing.",
                 ""});
        }
    }

    // All heads of a call alike: computed in full (0) or not at all (1).
    void record_whole(const AttentionCall& call, float savings) {
        HeadStats stats;
        stats.score_savings = stats.attention_savings = savings;
        recorder_.record_unmerged_call(call, stats);
    }

    void record(const AttentionCall& call, int head) {
        HeadStats stats;
        const std::int8_t* query_link = nullptr;
        const std::int8_t* key_link = nullptr;
        if (whole_tokens_) {
            const kernels::TokenGroups& queries = compacted_.queries(head);
            const kernels::TokenGroups& keys = compacted_.keys(head);
            const double rows = static_cast<double>(queries.group.size());
            stats.unique_query_share = static_cast<float>(queries.size() / rows);
            stats.unique_key_share = static_cast<float>(keys.size() / rows);
            // Every channel of a token has the same u, and PV is saved with QK^T. The near field takes each of its
            // pairs twice through QK^T, true and merged, and once through PV.
            const double done = static_cast<double>(queries.size()) * keys.size() / (rows * rows);
            stats.score_savings = static_cast<float>(1.0 - done - 2.0 * near_share_);
            stats.attention_savings = static_cast<float>(1.0 - done - 1.5 * near_share_);
            query_link = queries.link.data();
            key_link = keys.link.data();
            recorder_.record_groups(call, head, Side::Query, queries);
            recorder_.record_groups(call, head, Side::Key, keys);
        } else {
            const SnappedAttention::Outcome& outcome = snapped_.outcome(head);
            stats = outcome.stats;
            query_link = outcome.query_link.data();
            key_link = outcome.key_link.data();
        }
        if (settings_.carry == Carry::Residual && refreshed_) {
            stats.score_savings -= 1.0f;  // the dense attention came on top
            stats.attention_savings -= 1.0f;
        }
        recorder_.record_head(
            call, head, stats, query_link, key_link,
            whole_tokens_ ? ReuseRecorder::OriginShares::FromLinks : ReuseRecorder::OriginShares::AsGiven);
    }

    RippleSettings settings_;
    int layers_;
    int heads_;
    int head_dim_;
    bool whole_tokens_ = true;
    ReuseRecorder recorder_;
    CompactedAttention compacted_;
    SnappedAttention snapped_;
    NearField near_field_;
    double near_share_ = 0.0;        // of all pairs of a query and a key
    double overhead_seconds_ = 0.0;  // of the call that runs

    // Of this step.
    bool dense_step_ = true;
    bool refresh_step_ = false;
    std::vector<HeadRule> head_rules_;
    std::vector<ChannelRule> channel_rules_;

    // Carried through the run, by pass and layer.
    CarriedTensors carried_;
    std::array<at::Tensor, 2> room_;  // what they lie in, by pass
    std::array<bool, 2> memory_checked_{false, false};
    int reuse_steps_ = 0;
    bool refreshed_ = false;  // by the call that runs
};

}  // namespace

std::unique_ptr<RunAttention> make_ripple_attention(const RippleSettings& settings, int layers, int heads,
                                                    kernels::TokenGrid grid, int head_dim) {
    return std::make_unique<RippleAttention>(settings, layers, heads, grid, head_dim);
}

}  // namespace timeripple::engine
