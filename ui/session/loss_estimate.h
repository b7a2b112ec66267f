#pragma once
// What attention reuse may cost in PSNR, between settings whose loss was measured. Pure functions over values; all of it is estimated.

#include <QString>
#include <optional>
#include <vector>

#include "engine/api/calibration.h"
#include "engine/api/presets.h"
#include "engine/api/recipe.h"

namespace timeripple::ui {

// One setting and its loss against the dense twin, mean over `clips`.
struct LossPoint {
    enum class Source { Preset, Sweep, History };
    Source source = Source::Preset;
    QString name;                // of the preset, or what the sweep called it
    quint64 clip_id = 0;         // of the history
    engine::PresetKey key;       // model, size, frames and steps
    std::string model_digest;    // of the weights; empty: not known
    engine::RippleSettings settings;
    double run_savings = 0.0;    // attention savings, mean over all steps of the run
    double psnr_db = 0.0;
    int clips = 1;
};

// Settings of one form differ in how much they merge alone: thresholds, first step, steps between refreshes. A residual over whole
// cells and one over thresholds are two forms: their losses lie on two curves (engine/README.md).
bool sameForm(const engine::RippleSettings& a, const engine::RippleSettings& b);

// Of measured presets; those that were not measured give none.
std::vector<LossPoint> lossPointsOf(const std::vector<engine::RipplePreset>& presets, const engine::PresetKey& key);
LossPoint lossPointOf(const engine::SettingsPoint& point, const engine::PresetKey& key);
// Of a clip whose quality was measured against `dense`; nothing where more than attention differs, or attention changed on the way.
std::optional<LossPoint> lossPointOf(quint64 clip_id, const engine::Recipe& clip, const engine::Recipe& dense);

struct LossEstimate {
    enum class Kind {
        Unknown,     // nothing of this form was measured
        TwoForms,    // the run has steps of another form already
        None,        // nothing is reused
        About,       // between measured points
        Above,       // merges less than anything that was measured: no more loss than `db`
        Below        // merges more: at least the loss of `db`
    };
    Kind kind = Kind::Unknown;
    double db = 0.0;
    double run_savings = 0.0;
    std::vector<LossPoint> points;  // what it rests on, by savings
};

// A straight line over run savings between `points` (of one form, any order). Points that contradict each other, as single clips do,
// are averaged by their clips until more savings nowhere mean less loss.
LossEstimate estimateLoss(std::vector<LossPoint> points, double run_savings);

// Of exactly these settings, the mean of what was measured; nothing where they never were.
std::optional<LossEstimate> measuredLoss(std::vector<LossPoint> points, const engine::RippleSettings& settings);

// "about 33 dB against dense" and what it rests on, a line a point; for Unknown how to measure.
QString lossText(const LossEstimate& estimate);
QString lossBasisText(const LossEstimate& estimate);

}  // namespace timeripple::ui
