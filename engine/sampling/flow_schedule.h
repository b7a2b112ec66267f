#pragma once
// The sigma and timestep tables of flow-matching schedulers, bit for bit those of diffusers v0.40.0. No Torch.

#include "engine/api/generation_request.h"

#include <string>
#include <vector>

namespace timeripple::engine {

// What the samplers need to know, from the request and the folder's scheduler_config.json.
struct SchedulerConfig {
    int train_timesteps = 1000;
    double shift = 1.0;
    double shift_terminal = 0.0;         // 0: none
    bool final_sigma_zero = true;        // false: the last sigma is repeated ("sigma_min")
    int solver_order = 2;                // UniPC
    bool bh2 = true;                     // UniPC: B(h) = e^h - 1, else h
    bool lower_order_final = true;       // UniPC
    std::vector<int> disable_corrector;  // UniPC: steps after which no corrector runs
};

// `json` may be empty (all defaults). The other family's config is accepted as diffusers' from_config() accepts it.
// Throws EngineFailure (WrongModel) for what is not a flow-matching scheduler that we run, naming the setting.
SchedulerConfig read_scheduler_config(SchedulerKind kind, const std::string& json);

struct FlowSchedule {
    std::vector<double> sigmas;     // steps + 1, float32 values
    std::vector<double> timesteps;  // steps: integers for UniPC, float32 values for Euler
};
FlowSchedule make_flow_schedule(SchedulerKind kind, const SchedulerConfig& config, int steps);

}  // namespace timeripple::engine
