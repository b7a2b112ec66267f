#include "engine/base/calibration_forms.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace timeripple::engine::detail {

std::string Form::label(double strength) const {
    char text[160];
    if (whole) {
        std::snprintf(text, sizeof text, "%s, refreshed every %d steps", name.c_str(), int(strength));
    } else {
        std::snprintf(text, sizeof text, "%s, threshold %.3f", name.c_str(), strength);
    }
    return text;
}

ThresholdSchedule scaled_schedule(double theta_max, int steps) {
    ThresholdSchedule schedule;
    schedule.theta_max = theta_max;
    schedule.theta_min = 0.5 * theta_max;
    schedule.i_min = std::max(1, int(std::lround(0.2 * steps)));
    schedule.i_max = std::max(schedule.i_min, int(std::lround(0.4 * steps)));
    return schedule;
}

RippleSettings plain_tokens(double theta, int steps) {
    RippleSettings settings;
    settings.schedule = scaled_schedule(theta, steps);
    return settings;
}

// Keys bear twice the threshold of queries once their values have to agree (engine/attention/README.md).
RippleSettings value_aware_tokens(double theta, int steps) {
    RippleSettings settings = plain_tokens(theta, steps);
    settings.key_value_weight = 0.5;
    settings.key_factor = {2.0, 2.0, 2.0};
    return settings;
}

// Groups that never change make a residual that hardly changes: every cell is merged whatever its Delta.
RippleSettings residual_cells(int refresh, int steps) {
    RippleSettings settings = plain_tokens(kEveryCell, steps);
    settings.schedule.theta_min = kEveryCell;
    settings.carry = Carry::Residual;
    settings.refresh_steps = refresh;
    return settings;
}

void add_near_field(RippleSettings& settings, int time, int y, int x) {
    settings.near_field = true;
    settings.near_reach = {time, y, x};
}

std::vector<Form> calibration_forms(int steps) {
    const std::vector<double> thetas{0.1, 0.16, 0.22, 0.3};
    const std::vector<double> refreshes{3, 5, 8, 12};
    std::vector<Form> forms;
    forms.push_back({"value-aware tokens", [=](double s) { return value_aware_tokens(s, steps); }, thetas});
    forms.push_back({"value-aware tokens, time favoured",
                     [=](double s) {
                         auto settings = value_aware_tokens(s, steps);
                         settings.query_factor = {1.4, 0.9, 0.9};
                         settings.key_factor = {2.8, 1.8, 1.8};
                         return settings;
                     },
                     thetas});
    forms.push_back({"value-aware tokens, near field",
                     [=](double s) {
                         auto settings = value_aware_tokens(s, steps);
                         add_near_field(settings, 0, 1, 1);
                         return settings;
                     },
                     thetas});
    // A residual is refreshed in the first accelerated step, so it may begin earlier than thresholds would.
    for (const double begin : {0.2, 0.1}) {
        for (const bool near : {false, true}) {
            const std::string name = std::string("residual of whole cells") + (near ? " with near field" : "") +
                                     (begin < 0.2 ? " from early on" : "");
            forms.push_back({name,
                             [=](double s) {
                                 auto settings = residual_cells(int(std::lround(s)), steps);
                                 const int first = std::max(1, int(std::lround(begin * steps)));
                                 settings.schedule.i_min = settings.schedule.i_max = first;
                                 if (near) add_near_field(settings, 0, 1, 1);
                                 return settings;
                             },
                             refreshes, true, 2, double(std::clamp(steps, 2, 24))});
        }
    }
    for (auto& form : forms) {
        std::erase_if(form.coarse, [&](double s) { return s > form.most; });
        if (form.coarse.empty()) form.coarse.push_back(form.least);
    }
    return forms;
}

}  // namespace timeripple::engine::detail
