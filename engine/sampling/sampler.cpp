#include "engine/sampling/sampler.h"

#include "engine/core/device.h"
#include "engine/sampling/flow_schedule.h"
#include "engine/weights/weight_source.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace timeripple::engine {
namespace {

// Scalars are 0-dimensional float32 tensors, as in diffusers: they take the type of the tensor they meet (so sigma *
// velocity stays bf16), and LibTorch's own log and expm1 give the same bits as there.
at::Tensor scalar(double value) {
    return at::scalar_tensor(value, at::TensorOptions().dtype(at::kFloat));
}

class FlowSampler : public Sampler {
  public:
    explicit FlowSampler(FlowSchedule schedule) : schedule_(std::move(schedule)) {}

    const std::vector<double>& sigmas() const override { return schedule_.sigmas; }
    double timestep(int step) const override { return schedule_.timesteps.at(static_cast<std::size_t>(step)); }
    at::Tensor denoised(const at::Tensor& velocity, const at::Tensor& sample, int step) const override {
        return sample - sigma(step) * velocity;
    }

  protected:
    int steps() const { return static_cast<int>(schedule_.timesteps.size()); }
    SamplerState place() const {
        SamplerState state;
        state.next_step = next_step_;
        return state;
    }
    void go_to(const SamplerState& state) { next_step_ = state.next_step; }
    at::Tensor sigma(int index) const { return scalar(schedule_.sigmas.at(static_cast<std::size_t>(index))); }
    void expect(int step) {
        if (step != next_step_ || step >= steps()) {
            throw EngineFailure({ErrorCode::Internal,
                                 "The sampler was asked for step " + std::to_string(step) + " instead of " +
                                     std::to_string(next_step_) + ". Please report this.",
                                 {}});
        }
        ++next_step_;
    }

  private:
    FlowSchedule schedule_;
    int next_step_ = 0;
};

class FlowMatchEulerSampler : public FlowSampler {
  public:
    using FlowSampler::FlowSampler;

    at::Tensor step(const at::Tensor& velocity, const at::Tensor& sample, int step) override {
        expect(step);
        const at::Tensor change = sigma(step + 1) - sigma(step);
        // diffusers returns the velocity's type: with a bf16 model the sample is rounded to bf16 in every step.
        return (sample.to(at::kFloat) + change * velocity).to(velocity.scalar_type()).to(sample.scalar_type());
    }
    SamplerState state() const override { return place(); }
    void restore(const SamplerState& state) override { go_to(state); }
};

// UniPC (Zhao, Bai, Rao, Zhou, Lu: "UniPC: A unified predictor-corrector framework", 2023) in the B(h) form that
// predicts x0, with alpha = 1 - sigma. lambda = log alpha - log sigma. The predictor extrapolates over the last `order`
// x0 estimates, the corrector repeats the step with the new estimate added.
class UniPCSampler : public FlowSampler {
  public:
    UniPCSampler(FlowSchedule schedule, SchedulerConfig config)
        : FlowSampler(std::move(schedule)), config_(std::move(config)) {}

    at::Tensor step(const at::Tensor& velocity, const at::Tensor& sample, int step) override {
        expect(step);
        const at::Tensor estimate = denoised(velocity, sample, step);
        at::Tensor current = sample;
        const auto& off = config_.disable_corrector;
        if (step > 0 && std::find(off.begin(), off.end(), step - 1) == off.end()) {
            current = correct(estimate, step);
        }
        for (std::size_t i = estimates_.size() - 1; i > 0; --i) {
            estimates_[i] = estimates_[i - 1];
        }
        estimates_[0] = estimate;
        const int wanted =
            config_.lower_order_final ? std::min(config_.solver_order, steps() - step) : config_.solver_order;
        order_ = std::min(wanted, step + 1);
        last_sample_ = current;
        return predict(current, step);
    }
    SamplerState state() const override {
        SamplerState state = place();
        state.order = order_;
        state.estimates.assign(estimates_.begin(), estimates_.end());
        state.last_sample = last_sample_;
        return state;
    }
    void restore(const SamplerState& state) override {
        go_to(state);
        order_ = state.order;
        for (std::size_t i = 0; i < estimates_.size(); ++i)
            estimates_[i] = i < state.estimates.size() ? state.estimates[i] : at::Tensor();
        last_sample_ = state.last_sample;
    }

  private:
    // What one update from sigma index `from` to `to` needs, all 0-dimensional but `ratios` and `right`.
    struct Update {
        at::Tensor alpha_t, sigma_t, sigma_s, h_phi_1, b_h;
        at::Tensor ratios;               // [order]: (lambda_i - lambda_from) / h for older estimates, then 1
        at::Tensor matrix;               // [order, order]
        at::Tensor right;                // [order]
        std::vector<at::Tensor> slopes;  // [order - 1] of the sample's shape
    };

