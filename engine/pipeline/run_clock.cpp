#include "engine/pipeline/run_clock.h"

#include <algorithm>

namespace timeripple::engine {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

void RunClock::plan(std::vector<bool> dense_steps, double decode_seconds) {
    dense_ = std::move(dense_steps);
    decode_seconds_ = decode_seconds;
}

void RunClock::close_phase() {
    if (!open_) {
        return;
    }
    const double seconds = seconds_since(phase_begin_);
    switch (phase_) {
        case Phase::Loading:
            times_.load += seconds;
            break;
        case Phase::TextEncoding:
            times_.text_encoding += seconds;
            break;
        case Phase::Denoising:
            times_.denoising += seconds;
            break;
        case Phase::Decoding:
            times_.decoding += seconds;
            break;
    }
    open_ = false;
}

void RunClock::begin(Phase phase) {
    close_phase();
    phase_ = phase;
    open_ = true;
    phase_begin_ = step_begin_ = Clock::now();
}

void RunClock::step_done(int step, double seconds) {
    Mean& mean = dense_[std::size_t(step)] ? dense_mean_ : ripple_mean_;
    mean.sum += seconds;
    ++mean.count;
    step_begin_ = Clock::now();
}

void RunClock::end() {
    close_phase();
    times_.total = elapsed();
}

double RunClock::elapsed() const {
    return seconds_since(run_begin_);
}

double RunClock::remaining(int steps_done, double step_fraction) const {
    // A step of a kind that has not run yet is taken to last as long as the other kind; before the first step ends, as
    // long as its finished blocks say.
    double dense = dense_mean_.value(), ripple = ripple_mean_.value();
    if (dense < 0.0 && ripple < 0.0) {
        if (step_fraction <= 0.0) {
            return -1.0;
        }
        dense = ripple = seconds_since(step_begin_) / step_fraction;
    }
    dense = dense < 0.0 ? ripple : dense;
    ripple = ripple < 0.0 ? dense : ripple;
    double left = std::max(0.0, decode_seconds_);
    for (std::size_t step = std::size_t(steps_done); step < dense_.size(); ++step) {
        const double share = int(step) == steps_done ? 1.0 - step_fraction : 1.0;
        left += share * (dense_[step] ? dense : ripple);
    }
    return left;
}

double RunClock::remaining_decode(double fraction) const {
    if (fraction <= 0.0) {
        return decode_seconds_;
    }
    return seconds_since(phase_begin_) * (1.0 - fraction) / fraction;
}

}  // namespace timeripple::engine
