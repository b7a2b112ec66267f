// TimeRipple on a GPU: the policy of ripple_attention.cpp, and the dispatcher that chooses what computes a call: our
// own kernels, else compaction with LibTorch's operators, else dense (where the user forces it, or with text tokens).
// Every choice is part of the kernel's name, which goes into the recipe.

#include "engine/api/log.h"
#include "engine/attention/gpu_kernels.h"
#include "engine/attention/gpu_step_record.h"
#include "engine/attention/ripple_rules.h"
#include "engine/attention/run_recorder.h"
#include "engine/attention/tensor_compaction.h"
#include "engine/base/text.h"
#include "engine/core/device.h"
#include "engine/weights/weight_source.h"
#include "kernels/api/near_field_cpu.h"
#include "kernels/api/reuse_mask.h"

#include <ATen/ATen.h>

#include <utility>

namespace timeripple::engine {
namespace {

class GpuRippleAttention final : public RunAttention {
  public:
    GpuRippleAttention(RippleSettings settings, KernelChoice choice, at::Device device, int layers, int heads,
                       kernels::TokenGrid grid, int head_dim)
        : settings_(std::move(settings)),
          choice_(choice),
          device_(device),
          layers_(layers),
          heads_(heads),
          grid_(grid),
          head_dim_(head_dim),
          whole_tokens_(merges_whole_tokens(settings_)) {
        for (auto& carried : carried_) {
            carried.resize(std::size_t(layers));
        }
        rule_.dense_heads = settings_.dense_heads;
        rule_.reference =
            settings_.adversarial != AdversarialReuse::None ? kernels::GroupReference::First : reference_of(settings_);
        rule_.near_field.exact = settings_.near_field && whole_tokens_;
        rule_.near_field.reach = settings_.near_reach;
        if (rule_.near_field.exact) {
            const double tokens = grid.tokens();
            near_share_ = double(kernels::near_pairs(grid, settings_.near_reach)) / (tokens * tokens);
        }
    }

    void begin_step(int step, int steps) override {
        const double theta = settings_.schedule.threshold(step, steps);
        dense_step_ = theta <= 0.0;
        StepStats known;
        known.step = step;
        known.steps = steps;
        known.threshold = dense_step_ ? 0.0 : theta;
        known.dense = dense_step_;
        record_ = std::make_unique<GpuStepRecord>(std::move(known), layers_, heads_, grid_, device_);
        if (dense_step_) {
            return;
        }
        refresh_step_ = settings_.carry != Carry::Nothing && reuse_steps_ % settings_.refresh_steps == 0;
        ++reuse_steps_;
        if (!whole_tokens_) {
            rule_.ranges = channel_rules(settings_, theta, head_dim_);
            return;
        }
        kernel_call_.rule.query = link_rule(settings_, theta, settings_.query_factor);
        kernel_call_.rule.key = link_rule(settings_, theta, settings_.key_factor);
        kernel_call_.rule.value_weight = float(settings_.key_value_weight);
        kernel_call_.rule.reference = rule_.reference;
        kernel_call_.dense_heads = settings_.dense_heads;
        kernel_call_.near_field = rule_.near_field;
        rule_.value_weight = settings_.key_value_weight;
        rule_.ranges = {{0, head_dim_, kernel_call_.rule.query, kernel_call_.rule.key}};
    }

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token stop) override {
        marks_[0] = marks_[1] = record_->mark();
        at::Tensor out;
        if (merges(call)) {
            out = merged(q, k, v, call, stop, Detection::Ahead);
        } else if (settings_.carry == Carry::Output && !is_dense(call)) {
            out = kept_output(q, k, v, call);
            marks_[2] = record_->mark();
        } else {
            out = at::scaled_dot_product_attention(q, k, v);
            if (!dense_step_) {
                record_->record_unmerged(call, 0.0);
            }
            marks_[2] = record_->mark();
        }
        return timed(std::move(out), call);
    }

