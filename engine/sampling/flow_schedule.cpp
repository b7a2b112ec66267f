#include "engine/sampling/flow_schedule.h"

#include "engine/weights/weight_source.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace timeripple::engine {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& problem) {
    throw EngineFailure(
        {ErrorCode::WrongModel,
         "scheduler_config.json " + problem +
             ". This engine runs flow-matching models with UniPC or FlowMatchEuler; choose such a model.",
         {}});
}

// A field that may be missing or null. Wrong types are refused, naming the field.
template <typename T>
T field(const json& config, const char* name, T fallback) {
    const auto found = config.find(name);
    if (found == config.end() || found->is_null()) {
        return fallback;
    }
    try {
        return found->get<T>();
    } catch (const json::exception&) {
        refuse(std::string("has a setting '") + name + "' of the wrong type");
    }
}

void refuse_if_set(const json& config, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (field(config, name, false)) {
            refuse(std::string("asks for ") + name + ", which is not supported");
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
    const json parsed = json::parse(text, nullptr, false);
    if (!parsed.is_object()) {
        refuse("is not valid JSON");
    }
    const std::string name = field<std::string>(parsed, "_class_name", "");
    const bool unipc = name == "UniPCMultistepScheduler";
    if (!unipc && name != "FlowMatchEulerDiscreteScheduler") {
        refuse("names the scheduler '" + name + "'");
    }
    refuse_if_set(parsed, {"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_dynamic_shifting"});
    config.train_timesteps = field(parsed, "num_train_timesteps", 1000);
    config.shift = field(parsed, unipc ? "flow_shift" : "shift", 1.0);
    config.shift_terminal = field(parsed, "shift_terminal", 0.0);
    if (config.train_timesteps < 1 || config.train_timesteps > 1'000'000) {
        refuse("has num_train_timesteps " + std::to_string(config.train_timesteps));
    }
    if (!(config.shift_terminal >= 0.0 && config.shift_terminal < 1.0)) {
        refuse("has a shift_terminal outside 0 to 1");
    }
    if (unipc) {
        // A UniPC folder must be a flow model whichever sampler runs it.
        if (field<std::string>(parsed, "prediction_type", "epsilon") != "flow_prediction" ||
            !field(parsed, "use_flow_sigmas", false)) {
            refuse("is not of a flow-matching model (prediction_type must be flow_prediction, use_flow_sigmas true)");
        }
    } else {
        refuse_if_set(parsed, {"invert_sigmas", "stochastic_sampling"});
    }
    if (unipc && kind == SchedulerKind::UniPC) {
        refuse_if_set(parsed, {"thresholding"});
        if (!field(parsed, "predict_x0", true) || (parsed.contains("solver_p") && !parsed["solver_p"].is_null())) {
            refuse("asks for a UniPC variant (predict_x0 false or solver_p) that is not supported");
        }
        config.solver_order = field(parsed, "solver_order", 2);
        if (config.solver_order < 1 || config.solver_order > 3) {
            refuse("has solver_order " + std::to_string(config.solver_order) + "; 1, 2 and 3 are supported");
        }
        // diffusers turns other solvers' names into bh2.
        config.bh2 = field<std::string>(parsed, "solver_type", "bh2") != "bh1";
        config.lower_order_final = field(parsed, "lower_order_final", true);
        config.disable_corrector = field(parsed, "disable_corrector", std::vector<int>{});
        config.final_sigma_zero = field<std::string>(parsed, "final_sigmas_type", "zero") == "zero";
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
