#pragma once
// The forms that a calibration tries, each with one strength: a threshold, or the number of steps between refreshes.

#include "engine/api/ripple_settings.h"

#include <functional>
#include <string>
#include <vector>

namespace timeripple::engine::detail {

struct Form {
    std::string name;
    std::function<RippleSettings(double strength)> at;
    std::vector<double> coarse;  // strengths of the first look, from careful to bold
    bool whole = false;          // strengths are whole numbers
    double least = 0.01, most = 2.0;

    std::string label(double strength) const;
};

// The paper's schedule (steps 10 and 20 of 50, thresholds rising 2.5-fold there, 2-fold here) at any number of steps.
ThresholdSchedule scaled_schedule(double theta_max, int steps);

// A threshold that every pair passes: each 2x2x2 cell is one group.
inline constexpr double kEveryCell = 100.0;

RippleSettings value_aware_tokens(double theta, int steps);
RippleSettings plain_tokens(double theta, int steps);
RippleSettings residual_cells(int refresh, int steps);
void add_near_field(RippleSettings& settings, int time, int y, int x);

// All forms for a run of so many steps.
std::vector<Form> calibration_forms(int steps);

}  // namespace timeripple::engine::detail
