#pragma once
// Times of a run by phase, and an estimate of what is left, from measured units only. Dense and ripple steps are kept
// apart: one says nothing about the other.

#include "engine/api/clip.h"
#include "engine/api/generation_observer.h"

#include <chrono>
#include <vector>

namespace timeripple::engine {

class RunClock {
  public:
    // dense_steps[i]: step i runs dense. decode_seconds: what decoding is expected to take from earlier runs, < 0: not
    // known.
    void plan(std::vector<bool> dense_steps, double decode_seconds);

    void begin(Phase phase);
    void halt() { close_phase(); }  // until the next begin(): a paused run counts for no phase
    void step_done(int step, double seconds);  // 0-based
    void end();                                // of the last phase; fills in the total

    double elapsed() const;
    const PhaseTimes& times() const { return times_; }

    // `fraction` is the done share of the phase (of the step, while denoising). < 0: not known yet.
    double remaining(int steps_done, double step_fraction) const;  // while denoising
    double remaining_decode(double fraction) const;                // while decoding

  private:
    using Clock = std::chrono::steady_clock;
    struct Mean {
        double sum = 0.0;
        int count = 0;
        double value() const { return count > 0 ? sum / count : -1.0; }
    };
    void close_phase();

    Clock::time_point run_begin_ = Clock::now(), phase_begin_ = Clock::now(), step_begin_ = Clock::now();
    bool open_ = false;
    Phase phase_ = Phase::Loading;
    PhaseTimes times_;
    std::vector<bool> dense_;
    double decode_seconds_ = -1.0;
    Mean dense_mean_, ripple_mean_;
};

}  // namespace timeripple::engine
