// TimeRipple at token granularity on the CPU: for each head detection, compaction, LibTorch's attention over the compacted
// rows with log(count) on the scores, scatter. Definitions and decisions: engine/attention/README.md.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/util/BFloat16.h>

#include "engine/attention/reuse_recorder.h"
#include "engine/attention/run_recorder.h"
#include "kernels/api/reuse_cpu.h"

namespace timeripple::engine {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The engine's own threads for the kernels.
void torch_parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain, const kernels::RangeBody& body) {
    at::parallel_for(begin, end, grain, [&body](std::int64_t from, std::int64_t to) { body(from, to); });
}

// LibTorch's element type for each of the kernels' types, and the type in which the count bias is given to its attention.
template <typename T>
struct Element;
template <>
struct Element<float> {
    static constexpr at::ScalarType kBias = at::kFloat;
    using Bias = float;
};
template <>
struct Element<double> {
    static constexpr at::ScalarType kBias = at::kDouble;
    using Bias = double;
};
template <>
struct Element<kernels::Bf16> {
    static constexpr at::ScalarType kBias = at::kFloat;  // log 2 in bf16 would weigh counts wrongly by up to 0.2 %
    using Bias = float;
};

// One head of [1, heads, N, head_dim].
template <typename T>
kernels::Rows<T> head_rows(const at::Tensor& tensor, int head) {
    auto* data = static_cast<std::remove_const_t<T>*>(tensor.data_ptr());
    return {data + head * tensor.stride(1), static_cast<std::ptrdiff_t>(tensor.stride(2))};
}

