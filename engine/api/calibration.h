#pragma once
// Measures settings against dense runs, and finds settings that keep a budget. Works through the Engine door alone, so
// that window and command line share it. Blocking, on the engine's thread; everything is stopped by the stop token
// within the time that Engine::generate() needs to stop.
//
// Finished runs are kept, one small file each, in a work folder: an interrupted search goes on where it was, and
// several processes that are given the same folder share the runs among themselves (a run is claimed by a file lock).
// Without a folder everything stays in memory.

#include "engine/api/engine.h"
#include "engine/api/presets.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace timeripple::engine {

// One setting and what it gave. `clip` is the accelerated clip of the first prompt and `dense` its twin; null where the
// run came from a work folder.
struct SettingsPoint {
    std::string label;  // "residual every 5 steps, near field", or what the caller gave
    RippleSettings settings;
    RippleMeasurement measured;
    ClipPtr clip;
    ClipPtr dense;
};

class CalibrationObserver {
  public:
    virtual ~CalibrationObserver() = default;
    // A setting whose runs are all done. The coarse part of a search measures one prompt only: see measured.clips.
    virtual void on_point(const SettingsPoint&) {}
    // Runs done and expected in all; a search may need fewer or a few more. Seconds < 0: not known yet.
    virtual void on_progress(int /*done*/, int /*total*/, double /*remaining_seconds*/) {}
    // The run that is being made: its place in the whole, and Engine's own progress within it.
    virtual void on_run_progress(const Progress&) {}
    virtual void on_notice(const std::string&) {}
};

// Prompts and noise of the clips: clip i has prompts[i] and seed base.seed + i. `base` gives model, size, frames,
// steps, sampling and machine; its prompt, attention and ripple settings are not used.
struct CalibrationRequest {
    GenerationRequest base;
    std::vector<std::string> prompts;  // empty: three examples of the model's companion; BadRequest where it has none
    // One of the two: least mean PSNR in dB against dense (the most saved attention within it is sought), or least
    // steady attention savings as a share (the best PSNR with it is sought).
    std::optional<double> budget_db;
    std::optional<double> savings;
    std::string preset_name = "Calibrated";
    std::string work_folder;
};

// Ranges: BadRequest names the setting and what is accepted (budget 10..90 dB, savings 0.05..0.95).
Status validate(const CalibrationRequest& request);

// Searches forms (value-aware tokens, residual, near field) and their strength, coarse on the first prompt, then fine
// on all. The preset is measured on all prompts; it is not saved: see save_preset(). BadRequest where no setting keeps
// the budget, saying what the most careful one reached.
Result<RipplePreset> calibrate(Engine& engine, const CalibrationRequest& request, CalibrationObserver& observer,
                               std::stop_token stop);

struct SweepRequest {
    GenerationRequest base;
    std::vector<std::string> prompts;  // as above
    struct Entry {
        std::string label;
        RippleSettings settings;
    };
    std::vector<Entry> entries;
    std::string work_folder;
};

// Measures every entry on every prompt, dense twins first; points in the order of the entries.
Result<std::vector<SettingsPoint>> sweep(Engine& engine, const SweepRequest& request, CalibrationObserver& observer,
                                         std::stop_token stop);

// The presets' settings measured anew with these prompts, here and now: each at the size, frames and steps of its key (what
// it leaves out is `base`'s). The same presets with new numbers. BadRequest where one is of another model.
Result<std::vector<RipplePreset>> measure_presets(Engine& engine, const std::vector<RipplePreset>& presets,
                                                  const GenerationRequest& base,
                                                  const std::vector<std::string>& prompts,
                                                  const std::string& work_folder, CalibrationObserver& observer,
                                                  std::stop_token stop);

// A small set of settings from careful to bold for a sweep of this many steps: what calibrate() would look at first.
std::vector<SweepRequest::Entry> usual_sweep(int steps);

}  // namespace timeripple::engine
