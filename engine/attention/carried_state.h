#pragma once
// What a backend carries from step to step, handed over between two steps.

#include "engine/attention/attention_backend.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

namespace timeripple::engine {

using CarriedTensors = std::array<std::vector<at::Tensor>, 2>;  // by pass and layer; undefined where there is none

struct CarriedState {
    int reuse_steps = 0;  // accelerated steps since the backend was made
    struct Entry {
        GuidancePass pass = GuidancePass::Cond;
        int layer = 0;
        at::Tensor tensor;
    };
    // Empty where the next accelerated step makes all of it anew.
    std::vector<Entry> tensors;
};

inline CarriedState state_of(const CarriedTensors& carried, int reuse_steps, int refresh_steps) {
    CarriedState state;
    state.reuse_steps = reuse_steps;
    if (reuse_steps % refresh_steps == 0) {
        return state;
    }
    for (const GuidancePass pass : {GuidancePass::Cond, GuidancePass::Uncond}) {
        const std::vector<at::Tensor>& layers = carried[static_cast<std::size_t>(pass)];
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            if (layers[layer].defined()) {
                state.tensors.push_back({pass, static_cast<int>(layer), layers[layer]});
            }
        }
    }
    return state;
}

inline void restore_carried(const CarriedState& state, CarriedTensors& carried) {
    for (const CarriedState::Entry& entry : state.tensors) {
        carried[static_cast<std::size_t>(entry.pass)].at(static_cast<std::size_t>(entry.layer)) = entry.tensor;
    }
}

}  // namespace timeripple::engine
