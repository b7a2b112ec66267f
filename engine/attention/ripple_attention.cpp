// TimeRipple at token granularity: which steps, layers and heads reuse, and at what threshold. The arithmetic is in
// compacted_attention. Definitions and decisions: engine/attention/README.md.

#include <algorithm>
#include <chrono>
#include <utility>

#include <ATen/ops/scaled_dot_product_attention.h>

#include "engine/attention/compacted_attention.h"
#include "engine/attention/reuse_recorder.h"
#include "engine/attention/run_recorder.h"

namespace timeripple::engine {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool contains(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

// Thresholds of one step: theta times the factors, axes that are off at 0.
HeadRule rule_of(const RippleSettings& settings, double theta) {
    HeadRule rule;
    for (int axis = 0; axis < kAxes; ++axis) {
        const auto squared = [&](double factor) {
            const double axis_theta = settings.axes[axis] ? theta * factor : 0.0;
            return static_cast<float>(axis_theta * axis_theta);
        };
        rule.query.squared_theta[axis] = squared(settings.query_factor[axis]);
        rule.key.squared_theta[axis] = squared(settings.key_factor[axis]);
    }
    rule.query.exempt_frames = rule.key.exempt_frames = settings.exempt_first_frame ? 1 : 0;
    rule.reference =
        settings.reference == Reference::First ? kernels::GroupReference::First : kernels::GroupReference::Mean;
    return rule;
}

class RippleAttention final : public RunAttention {
  public:
    RippleAttention(RippleSettings settings, int layers, int heads, kernels::TokenGrid grid)
        : settings_(std::move(settings)), heads_(heads), recorder_(layers, heads, grid) {}

    void begin_step(int step, int steps) override {
        const double theta = settings_.schedule.threshold(step, steps);
        dense_step_ = theta <= 0.0;
        rules_.assign(heads_, rule_of(settings_, theta));
        for (const int head : settings_.dense_heads) {
            if (head < heads_) {
                rules_[head] = HeadRule{};  // thresholds 0: dense bit for bit
            }
        }
        recorder_.begin_step(step, steps, dense_step_ ? 0.0 : theta, dense_step_);
    }
    StepStats end_step() override { return recorder_.end_step(); }
    TokenMapPtr token_map() override { return recorder_.token_map(); }
    std::string kernel_name() const override { return "compacted libtorch-sdpa"; }

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token stop) override {
        const auto start = Clock::now();
        if (dense_step_ || contains(settings_.dense_layers, call.layer)) {
            const at::Tensor out = at::scaled_dot_product_attention(q, k, v);
            recorder_.record_dense_call(call);
            recorder_.record_time(call.layer, seconds_since(start), 0.0);
            return out;
        }
        at::Tensor out = compacted_.run(q, k, v, call.grid, rules_, stop);
        if (!stop.stop_requested()) {
            const auto statistics_start = Clock::now();
            record(call, q.size(2));
            recorder_.record_time(call.layer, seconds_since(start),
                                  compacted_.overhead_seconds() + seconds_since(statistics_start));
        }
        return out;
    }

  private:
    void record(const AttentionCall& call, std::int64_t rows) {
        for (int head = 0; head < heads_; ++head) {
            const kernels::TokenGroups& queries = compacted_.queries(head);
            const kernels::TokenGroups& keys = compacted_.keys(head);
            HeadStats stats;
            stats.unique_query_share = static_cast<float>(queries.size()) / static_cast<float>(rows);
            stats.unique_key_share = static_cast<float>(keys.size()) / static_cast<float>(rows);
            const double done = static_cast<double>(queries.size()) * keys.size() / (static_cast<double>(rows) * rows);
            stats.score_savings = static_cast<float>(1.0 - done);  // every channel of a token has the same u
            stats.attention_savings = static_cast<float>(1.0 - done);
            recorder_.record_head(call, head, stats, queries.link.data(), keys.link.data());
        }
    }

    RippleSettings settings_;
    int heads_;
    ReuseRecorder recorder_;
    CompactedAttention compacted_;
    bool dense_step_ = true;
    std::vector<HeadRule> rules_;  // of this step, by head
};

}  // namespace

std::unique_ptr<RunAttention> make_ripple_attention(const RippleSettings& settings, int layers, int heads,
                                                    kernels::TokenGrid grid, int /*head_dim*/) {
    return std::make_unique<RippleAttention>(settings, layers, heads, grid);
}

}  // namespace timeripple::engine