    at::Tensor lambda(const at::Tensor& level) const { return at::log(1 - level) - at::log(level); }

    Update prepare(int from, int to, int order) const {
        Update update;
        update.sigma_t = sigma(to);
        update.sigma_s = sigma(from);
        update.alpha_t = 1 - update.sigma_t;
        const at::Tensor lambda_s = lambda(update.sigma_s);
        const at::Tensor h = lambda(update.sigma_t) - lambda_s;
        std::vector<at::Tensor> ratios;
        for (int i = 1; i < order; ++i) {
            ratios.push_back((lambda(sigma(from - i)) - lambda_s) / h);
            update.slopes.push_back((estimates_[static_cast<std::size_t>(i)] - estimates_[0]) / ratios.back());
        }
        ratios.push_back(scalar(1.0));
        update.ratios = at::stack(ratios);

        const at::Tensor negative_h = -h;
        update.h_phi_1 = at::expm1(negative_h);
        update.b_h = config_.bh2 ? at::expm1(negative_h) : negative_h;
        std::vector<at::Tensor> rows, right;
        at::Tensor h_phi_k = update.h_phi_1 / negative_h - 1;
        std::int64_t factorial = 1;
        for (int i = 1; i <= order; ++i) {
            rows.push_back(at::pow(update.ratios, i - 1));
            right.push_back(h_phi_k * factorial / update.b_h);
            factorial *= i + 1;
            h_phi_k = h_phi_k / negative_h - 1.0 / static_cast<double>(factorial);
        }
        update.matrix = at::stack(rows);
        update.right = at::stack(right);
        return update;
    }

    static at::Tensor weighted_sum(const at::Tensor& weights, const std::vector<at::Tensor>& slopes) {
        return at::einsum("k,bkc...->bc...", {weights, at::stack(slopes, 1)});
    }

    // Weights of the host, of the sample's type and on its device.
    static at::Tensor like(const at::Tensor& sample, const at::Tensor& weights) {
        return upload(weights.to(sample.scalar_type()), sample.device());
    }

    at::Tensor predict(const at::Tensor& sample, int step) const {
        const Update update = prepare(step, step + 1, order_);
        at::Tensor next = update.sigma_t / update.sigma_s * sample - update.alpha_t * update.h_phi_1 * estimates_[0];
        if (order_ > 1) {
            const at::Tensor weights =
                order_ == 2 ? at::full({1}, 0.5, sample.options())
                            : like(sample, at::linalg_solve(update.matrix.narrow(0, 0, order_ - 1).narrow(1, 0, order_ - 1),
                                                            update.right.narrow(0, 0, order_ - 1)));
            next = next - update.alpha_t * update.b_h * weighted_sum(weights, update.slopes);
        }
        return next.to(sample.scalar_type());
    }

    at::Tensor correct(const at::Tensor& estimate, int step) const {
        const Update update = prepare(step - 1, step, order_);
        const at::Tensor weights = order_ == 1
                                       ? at::full({1}, 0.5, last_sample_.options())
                                       : like(last_sample_, at::linalg_solve(update.matrix, update.right));
        const at::Tensor base =
            update.sigma_t / update.sigma_s * last_sample_ - update.alpha_t * update.h_phi_1 * estimates_[0];
        at::Tensor change = weights.select(0, order_ - 1) * (estimate - estimates_[0]);
        if (order_ > 1) {
            change = weighted_sum(weights.narrow(0, 0, order_ - 1), update.slopes) + change;
        }
        return (base - update.alpha_t * update.b_h * change).to(last_sample_.scalar_type());
    }

    SchedulerConfig config_;
    std::array<at::Tensor, 3> estimates_;  // of x0, newest first
    at::Tensor last_sample_;               // from which the last predictor started
    int order_ = 0;                        // of the last predictor
};

}  // namespace

std::unique_ptr<Sampler> make_sampler(SchedulerKind kind, double flow_shift, int steps,
                                      const std::string& scheduler_config) {
    if (steps < 1 || steps > 10'000) {
        throw EngineFailure({ErrorCode::BadRequest,
                             "The number of steps is " + std::to_string(steps) + "; choose between 1 and 10000.",
                             {}});
    }
    if (!(flow_shift > 0.0) || !std::isfinite(flow_shift)) {
        throw EngineFailure({ErrorCode::BadRequest, "The flow shift must be a number above 0, for example 3.", {}});
    }
    SchedulerConfig config = read_scheduler_config(kind, scheduler_config);
    config.shift = flow_shift;
    FlowSchedule schedule = make_flow_schedule(kind, config, steps);
    if (kind == SchedulerKind::FlowMatchEuler) {
        return std::make_unique<FlowMatchEulerSampler>(std::move(schedule));
    }
    return std::make_unique<UniPCSampler>(std::move(schedule), std::move(config));
}

}  // namespace timeripple::engine
