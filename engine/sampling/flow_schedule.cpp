#include "engine/sampling/flow_schedule.h"

#include "engine/base/text.h"
#include "engine/core/json_config.h"

#include <cmath>
#include <initializer_list>

namespace timeripple::engine {
namespace {

void refuse_if_set(const JsonConfig& config, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (config.boolean(name, false)) {
            config.unsupported(name, "is set, which is not supported.");
        }
    }
}

// numpy's linspace in double: every operation rounds on its own.
std::vector<double> linspace(double start, double stop, int count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    const int intervals = count - 1;
    const double step = intervals > 0 ? (stop - start) / intervals : stop - start;
    for (int i = 0; i < count; ++i) {
        const double offset = i * step;
        values[static_cast<std::size_t>(i)] = offset + start;
    }
    if (count > 1) {
        values.back() = stop;
    }
    return values;
}

// Noise levels are moved towards 1: more of the steps work on coarse structure.
template <typename Real>
Real shifted(Real sigma, double shift) {
    const Real scaled = static_cast<Real>(shift) * sigma;
    const Real divisor = 1 + static_cast<Real>(shift - 1) * sigma;
    return scaled / divisor;
}

void stretch_to_terminal(std::vector<double>& sigmas, double terminal) {
    const double scale = (1 - sigmas.back()) / (1 - terminal);
    for (double& sigma : sigmas) {
        sigma = 1 - (1 - sigma) / scale;
    }
}

double as_float(double value) {
    return static_cast<double>(static_cast<float>(value));
}

}  // namespace

SchedulerConfig read_scheduler_config(SchedulerKind kind, const std::string& text) {
    SchedulerConfig config;
    if (text.empty()) {
        return config;
    }
    const JsonConfig json(text, "scheduler_config.json");
    const std::string name = json.string("_class_name", "");
    const bool unipc = name == "UniPCMultistepScheduler";
    if (!unipc && name != "FlowMatchEulerDiscreteScheduler") {
        json.unsupported("_class_name",
                         "is '" + detail::for_sentence(name, 60) +
                             "'; UniPCMultistepScheduler and FlowMatchEulerDiscreteScheduler are supported.");
    }
    refuse_if_set(json, {"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_dynamic_shifting"});
    config.train_timesteps = static_cast<int>(json.integer("num_train_timesteps", 1000, 1, 1'000'000));
    config.shift = json.number(unipc ? "flow_shift" : "shift", 1.0, 1e-6, 1e6);
    config.shift_terminal = json.number("shift_terminal", 0.0, 0.0, 0.999);
    if (unipc) {
        // A UniPC folder must be a flow model whichever sampler runs it.
        if (json.string("prediction_type", "epsilon") != "flow_prediction" || !json.boolean("use_flow_sigmas", false)) {
            json.unsupported("prediction_type",
                             "is not that of a flow-matching model (it must be flow_prediction, and "
                             "use_flow_sigmas true).");
        }
    } else {
        refuse_if_set(json, {"invert_sigmas", "stochastic_sampling"});
    }
    if (unipc && kind == SchedulerKind::UniPC) {
        refuse_if_set(json, {"thresholding"});
        if (!json.boolean("predict_x0", true) || !json.is_null("solver_p")) {
            json.unsupported("predict_x0", "is false or solver_p is set; these UniPC variants are not supported.");
        }
        config.solver_order = static_cast<int>(json.integer("solver_order", 2, 1, 3));
        // diffusers turns other solvers' names into bh2.
        config.bh2 = json.string("solver_type", "bh2") != "bh1";
        config.lower_order_final = json.boolean("lower_order_final", true);
        for (const std::int64_t step : json.integers("disable_corrector", {}, -1'000'000, 1'000'000)) {
            config.disable_corrector.push_back(static_cast<int>(step));
        }
        config.final_sigma_zero = json.string("final_sigmas_type", "zero") == "zero";
    }
    return config;
}

FlowSchedule make_flow_schedule(SchedulerKind kind, const SchedulerConfig& config, int steps) {
    FlowSchedule schedule;
    const double train = config.train_timesteps;
    std::vector<double> sigmas;
    if (kind == SchedulerKind::UniPC) {
        sigmas = linspace(1.0, 1.0 / train, steps + 1);
        sigmas.pop_back();
    } else {
        // The bounds are shifted once in float32 when the scheduler is made, and again in double below.
        const double largest = shifted<float>(1.0f, config.shift);
        const double smallest = shifted<float>(1.0f / static_cast<float>(train), config.shift);
        sigmas = linspace(largest * train, smallest * train, steps);
        for (double& sigma : sigmas) {
            sigma /= train;
        }
    }
    for (double& sigma : sigmas) {
        sigma = shifted<double>(sigma, config.shift);
    }
    if (config.shift_terminal != 0.0) {
        stretch_to_terminal(sigmas, config.shift_terminal);
    }
    if (kind == SchedulerKind::UniPC) {
        constexpr double kBelowOne = 1e-6;  // sigma 1 would give lambda = -infinity
        if (std::fabs(sigmas[0] - 1) < kBelowOne) {
            sigmas[0] -= kBelowOne;
        }
        for (const double sigma : sigmas) {
            schedule.timesteps.push_back(std::trunc(sigma * train));
            schedule.sigmas.push_back(as_float(sigma));
        }
    } else {
        for (const double sigma : sigmas) {
            schedule.sigmas.push_back(as_float(sigma));
            schedule.timesteps.push_back(static_cast<float>(sigma) * static_cast<float>(train));
        }
    }
    schedule.sigmas.push_back(config.final_sigma_zero ? 0.0 : schedule.sigmas.back());
    return schedule;
}

}  // namespace timeripple::engine
