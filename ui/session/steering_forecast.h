#pragma once
// What other attention would give for the rest of a run, from what it measured so far. All of it is estimated: texts say "would".

#include <QString>
#include <vector>

#include "engine/api/presets.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

struct SteeringForecast {
    std::optional<double> savings;       // attention savings, mean over the steps to come
    std::optional<double> seconds;       // of the steps to come
    std::optional<double> now_seconds;   // of the same steps if nothing is changed
    std::optional<double> db;            // against the dense twin, from measured presets of the same form
};

// From the next step on. Nothing is known before the first step and after the last.
SteeringForecast forecastOf(const RunRecord& run, engine::AttentionMode mode, const engine::RippleSettings& settings,
                            const std::vector<engine::RipplePreset>& presets);

// PSNR between measured presets that differ in nothing but their thresholds, a straight line over theta_max; nothing outside of
// what was measured.
std::optional<double> measuredLoss(const engine::RippleSettings& settings, const std::vector<engine::RipplePreset>& presets);

// "would save 71 %, 0:12 sooner" and "about 33 dB"; empty where nothing is known.
QString savingText(const SteeringForecast& forecast);
QString lossText(const SteeringForecast& forecast);

}  // namespace timeripple::ui
