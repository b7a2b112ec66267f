#pragma once
// An engine without Torch and without weights, for tests of everything that sits on the door: session, window, command
// line, loader. Deterministic: the same request gives the same frames, previews, statistics and maps. The prompt steers
// it:
//   [fail:CODE]    fails in the middle of the steps; CODE is oom, nonfinite, badfile, wrongmodel, badrequest, io,
//                  internal, or lost: every later run of this engine fails too, another one goes on from the checkpoint
//   [fail:decode]  fails with OutOfMemory in the decoder; decode_kept_latents() then works
//   [throw]        throws out of generate(), which a real engine never does: the caller must survive its own bugs
//   [slow]         each step takes 100 ms
//   [hang]         the second step ends only when stop is requested
//   [notice]       sends a notice
// It is steered as RunControl says: attention changes from the next step, pauses, checkpoints, decoded frames; it
// resumes and forks its own checkpoints. It honours `stop` between layers and while waiting. Colours follow the words
// of the prompt, places the seed.

#include "engine/api/engine.h"
#include "engine/api/model_info.h"
#include "tests/support/fake_measurements.h"

#include <atomic>
#include <memory>
#include <optional>

namespace timeripple::engine {

class FakeEngine : public Engine {
  public:
    static constexpr int kLayers = kFakeLayers;
    static constexpr int kHeads = kFakeHeads;

    std::vector<DeviceInfo> devices() override;
    using Engine::generate;
    Result<ClipPtr> generate(const GenerationRequest& request, const RunOptions& options, GenerationObserver& observer,
                             std::stop_token stop) override;
    Result<ClipPtr> decode_kept_latents(bool vae_tiling, GenerationObserver& observer, std::stop_token stop) override;
    // PSNR as the engine defines it; SSIM with one window per frame, which is enough to be told apart.
    Result<ClipQuality> measure_quality(const FrameSequence& reference, const FrameSequence& candidate) override;
    void unload() override { loaded_ = false; }

    bool loaded() const { return loaded_; }
    int runs() const { return runs_; }

  private:
    bool loaded_ = false;
    std::atomic<int> runs_ = 0;
    std::optional<Error> lost_;
    std::shared_ptr<Clip> kept_;  // everything but the frames, after a failed decode
};

// What the fake says about itself in on_started().
ModelInfo fake_model_info();

}  // namespace timeripple::engine
