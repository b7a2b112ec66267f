#pragma once
// What happens between two steps: changes of attention, pauses, checkpoints, a look at a frame. Engine thread only.

#include "engine/api/clip.h"
#include "engine/api/generation_observer.h"
#include "engine/api/run_control.h"
#include "engine/attention/delta_sampler.h"
#include "engine/pipeline/run_checkpoint.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace timeripple::engine {

// A run between two steps.
struct RunState {
    int step = 0;  // finished
    at::Tensor latents;
    at::Tensor estimate;  // denoised, of the last step; undefined before the first of this session
    std::unique_ptr<Sampler> sampler;
    std::unique_ptr<RunAttention> attention;
    std::unique_ptr<DeltaSampler> deltas;
};

class RunSteering {
  public:
    // What the run does for the steering.
    struct Hooks {
        // Whether the change can be made: what it carries may not fit the memory.
        std::function<Status(const AttentionChange&)> check_attention;
        std::function<std::unique_ptr<RunAttention>(const AttentionChange&)> make_attention;
        // The request's changes are others now.
        std::function<void()> replan;
        std::function<Result<FrameSequencePtr>(const at::Tensor& estimate, int frame)> decode;
        std::function<void(bool paused)> halt;
        // Tells of the steps that are still under way on a GPU.
        std::function<void()> settle;
    };
    // `clip` and its request are the run's; changes are written into them.
    RunSteering(const RunOptions& options, Clip& clip, GenerationObserver& observer, std::stop_token stop, Hooks hooks);

    // Before each step and after the last. Throws EngineFailure(Cancelled) where stop was requested while paused.
    void between_steps(RunState& state);

    // What a checkpoint after this step needs, statistics apart; nothing where none is due. Then, when the step has been
    // told and its statistics are in the clip: writes it.
    std::optional<RunCheckpoint> due_checkpoint(const RunState& state) const;
    void save_after_step(RunCheckpoint checkpoint);

  private:
    void serve(RunControl::Wishes wishes, RunState& state);
    void plan(AttentionChange change);
    RunCheckpoint checkpoint_of(const RunState& state) const;
    Status save(RunCheckpoint checkpoint, const std::string& path) const;
    void show_frame(const RunState& state, int frame);

    RunOptions options_;
    Clip& clip_;
    GenerationObserver& observer_;
    std::stop_token stop_;
    Hooks hooks_;
    std::vector<std::string> written_;  // by this run, oldest first
    bool told_failure_ = false;
};

}  // namespace timeripple::engine
