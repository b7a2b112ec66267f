#pragma once
// What a run tells while it works: a bar with the time to go on a terminal, one line a step in a pipe, JSON lines with
// --json.

#include "engine/api/generation_observer.h"

#include <memory>
#include <string>

namespace timeripple::cli {

class ProgressReport : public engine::GenerationObserver {
  public:
    // Files that are written after the run: `what` is "clip.mp4".
    virtual void on_writing(const std::string& /*what*/, int /*done*/, int /*total*/) {}
    // Names the run that begins, where there are several ("dense").
    virtual void on_run(const std::string& /*name*/) {}
    void on_checkpoint(int /*step*/, const std::string& path) override { last_checkpoint_ = path; }
    // Of this run; empty where there is none.
    const std::string& last_checkpoint() const { return last_checkpoint_; }
    // Ends a bar; the next output begins on a line of its own.
    virtual void finish() {}

  private:
    std::string last_checkpoint_;
};

std::unique_ptr<ProgressReport> make_progress(bool as_json);

// "85 ms", "1.3 s", "42 s", "3:05 min", "1:02:03 h".
std::string duration_text(double seconds);

// One JSON object a line on standard output, flushed. False once nobody reads any more.
bool print_line(const std::string& text);

}  // namespace timeripple::cli
