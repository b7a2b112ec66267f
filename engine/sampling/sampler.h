#pragma once
// Scheduler (the sigma list) and sampler (the step rule) of flow-matching models: UniPC with flow sigmas and
// FlowMatchEuler, equal to UniPCMultistepScheduler and FlowMatchEulerDiscreteScheduler of diffusers v0.40.0.

#include "engine/api/generation_request.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace timeripple::engine {

// What a sampler remembers between two steps.
struct SamplerState {
    int next_step = 0;
    int order = 0;                      // UniPC: of the last predictor
    std::vector<at::Tensor> estimates;  // UniPC: of x0, newest first; undefined where there was none yet
    at::Tensor last_sample;             // UniPC: from which the last predictor started
};

class Sampler {
  public:
    virtual ~Sampler() = default;
    // steps + 1 values, the last is 0.
    virtual const std::vector<double>& sigmas() const = 0;
    // The timestep that the model is given at step i (0-based): an integer for UniPC, sigma * 1000 for Euler.
    virtual double timestep(int step) const = 0;
    // Denoised estimate of this step: sample - sigma * velocity. For previews.
    virtual at::Tensor denoised(const at::Tensor& velocity, const at::Tensor& sample, int step) const = 0;
    // Advances `sample` by one step. Steps must come in order from 0; state (earlier model outputs) is kept inside.
    virtual at::Tensor step(const at::Tensor& velocity, const at::Tensor& sample, int step) = 0;
    // Between two steps; a sampler of the same kind and steps goes on from it with the same bits.
    virtual SamplerState state() const = 0;
    virtual void restore(const SamplerState& state) = 0;
};

// `scheduler_config` is the folder's scheduler_config.json as text (solver order, final sigmas, shift are read from it
// where the request does not say otherwise). Throws EngineFailure for a scheduler that is not known.
std::unique_ptr<Sampler> make_sampler(SchedulerKind kind, double flow_shift, int steps,
                                      const std::string& scheduler_config);

// Standard normal noise [1, C, T, H, W] in fp32 on the host: Philox4x32-10 + Box-Muller (sampling/philox.h), the same
// on every machine.
at::Tensor make_noise(std::uint64_t seed, at::IntArrayRef shape);

}  // namespace timeripple::engine
