#pragma once
// Steering of one running generate(): one object per run, shared by the one who steers and the engine. Threads: any.
// Everything takes effect at the next step boundary, also while the run is paused.

#include "engine/api/generation_request.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace timeripple::engine {

class RunControl {
  public:
    // The attention of all steps to come; the observer hears from which one. Refused with a sentence where the settings
    // break a rule: nothing changes then. Asked twice between two steps, the later one counts.
    Status set_attention(AttentionMode mode, const RippleSettings& settings, std::string preset_name = {});

    void pause();
    void resume();
    bool paused() const;  // asked for; the observer hears when the run really stands

    // A fork point after the step that runs; the observer hears on_checkpoint, or a notice where it cannot be written.
    void save_checkpoint(std::string path);
    // Decodes the denoised estimate around this frame (0-based, clamped to the clip); the observer hears
    // on_decoded_frame. Only the latest wish between two steps counts.
    void decode_frame(int frame);

    // Engine side. What was asked for since the last call.
    struct Wishes {
        std::optional<AttentionChange> attention;  // from_step is the engine's to fill in
        std::vector<std::string> checkpoints;
        std::optional<int> frame;
        bool any() const { return attention || frame || !checkpoints.empty(); }
    };
    Wishes take();
    // Sleeps while the run is paused and nothing is asked for: until resume(), a wish, or a stop request.
    void wait(std::stop_token stop);

  private:
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    bool paused_ = false;
    Wishes wishes_;
};

// How a run is driven. Nothing here affects the pixels, but a fork, whose clip records it.
struct RunOptions {
    std::shared_ptr<RunControl> control;  // may be null
    std::string checkpoint_folder;        // a file after each step (engine/api/checkpoint.h); empty: none
    int checkpoints_kept = 2;             // the latest so many of this run; 0: all
    std::string resume_from;              // a checkpoint; the run goes on after its step
    // The checkpoint may differ from the request in its attention: the request's holds from the next step.
    bool fork = false;
};

}  // namespace timeripple::engine
