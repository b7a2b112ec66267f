#pragma once
// Measures Delta on a sample of the tokens while attention runs, in dense steps too: a decorator around any backend, on
// any device. Engine thread only.

#include "engine/api/delta_distribution.h"
#include "engine/attention/attention_backend.h"
#include "engine/core/host_copies.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace timeripple::engine {

class DeltaSampler final : public AttentionBackend {
  public:
    // Tokens of a layer, split between the passes: 12 layers of 4 heads give 3,072 for each side and step.
    static constexpr int kSamples = 64;

    DeltaSampler(int layers, int heads, kernels::TokenGrid grid, int passes);

    // The backend of the steps to come.
    void begin_step(int step, int steps, AttentionBackend& backend);
    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token stop) override;
    at::Tensor forward_raw(const RawQueryKey& raw, const at::Tensor& v, const AttentionCall& call,
                           std::stop_token stop) override;
    // Closes the step without waiting for the device; to be called once the copies have arrived. Gives null where the grid
    // has no neighbours.
    std::function<DeltaDistributionPtr()> end_step(HostCopies& copies);
    // Wall-clock of the sampling in this step.
    double seconds() const { return seconds_; }

  private:
    void sample(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call);
    DeltaDistributionPtr distribution(int step, const at::Tensor& delta) const;
    at::Tensor rows_of(const AttentionCall& call, at::Device device);

    int layers_, heads_, passes_;
    kernels::TokenGrid grid_;
    int step_ = 0, steps_ = 0;
    int samples_;                       // of one pass
    std::vector<std::int32_t> tokens_;  // [layers][passes][samples_]
    std::vector<at::Tensor> rows_,
        no_partner_;    // by layer and pass, on the device: tokens and their partners; NaN or 0
    at::Tensor delta_;  // of the step that runs: [layers, passes, 3 (q, k, v), heads, samples_, axes]
    AttentionBackend* backend_ = nullptr;
    double seconds_ = 0.0;
};

}  // namespace timeripple::engine