    // The time of a norm that detects counts as a norm alone does: not to attention.
    at::Tensor forward_raw(const RawQueryKey& raw, const at::Tensor& v, const AttentionCall& call,
                           std::stop_token stop) override {
        if (!merges(call)) {
            return AttentionBackend::forward_raw(raw, v, call, std::move(stop));
        }
        const at::Tensor q = as_heads(raw.query, raw.heads), k = as_heads(raw.key, raw.heads);
        decide(q, k, v, call);
        decide_norm(raw, call);
        if (norm_ == Norm::Apart) {
            return AttentionBackend::forward_raw(raw, v, call, std::move(stop));
        }
        own_.norm_and_detect(raw, call.grid, kernel_call_);
        marks_[0] = marks_[1] = record_->mark();
        return timed(merged(q, k, v, call, stop, Detection::Done), call);
    }

    std::unique_ptr<StepRecord> end_step(HostCopies& copies) override {
        record_->close(copies);
        return std::move(record_);
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
        return name_ + (rule_.near_field.exact ? ", near field" : "") +
               (settings_.carry == Carry::Residual ? ", residual" : "");
    }

  private:
    bool is_dense(const AttentionCall& call) const {
        return dense_step_ || contains(settings_.dense_layers, call.layer);
    }
    bool merges(const AttentionCall& call) const { return !is_dense(call) && settings_.carry != Carry::Output; }

    at::Tensor timed(at::Tensor out, const AttentionCall& call) {
        marks_[3] = record_->mark();
        record_->record_time(call, marks_);
        return out;
    }

    enum class Detection { Ahead, Done };
    at::Tensor merged(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                      const std::stop_token& stop, Detection detection) {
        decide(q, k, v, call);
        at::Tensor out;
        if (path_ == Path::Dense) {
            out = at::scaled_dot_product_attention(q, k, v);
            record_->record_unmerged(call, 0.0);
            marks_[2] = record_->mark();
            return out;
        }
        TensorReuseResult tensors;
        if (path_ == Path::Own) {
            const auto compacted = [this] { marks_[1] = record_->mark(); };
            out = detection == Detection::Done ? own_.run_detected(q, k, v, call.grid, kernel_call_, compacted)
                                               : own_.run(q, k, v, call.grid, kernel_call_, compacted);
        } else if (path_ == Path::Snapped) {
            tensors = snapped_with_tensors(q, k, v, call.grid, rule_);
        } else {
            const auto batching = path_ == Path::Padded ? HeadBatching::Padded : HeadBatching::PerHead;
            tensors = compacted_with_tensors(q, k, v, call.grid, rule_, batching, stop);
        }
        out = out.defined() ? out : tensors.out;
        GpuStepRecord::Extra extra{-2.0 * near_share_, -1.5 * near_share_};
        if (settings_.carry == Carry::Residual) {
            out = with_residual(out, q, k, v, call, extra);
        }
        marks_[2] = record_->mark();
        if (path_ == Path::Own) {
            record_->record_tokens(call, own_.links(), own_.groups(), {}, extra);
            const GpuStepRecord::DeltaSums deltas = record_->delta_sums(call);
            own_.add_deltas(call.grid, kernel_call_, deltas.sum, deltas.head_count, deltas.codes);
        } else {
            record_tensors(call, tensors, extra);
        }
        return out;
    }

