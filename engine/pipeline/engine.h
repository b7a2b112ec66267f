#pragma once
// The engine behind the door: one per thread, keeps the loaded model and the latents of a run whose decode failed.

#include "engine/api/engine.h"
#include "engine/pipeline/model_store.h"
#include "engine/pipeline/text_to_video.h"

#include <optional>

namespace timeripple::engine {

class StudioEngine final : public Engine {
  public:
    std::vector<DeviceInfo> devices() override;
    using Engine::generate;
    Result<ClipPtr> generate(const GenerationRequest& request, const RunOptions& options, GenerationObserver& observer,
                             std::stop_token stop) override;
    Result<ClipPtr> decode_kept_latents(bool vae_tiling, GenerationObserver& observer, std::stop_token stop) override;
    Result<ClipQuality> measure_quality(const FrameSequence& reference, const FrameSequence& candidate) override;
    Result<AttentionFileReport> run_attention_file(const AttentionFileRequest& request, std::stop_token stop) override;
    void unload() override;

  private:
    ClipPtr run(const GenerationRequest& request, const RunOptions& options, GenerationObserver& observer,
                std::stop_token stop);
    ClipPtr decode_kept(bool vae_tiling, GenerationObserver& observer, std::stop_token stop);
    // The request with every default filled in; the model is open afterwards.
    GenerationRequest resolve(const GenerationRequest& request);
    std::uint64_t peak_memory() const;
    Provenance provenance(const GenerationRequest& resolved) const;
    template <typename Work>
    Result<ClipPtr> answer(Work&& work) noexcept;
    // What a run failed with, as it is told: a device that does not answer is lost, memory is said in numbers.
    Error failure(Error error);

    ModelStore store_;
    ContextCache contexts_;
    DecodeRates rates_;
    // A sticky CUDA error: this process cannot use the device again, every later run is answered with it.
    std::optional<Error> lost_;
    // The request of the run in progress, for the sentence of a failure.
    std::optional<GenerationRequest> running_;
    // A run that reached its last step and has no frames yet.
    std::optional<Clip> kept_;
};

}  // namespace timeripple::engine
