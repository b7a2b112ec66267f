#include "engine/attention/delta_sampler.h"

#include "engine/core/device.h"
#include "kernels/api/reuse.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace timeripple::engine {
namespace {

// The same tokens in every run (splitmix64): a run's numbers can be compared with another's.
std::uint64_t hash(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

bool has_partner(const kernels::TokenGrid& grid, int token, int axis) {
    return grid.position(token, axis) % 2 == 1;
}

bool has_any_partner(const kernels::TokenGrid& grid, int token) {
    return has_partner(grid, token, 0) || has_partner(grid, token, 1) || has_partner(grid, token, 2);
}

}  // namespace

DeltaSampler::DeltaSampler(int layers, int heads, kernels::TokenGrid grid, int passes)
    : layers_(layers), heads_(heads), passes_(passes), grid_(grid), samples_(kSamples / passes) {
    if (grid.frames < 2 && grid.height < 2 && grid.width < 2) {
        samples_ = 0;
        return;
    }
    for (int index = 0; index < layers * passes * samples_; ++index) {
        // One token out of each of samples_ equal stretches of the grid.
        const int part = index % samples_;
        const std::int64_t begin = std::int64_t(grid.tokens()) * part / samples_;
        const std::int64_t size =
            std::max<std::int64_t>(1, std::int64_t(grid.tokens()) * (part + 1) / samples_ - begin);
        int token = int(begin + std::int64_t(hash(std::uint64_t(index)) % std::uint64_t(size)));
        for (std::uint64_t again = 1; !has_any_partner(grid, token); ++again) {
            token = int(hash(std::uint64_t(index) + (again << 32)) % std::uint64_t(grid.tokens()));
        }
        tokens_.push_back(token);
    }
    rows_.resize(std::size_t(layers) * passes);
    no_partner_.resize(rows_.size());
}

void DeltaSampler::begin_step(int step, int steps, AttentionBackend& backend) {
    step_ = step;
    steps_ = steps;
    backend_ = &backend;
    seconds_ = 0.0;
}

at::Tensor DeltaSampler::forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 const AttentionCall& call, std::stop_token stop) {
    sample(q, k, v, call);
    return backend_->forward(q, k, v, call, std::move(stop));
}

at::Tensor DeltaSampler::forward_raw(const RawQueryKey& raw, const at::Tensor& v, const AttentionCall& call,
                                     std::stop_token stop) {
    at::Tensor out = backend_->forward_raw(raw, v, call, std::move(stop));
    sample(as_heads(raw.query, raw.heads), as_heads(raw.key, raw.heads), v, call);  // by now normed and rotated
    return out;
}

// [4 * samples_]: the tokens, then their partners along each axis (the token itself where there is none).
at::Tensor DeltaSampler::rows_of(const AttentionCall& call, at::Device device) {
    const std::size_t place = std::size_t(call.layer) * passes_ + std::size_t(call.pass);
    if (!rows_[place].defined()) {
        const std::int32_t* tokens = tokens_.data() + place * samples_;
        const at::Tensor rows = at::empty({(1 + kAxes) * samples_}, at::kLong);
        const at::Tensor none = at::zeros({1, samples_, kAxes}, at::kFloat);
        std::int64_t* row = rows.mutable_data_ptr<std::int64_t>();
        float* missing = none.mutable_data_ptr<float>();
        for (int sample = 0; sample < samples_; ++sample) {
            row[sample] = tokens[sample];
            for (int axis = 0; axis < kAxes; ++axis) {
                const bool partner = has_partner(grid_, tokens[sample], axis);
                row[(1 + axis) * samples_ + sample] = tokens[sample] - (partner ? grid_.stride(axis) : 0);
                if (!partner) missing[sample * kAxes + axis] = std::numeric_limits<float>::quiet_NaN();
            }
        }
        rows_[place] = upload(rows, device);
        no_partner_[place] = upload(none, device);
    }
    return rows_[place];
}

void DeltaSampler::sample(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call) {
    if (samples_ == 0) {
        return;
    }
    const auto begin = std::chrono::steady_clock::now();
    const at::Tensor rows = rows_of(call, q.device());
    if (!delta_.defined()) {
        delta_ = at::empty({layers_, passes_, 3, heads_, samples_, kAxes}, q.options().dtype(at::kFloat));
    }
    const at::Tensor none = no_partner_[std::size_t(call.layer) * passes_ + std::size_t(call.pass)];
    const at::Tensor target = delta_.select(0, call.layer).select(0, static_cast<int>(call.pass));
    int side = 0;
    for (const at::Tensor* tensor : {&q, &k, &v}) {
        // Video tokens begin behind the text that comes before them.
        const at::Tensor all = tensor->narrow(2, call.text.before, grid_.tokens());
        const at::Tensor taken =
            all.index_select(2, rows).to(at::kFloat).view({heads_, 1 + kAxes, samples_, all.size(3)});
        const at::Tensor difference = taken.narrow(1, 1, kAxes) - taken.narrow(1, 0, 1);
        const at::Tensor delta = difference.square_().mean(-1).sqrt_().mul_(0.5);  // [heads, axes, samples]
        at::Tensor out = target.select(0, side++);
        at::add_out(out, delta.transpose(1, 2), none);
    }
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::function<DeltaDistributionPtr()> DeltaSampler::end_step(HostCopies& copies) {
    if (!delta_.defined()) {
        return [] { return nullptr; };
    }
    // The next step has a tensor of its own.
    return [this, step = step_, host = copies.take(std::exchange(delta_, {}))] { return distribution(step, host); };
}

DeltaDistributionPtr DeltaSampler::distribution(int step, const at::Tensor& delta) const {
    auto distribution = std::make_shared<DeltaDistribution>();
    distribution->step = step;
    distribution->steps = steps_;
    distribution->grid = {grid_.frames, grid_.height, grid_.width};
    distribution->layers = layers_;
    distribution->heads = heads_;
    distribution->samples = passes_ * samples_;
    distribution->tokens = tokens_;
    // To [layers, heads, 3, passes * samples, axes].
    const at::Tensor all = delta.permute({0, 3, 2, 1, 4, 5}).contiguous();
    const float* from = all.const_data_ptr<float>();
    const std::size_t part = std::size_t(passes_) * samples_ * kAxes;
    for (int call = 0; call < layers_ * heads_; ++call, from += 3 * part) {
        distribution->delta.insert(distribution->delta.end(), from, from + 2 * part);
        distribution->value_delta.insert(distribution->value_delta.end(), from + 2 * part, from + 3 * part);
    }
    distribution->count_samples();
    return distribution;
}

}  // namespace timeripple::engine
