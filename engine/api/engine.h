#pragma once
// The door of the engine. std types only: no Qt, no Torch.

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api/attention_file.h"
#include "engine/api/clip.h"
#include "engine/api/device_info.h"
#include "engine/api/generation_observer.h"
#include "engine/api/generation_request.h"
#include "engine/api/result.h"
#include "engine/api/run_control.h"

namespace timeripple::engine {

// One engine lives on one thread. Calls block, come one at a time, and never throw. Between calls the loaded model is kept.
class Engine {
  public:
    virtual ~Engine() = default;

    virtual std::vector<DeviceInfo> devices() = 0;

    // Runs the whole pipeline. The stop token is polled between transformer blocks and attention heads; a stopped run
    // returns Cancelled and keeps the model loaded. The same request gives the same bits whatever ran before.
    // A run that goes on from a checkpoint gives the bits of the run that wrote it; one that does not fit is refused.
    virtual Result<ClipPtr> generate(const GenerationRequest& request, const RunOptions& options,
                                     GenerationObserver& observer, std::stop_token stop) = 0;
    Result<ClipPtr> generate(const GenerationRequest& request, GenerationObserver& observer, std::stop_token stop) {
        return generate(request, {}, observer, std::move(stop));
    }

    // Finished latents outlive a failed decode: decode them again, with tiling if asked. BadRequest if there are none.
    virtual Result<ClipPtr> decode_kept_latents(bool vae_tiling, GenerationObserver& observer, std::stop_token stop) = 0;

    // PSNR and SSIM per frame. BadRequest if the sizes differ.
    virtual Result<ClipQuality> measure_quality(const FrameSequence& reference, const FrameSequence& candidate) = 0;

    // One form of reuse on tensors from a file; needs no model. An engine that has no tensors answers BadRequest.
    virtual Result<AttentionFileReport> run_attention_file(const AttentionFileRequest&, std::stop_token) {
        return Error{ErrorCode::BadRequest, "This engine does not run attention on files.", ""};
    }

    // Frees the model's memory; the next generate() loads again.
    virtual void unload() = 0;
};

// Opens libtr_engine on first use (never closed again) and makes an engine. Call it on the thread that will use the engine:
// opening takes up to seconds and must not happen on the GUI thread. Fails with EngineMissing, naming the library and the
// way out, also where its build id is another than ours. TIMERIPPLE_ENGINE may name the library file.
Result<std::unique_ptr<Engine>> open_engine();

// Version, commit and build type of this build; equal in program and engine or open_engine() refuses.
std::string build_id();
std::string version_text();  // "TimeRipple Studio 0.1.0, commit 0123456789ab, Release"

}  // namespace timeripple::engine