    // Chosen at a run's first merged call, since all calls of a run are of one shape.
    enum class Path { Undecided, Own, PerHead, Padded, Snapped, Dense };
    void decide(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call) {
        if (path_ != Path::Undecided) {
            return;
        }
        if (choice_ == KernelChoice::Dense) {
            path_ = Path::Dense;
            name_ = "libtorch-sdpa (dense, as asked for)";
            return;
        }
        if (call.text.before + call.text.behind > 0) {
            path_ = Path::Dense;
            name_ = "libtorch-sdpa (dense: text tokens in the same attention are accelerated on the CPU only)";
            log_info("attention", "Accelerated attention: " + name_);
            return;
        }
        if (!whole_tokens_) {
            path_ = Path::Snapped;
            name_ = "libtorch-sdpa over snapped q and k, libtorch operators";
            return;
        }
        const bool tensors_wanted = choice_ == KernelChoice::LibTorch || choice_ == KernelChoice::LibTorchPadded;
        kernel_call_.kernel =
            choice_ == KernelChoice::OwnMma ? kernels::AttentionKernel::Sm80 : kernels::AttentionKernel::Automatic;
        std::string refusal = "as asked for";
        if (!tensors_wanted) {
            refusal = GpuKernels::refusal(q, k, v, call.grid, kernel_call_.kernel);
        }
        if (refusal.empty()) {
            path_ = Path::Own;
            const auto kernel =
                kernel_call_.kernel == kernels::AttentionKernel::Automatic && compute_capability(device_) == 90
                    ? kernels::AttentionKernel::Sm90
                    : kernels::AttentionKernel::Sm80;
            name_ = kernels::attention_kernel_name(kernel);
            return;
        }
        path_ = choice_ == KernelChoice::LibTorchPadded ? Path::Padded : Path::PerHead;
        name_ = std::string("compacted libtorch, heads ") + (path_ == Path::Padded ? "padded" : "apart") +
                (tensors_wanted ? " (as asked for)" : " (own kernels: " + refusal + ")");
        log_info("attention", "Accelerated attention: " + name_);
    }

    // Whether detection goes with the norm of q and k: chosen at a run's first merged call too.
    enum class Norm { Undecided, Fused, Apart };
    void decide_norm(const RawQueryKey& raw, const AttentionCall& call) {
        if (norm_ != Norm::Undecided) {
            return;
        }
        norm_ = Norm::Apart;
        if (path_ != Path::Own) {
            return;
        }
        const std::string refusal = choice_ == KernelChoice::OwnNormApart
                                        ? "as asked for"
                                        : GpuKernels::fused_norm_refusal(raw, call.grid, kernel_call_);
        norm_ = refusal.empty() ? Norm::Fused : Norm::Apart;
        name_ += refusal.empty() ? ", norm fused" : ", norm apart (" + refusal + ")";
    }

    at::Tensor& carried(const AttentionCall& call) {
        return carried_[static_cast<std::size_t>(call.pass)][std::size_t(call.layer)];
    }
    bool refreshes(const AttentionCall& call) { return refresh_step_ || !carried(call).defined(); }

    at::Tensor with_residual(const at::Tensor& out, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const AttentionCall& call, GpuStepRecord::Extra& extra) {
        at::Tensor& residual = carried(call);
        if (!refreshes(call)) {
            return out.add(residual);
        }
        check_memory(q, call);
        at::Tensor dense = at::scaled_dot_product_attention(q, k, v);
        residual = at::sub(dense, out);
        extra.score -= 1.0;  // the dense attention came on top
        extra.attention -= 1.0;
        return dense;
    }

    at::Tensor kept_output(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call) {
        at::Tensor& output = carried(call);
        const bool refresh = refreshes(call);
        if (refresh) {
            check_memory(q, call);
            output = at::scaled_dot_product_attention(q, k, v);
        }
        record_->record_unmerged(call, refresh ? 0.0 : 1.0);
        return output.clone();  // the caller may write into what it gets
    }

    // Refuses before the first of a pass' tensors is kept, with what it would take.
    void check_memory(const at::Tensor& q, const AttentionCall& call) {
        bool& checked = memory_checked_[static_cast<std::size_t>(call.pass)];
        if (std::exchange(checked, true)) {
            return;
        }
        const std::uint64_t need = carried_bytes(settings_, layers_, std::uint64_t(q.size(2)),
                                                 int(q.size(1) * q.size(3)), int(q.element_size()), 1);
        const std::uint64_t free = device_info(device_).free_memory_bytes;
        if (need > free) {
            throw EngineFailure({ErrorCode::OutOfMemory,
                                 std::string("Carrying the ") +
                                     (settings_.carry == Carry::Residual ? "residual" : "output") +
                                     " of attention from step to step needs " + detail::bytes_text(need) +
                                     " more memory of the device, but " + detail::bytes_text(free) +
                                     " are free. Choose a smaller size, fewer frames, or carry: nothing.",
                                 ""});
        }
    }

