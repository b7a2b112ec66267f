#include "engine/pipeline/run_steering.h"

#include "engine/core/stop.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace timeripple::engine {

namespace fs = std::filesystem;

RunSteering::RunSteering(const RunOptions& options, Clip& clip, GenerationObserver& observer, std::stop_token stop,
                         Hooks hooks)
    : options_(options),
      clip_(clip),
      observer_(observer),
      stop_(std::move(stop)),
      hooks_(std::move(hooks)) {
    // The checkpoint that the run goes on from is one of its own: it goes when newer ones stand.
    std::error_code error;
    if (!options_.resume_from.empty() && !options_.fork && !options_.checkpoint_folder.empty() &&
        fs::equivalent(fs::path(options_.resume_from).parent_path(), options_.checkpoint_folder, error)) {
        written_.push_back(options_.resume_from);
    }
}

void RunSteering::between_steps(RunState& state) {
    const bool last = state.step >= clip_.request.steps;
    if (options_.control) {
        RunControl& control = *options_.control;
        bool stands = false;
        for (;;) {
            RunControl::Wishes wishes = control.take();
            if (wishes.any()) {
                hooks_.settle();
            }
            serve(std::move(wishes), state);
            if (last || !control.paused() || stop_.stop_requested()) {
                break;
            }
            if (!std::exchange(stands, true)) {
                hooks_.settle();
                hooks_.halt(true);
                observer_.on_paused(state.step, true);
            }
            control.wait(stop_);
        }
        if (stands) {
            throw_if_stopped(stop_);
            hooks_.halt(false);
            observer_.on_paused(state.step, false);
        }
    }
    for (const AttentionChange& change : clip_.request.attention_changes) {
        if (change.from_step == state.step + 1) {
            hooks_.settle();  // which lets go what the old attention carries
            state.attention = hooks_.make_attention(change);
            observer_.on_attention_changed(change);
        }
    }
}

void RunSteering::serve(RunControl::Wishes wishes, RunState& state) {
    if (wishes.attention && state.step < clip_.request.steps) {
        wishes.attention->from_step = state.step + 1;
        plan(std::move(*wishes.attention));
    }
    for (const std::string& path : wishes.checkpoints) {
        if (state.step == 0) {
            observer_.on_notice("There is nothing to save before the first step. Save a checkpoint a little later.");
        } else if (const Status status = save(checkpoint_of(state), path); status) {
            observer_.on_checkpoint(state.step, path);
        } else {
            observer_.on_notice("The checkpoint was not saved. " + status.error().message);
        }
    }
    if (wishes.frame) {
        show_frame(state, *wishes.frame);
    }
}

void RunSteering::plan(AttentionChange change) {
    if (const Status status = hooks_.check_attention(change); !status) {
        observer_.on_notice("The attention was not changed. " + status.error().message);
        return;
    }
    // What was planned for later would undo what is asked for now.
    auto& changes = clip_.request.attention_changes;
    std::erase_if(changes, [&](const AttentionChange& other) { return other.from_step >= change.from_step; });
    changes.push_back(std::move(change));
    hooks_.replan();
}

RunCheckpoint RunSteering::checkpoint_of(const RunState& state) const {
    RunCheckpoint checkpoint;
    checkpoint.info.step = state.step;
    checkpoint.latents = state.latents;
    checkpoint.sampler = state.sampler->state();
    checkpoint.attention = state.attention->carried_state();
    return checkpoint;
}

Status RunSteering::save(RunCheckpoint checkpoint, const std::string& path) const {
    checkpoint.info = {path, checkpoint.info.step, clip_.request, clip_.provenance};
    checkpoint.steps = clip_.steps;
    return save_checkpoint(checkpoint);
}

std::optional<RunCheckpoint> RunSteering::due_checkpoint(const RunState& state) const {
    // What does not fit is made anew by the backend after a later step.
    if (options_.checkpoint_folder.empty() || !fits_a_checkpoint(state.attention->carried_state())) {
        return std::nullopt;
    }
    return checkpoint_of(state);
}

void RunSteering::save_after_step(RunCheckpoint checkpoint) {
    const int step = checkpoint.info.step;
    const std::string path = (fs::path(options_.checkpoint_folder) / checkpoint_file_name(step)).string();
    if (const Status status = save(std::move(checkpoint), path); !status) {
        if (!std::exchange(told_failure_, true)) {  // a full disk must not end hours of work
            observer_.on_notice("Checkpoints cannot be written; the run goes on without. " + status.error().message);
        }
        return;
    }
    written_.push_back(path);
    observer_.on_checkpoint(step, path);
    while (options_.checkpoints_kept > 0 && int(written_.size()) > options_.checkpoints_kept) {
        std::error_code error;
        fs::remove(written_.front(), error);
        written_.erase(written_.begin());
    }
}

void RunSteering::show_frame(const RunState& state, int frame) {
    if (!state.estimate.defined()) {
        observer_.on_notice("There is no frame to decode before a step has ended.");
        return;
    }
    const int wanted = std::clamp(frame, 0, clip_.request.frames - 1);
    const auto frames = hooks_.decode(state.estimate, wanted);
    if (frames) {
        observer_.on_decoded_frame(state.step, wanted, *frames);
    } else {
        observer_.on_notice("The frame was not decoded. " + frames.error().message);
    }
}

}  // namespace timeripple::engine
