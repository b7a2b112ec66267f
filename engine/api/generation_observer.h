#pragma once
// What the engine tells while it works. All calls come on the engine thread, in order, and must return quickly: an
// observer that needs time hands the value on (see ui/session/preview_mailbox.h).

#include <string>

#include "engine/api/delta_distribution.h"
#include "engine/api/frame.h"
#include "engine/api/reuse_stats.h"

namespace timeripple::engine {

struct AttentionChange;
struct GenerationRequest;
struct ModelInfo;

enum class Phase { Loading, TextEncoding, Denoising, Decoding };

struct Progress {
    Phase phase = Phase::Loading;
    int done = 0;   // units of this phase: files or megabytes, prompts, steps, latent frames
    int total = 0;  // 0: not known
    double elapsed_seconds = 0.0;    // since generate() began
    double remaining_seconds = -1.0; // estimate from measured units, all phases to come; < 0: not known yet
};

class GenerationObserver {
  public:
    virtual ~GenerationObserver() = default;
    // Also called between the blocks of a step, so that a bar can move smoothly.
    virtual void on_progress(const Progress&) {}
    // The request as it will run (defaults filled in) once the model is known.
    virtual void on_started(const GenerationRequest& /*resolved*/, const ModelInfo&) {}
    // After each step: projected frames of the denoised estimate, one per latent frame, at fps / 4.
    virtual void on_preview(int /*step*/, FrameSequencePtr) {}
    virtual void on_step(const StepStats&) {}
    virtual void on_token_map(TokenMapPtr) {}
    // Once a step, dense steps included: from what this step measured.
    virtual void on_delta(DeltaDistributionPtr) {}
    // Other attention holds from change.from_step on: asked for with RunControl, planned in the request, or by a fork.
    virtual void on_attention_changed(const AttentionChange& /*change*/) {}
    // The run stands after this step (0: before the first), or goes on.
    virtual void on_paused(int /*step*/, bool /*paused*/) {}
    // A checkpoint after this step is complete on the disk.
    virtual void on_checkpoint(int /*step*/, const std::string& /*path*/) {}
    // One frame of the clip, really decoded from the denoised estimate after this step.
    virtual void on_decoded_frame(int /*step*/, int /*frame*/, FrameSequencePtr) {}
    // Something a person should know that is no error ("The prompt was cut after 512 tokens.").
    virtual void on_notice(const std::string&) {}
};

}  // namespace timeripple::engine
