#pragma once
// What other attention would give for the rest of a run, from what it measured so far. All of it is estimated: texts say "would".

#include <QString>
#include <optional>
#include <vector>

#include "ui/session/loss_estimate.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

struct SteeringForecast {
    std::optional<double> savings;       // attention savings, mean over the steps to come
    std::optional<double> seconds;       // of the steps to come
    std::optional<double> now_seconds;   // of the same steps if nothing is changed
    std::optional<LossEstimate> loss;    // of the whole run; known as soon as savings are
};

// From the next step on. Nothing is known before the first step and after the last. `points`: losses measured with this run's
// model, size, frames and steps, of any form.
SteeringForecast forecastOf(const RunRecord& run, engine::AttentionMode mode, const engine::RippleSettings& settings,
                            const std::vector<LossPoint>& points);

// "would save 71 %, 0:12 sooner"; empty where nothing is known.
QString savingText(const SteeringForecast& forecast);

}  // namespace timeripple::ui