bool contains(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

class RippleAttention final : public RunAttention {
  public:
    RippleAttention(const RippleSettings& settings, int layers, int heads, kernels::TokenGrid grid)
        : settings_(settings), recorder_(layers, heads, grid) {}

    void begin_step(int step, int steps) override {
        const double theta = settings_.schedule.threshold(step, steps);
        dense_step_ = theta <= 0.0;
        for (int axis = 0; axis < kAxes; ++axis) {
            const auto squared = [&](double factor) {
                const double axis_theta = settings_.axes[axis] ? theta * factor : 0.0;
                return static_cast<float>(axis_theta * axis_theta);
            };
            rules_.query.squared_theta[axis] = squared(settings_.query_factor[axis]);
            rules_.key.squared_theta[axis] = squared(settings_.key_factor[axis]);
        }
        rules_.query.exempt_frames = rules_.key.exempt_frames = settings_.exempt_first_frame ? 1 : 0;
        recorder_.begin_step(step, steps, dense_step_ ? 0.0 : theta, dense_step_);
    }
    StepStats end_step() override { return recorder_.end_step(); }
    TokenMapPtr token_map() override { return recorder_.token_map(); }
    std::string kernel_name() const override { return "compacted libtorch-sdpa"; }

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token stop) override {
        const auto start = Clock::now();
        overhead_seconds_ = 0.0;
        at::Tensor out;
        if (dense_step_ || contains(settings_.dense_layers, call.layer)) {
            out = at::scaled_dot_product_attention(q, k, v);
            if (!dense_step_) {
                for (int head = 0; head < q.size(1); ++head) {
                    recorder_.record_dense_head(call, head);
                }
            }
        } else {
            out = reuse(q, k, v, call, stop);
        }
        recorder_.record_time(call.layer, seconds_since(start), overhead_seconds_);
        return out;
    }

  private:
    at::Tensor reuse(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                     std::stop_token stop) {
        TORCH_CHECK(q.device().is_cpu(), "ripple attention got tensors on ", q.device(), ", but runs on the CPU");
        TORCH_CHECK(q.dim() == 4 && q.size(0) == 1 && q.sizes() == k.sizes() && q.sizes() == v.sizes(),
                    "ripple attention wants q, k and v of one shape [1, heads, N, head_dim]");
        TORCH_CHECK(q.size(2) == call.grid.tokens(), "ripple attention got ", q.size(2), " tokens for a grid of ",
                    call.grid.frames, " x ", call.grid.height, " x ", call.grid.width);
        const auto dense_rows = [](const at::Tensor& t) { return t.stride(3) == 1 ? t : t.contiguous(); };
        const at::Tensor qr = dense_rows(q);
        const at::Tensor kr = dense_rows(k);
        const at::Tensor vr = dense_rows(v);
        at::Tensor out = at::empty({1, q.size(2), q.size(1), q.size(3)}, q.options()).transpose(1, 2);
        for (int head = 0; head < q.size(1) && !stop.stop_requested(); ++head) {
            if (contains(settings_.dense_heads, head)) {
                out.narrow(1, head, 1).copy_(at::scaled_dot_product_attention(
                    qr.narrow(1, head, 1), kr.narrow(1, head, 1), vr.narrow(1, head, 1)));
                recorder_.record_dense_head(call, head);
            } else if (q.scalar_type() == at::kFloat) {
                reuse_head<float>(qr, kr, vr, out, head, call);
            } else if (q.scalar_type() == at::kBFloat16) {
                reuse_head<kernels::Bf16>(qr, kr, vr, out, head, call);
            } else {
                TORCH_CHECK(q.scalar_type() == at::kDouble, "ripple attention runs in fp32, bf16 and fp64, not in ",
                            q.scalar_type());
                reuse_head<double>(qr, kr, vr, out, head, call);
            }
        }
        return out;
    }

    template <typename T>
    void reuse_head(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& out, int head,
                    const AttentionCall& call) {
        const auto start = Clock::now();
        const std::int64_t rows = q.size(2);
        const std::int64_t channels = q.size(3);
        kernels::HeadInput<T> input;
        input.q = head_rows<const T>(q, head);
        input.k = head_rows<const T>(k, head);
        input.v = head_rows<const T>(v, head);
        input.channels = static_cast<int>(channels);
        input.grid = call.grid;
        kernels::find_groups(input, rules_, torch_parallel_for, queries_, keys_);

        const std::int64_t unique_q = queries_.size();
        const std::int64_t unique_k = keys_.size();
        // Scratch of one head, kept for the run: q', k', v'.
        if (!scratch_.defined() || scratch_.scalar_type() != q.scalar_type()) {
            scratch_ = at::empty({3, rows * channels}, q.options());
        }
        const auto rows_of = [&](int index, std::int64_t count) {
            return scratch_.select(0, index).narrow(0, 0, count * channels).view({1, 1, count, channels});
        };
        const at::Tensor compact_q = rows_of(0, unique_q);
        const at::Tensor compact_k = rows_of(1, unique_k);
        const at::Tensor compact_v = rows_of(2, unique_k);
        kernels::compact_head<T>(input, queries_, keys_,
                                 settings_.reference == Reference::First ? kernels::GroupReference::First
                                                                         : kernels::GroupReference::Mean,
                                 torch_parallel_for,
                                 {static_cast<T*>(compact_q.data_ptr()), static_cast<T*>(compact_k.data_ptr()),
                                  static_cast<T*>(compact_v.data_ptr())});
        const at::Tensor bias = at::empty({1, 1, 1, unique_k}, q.options().dtype(Element<T>::kBias));
        kernels::log_counts(keys_, static_cast<typename Element<T>::Bias*>(bias.data_ptr()));
        overhead_seconds_ += seconds_since(start);

        const at::Tensor compact_out = at::scaled_dot_product_attention(compact_q, compact_k, compact_v, bias);

        const auto scatter_start = Clock::now();
        kernels::scatter_rows<T>(head_rows<const T>(compact_out, 0), queries_, static_cast<int>(channels),
                                 head_rows<T>(out, head), torch_parallel_for);
        HeadStats stats;
        stats.unique_query_share = static_cast<float>(unique_q) / static_cast<float>(rows);
        stats.unique_key_share = static_cast<float>(unique_k) / static_cast<float>(rows);
        const double done = static_cast<double>(unique_q) * unique_k / (static_cast<double>(rows) * rows);
        stats.score_savings = static_cast<float>(1.0 - done);  // every channel of a token has the same u
        stats.attention_savings = static_cast<float>(1.0 - done);
        recorder_.record_head(call, head, stats, queries_.link.data(), keys_.link.data());
        overhead_seconds_ += seconds_since(scatter_start);
    }

    RippleSettings settings_;
    ReuseRecorder recorder_;
    bool dense_step_ = true;
    kernels::HeadRules rules_;
    kernels::TokenGroups queries_, keys_;
    at::Tensor scratch_;  // [3, N * head_dim]
    double overhead_seconds_ = 0.0;
};

}  // namespace

std::unique_ptr<RunAttention> make_ripple_attention(const RippleSettings& settings, int layers, int heads,
                                                    kernels::TokenGrid grid, int /*head_dim*/) {
    return std::make_unique<RippleAttention>(settings, layers, heads, grid);
}

}  // namespace timeripple::engine