    void record_tensors(const AttentionCall& call, const TensorReuseResult& result, GpuStepRecord::Extra extra) {
        if (whole_tokens_) {
            const auto links = [](const TensorGroups& side) { return side.link.squeeze(2).to(at::kByte); };
            const auto groups = [](const TensorGroups& side) {
                return side.count.squeeze(2).gt(0.0).sum(1).to(at::kInt);
            };
            record_->record_tokens(call, at::stack({links(result.queries), links(result.keys)}),
                                  at::stack({groups(result.queries), groups(result.keys)}),
                                  at::stack({result.queries.squared_delta, result.keys.squared_delta}), extra);
            return;
        }
        const Vote queries = vote(result.queries), keys = vote(result.keys);
        at::Tensor weights = at::empty({std::int64_t(rule_.ranges.size())}, at::kFloat);
        for (std::size_t r = 0; r < rule_.ranges.size(); ++r) {
            weights[std::int64_t(r)] = float(rule_.ranges[r].count) / float(head_dim_);
        }
        weights = upload(weights, device_);
        const auto mean = [&](const at::Tensor& by_range) { return by_range.mul(weights).sum(1, true); };
        record_->record_channels(call, at::stack({queries.link, keys.link}),
                                at::cat({mean(queries.unique), mean(keys.unique), mean(queries.unique * keys.unique),
                                         queries.origins, keys.origins},
                                        1));
    }

    // What became of one side whose ranges of channels were decided for apart.
    struct Vote {
        at::Tensor link;     // uint8 [heads, N]: what most channels of a token did
        at::Tensor unique;   // fp32 [heads, R]
        at::Tensor origins;  // fp32 [heads, kOrigins]
    };
    Vote vote(const TensorGroups& side) const {
        Vote result;
        at::Tensor channels = at::empty({std::int64_t(rule_.ranges.size())}, at::kFloat);
        for (std::size_t r = 0; r < rule_.ranges.size(); ++r) {
            channels[std::int64_t(r)] = float(rule_.ranges[r].count);
        }
        channels = upload(channels, device_);
        at::Tensor most, link;
        std::vector<at::Tensor> origins;
        for (int origin = 0; origin < kOrigins; ++origin) {
            const at::Tensor votes = side.link.eq(origin - 1).to(at::kFloat).mul_(channels).sum(2);  // [heads, N]
            origins.push_back(votes.mean(1).div_(double(head_dim_)));
            if (origin == 0) {
                most = votes;
                link = at::full_like(votes, kernels::kNoLinkByte, votes.options().dtype(at::kByte));
                continue;
            }
            const at::Tensor better = votes.gt(most);
            link.masked_fill_(better, origin - 1);
            most = at::where(better, votes, most);
        }
        result.link = link;
        result.unique = side.count.gt(0.0).to(at::kFloat).mean(1);
        result.origins = at::stack(origins, 1);
        return result;
    }

    RippleSettings settings_;
    KernelChoice choice_;
    at::Device device_;
    int layers_, heads_;
    kernels::TokenGrid grid_;
    int head_dim_;
    bool whole_tokens_;
    double near_share_ = 0.0;  // of all pairs of a query and a key

    std::unique_ptr<GpuStepRecord> record_;  // of the step that runs
    GpuStepRecord::CallMarks marks_{};  // of the call that runs
    GpuKernels own_;
    GpuKernels::Call kernel_call_;
    TensorReuseRule rule_;
    Path path_ = Path::Undecided;
    Norm norm_ = Norm::Undecided;
    std::string name_ = "none yet";

    bool dense_step_ = true;
    bool refresh_step_ = false;
    // Carried through the run, by pass and layer.
    CarriedTensors carried_;
    std::array<bool, 2> memory_checked_{false, false};
    int reuse_steps_ = 0;
};

}  // namespace

std::unique_ptr<RunAttention> make_gpu_ripple_attention(const RippleSettings& settings, KernelChoice choice,
                                                        at::Device device, int layers, int heads,
                                                        kernels::TokenGrid grid, int head_dim) {
    return std::make_unique<GpuRippleAttention>(settings, choice, device, layers, heads, grid, head_dim);
}

}  // namespace timeripple::engine
