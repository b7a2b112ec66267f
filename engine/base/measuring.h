#pragma once
// What settings give on a set of prompts, asked of a pool of runs. A search is written as a plain function that asks
// for measurements and gives up where one is not there yet; what it asked for is made, and it is run again from its
// start. So a search has no state of its own: it can be stopped, resumed, and shared by processes.

#include "engine/base/run_pool.h"

#include <functional>
#include <set>

namespace timeripple::engine::detail {

// Model, prompts and noise of a search. Clip i has prompts[i] and seed base.seed + i.
struct Clips {
    ModelInfo model;
    GenerationRequest base;
    std::vector<std::string> prompts;

    Clips at_size(int width, int height) const;
    GenerationRequest dense(int clip) const;
    WantedRun dense_run(int clip) const { return {dense(clip), std::nullopt}; }
    WantedRun ripple_run(int clip, const RippleSettings& settings) const;
};

class Measuring {
  public:
    Measuring(RunPool& pool, CalibrationObserver& observer, Clips clips)
        : pool_(pool), observer_(observer), clips_(std::move(clips)) {}

    const Clips& clips() const { return clips_; }
    int count() const { return int(clips_.prompts.size()); }

    // Of the first `count` clips; nothing while runs are missing (they are noted) or where the settings were refused.
    std::optional<RippleMeasurement> ask(const std::string& label, const RippleSettings& settings, int count);
    PresetKey key() const { return preset_key(clips_.model, clips_.base); }
    // Why ask() gave nothing although nothing is missing.
    const std::string& refusal() const { return refusal_; }

  private:
    void report(const std::string& label, const RippleSettings& settings, const RippleMeasurement& measured, int count);

    RunPool& pool_;
    CalibrationObserver& observer_;
    Clips clips_;
    std::string refusal_;
    std::set<std::string> reported_;  // points the observer knows
};

// Calls `search` until nothing is missing; between calls makes runs that it missed. `expected`: how many runs the whole
// search may need.
Status run_search(RunPool& pool, CalibrationObserver& observer, const std::function<void()>& search, int expected,
                  const std::stop_token& stop);

// The model, looked at; where `prompts` is empty three of its examples. Errors name the model.
Result<Clips> clips_of(const GenerationRequest& base, const std::vector<std::string>& prompts);

}  // namespace timeripple::engine::detail
