#pragma once
// One run from prompt to clip. Holds what lives for the run only; the loaded model is the store's.

#include "engine/api/clip.h"
#include "engine/api/generation_observer.h"
#include "engine/attention/run_recorder.h"
#include "engine/core/device_marks.h"
#include "engine/core/host_copies.h"
#include "engine/pipeline/model_store.h"
#include "engine/pipeline/run_clock.h"
#include "engine/pipeline/run_steering.h"
#include "engine/sampling/sampler.h"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace timeripple::engine {

// Contexts of the latest prompts, so that a second take of the same prompt needs no text encoder.
class ContextCache {
  public:
    const TextContext* find(const std::string& key) const;
    void add(const std::string& key, const TextContext& context);
    void clear() { entries_.clear(); }

  private:
    static constexpr std::size_t kEntries = 8;
    struct Entry {
        std::string key;
        TextContext context;
    };
    std::deque<Entry> entries_;
};

// Seconds that decoding took per latent pixel, by model: the estimate for the next run.
using DecodeRates = std::map<std::string, double>;

// Rules of this model: sizes, frames, positions. Throws EngineFailure(BadRequest) naming setting and nearest good
// value.
void check_against_model(const GenerationRequest& request, const ModelInfo& info, const DitConfig& dit,
                         const VaeConfig& vae);

class TextToVideo {
  public:
    // `request` is resolved: defaults filled in, model opened in the store.
    TextToVideo(ModelStore& store, ContextCache& contexts, DecodeRates& rates, GenerationRequest request,
                GenerationObserver& observer, std::stop_token stop);
    // Before denoise().
    void steer(const RunOptions& options) { options_ = options; }
    void go_on_from(RunCheckpoint checkpoint) { checkpoint_ = std::move(checkpoint); }

    // Fills the clip: everything but frames first, then the frames. After an exception from decode() the clip holds the
    // finished latents.
    void denoise(Clip& clip);
    void decode(Clip& clip);
    RunClock& clock() { return clock_; }

  private:
    // Reports within a step or while loading come at most this often.
    static constexpr double kReportSeconds = 0.03;
    struct Prompts {
        PromptContext cond, uncond;
    };
    TextContext context_of(const std::string& prompt);
    at::Tensor initial_latents() const;
    std::vector<std::int64_t> latent_shape() const;
    std::unique_ptr<RunAttention> make_attention(const AttentionChange& change, const kernels::TokenGrid& grid);
    Status check_carried(const AttentionChange& change) const;
    void plan_clock(const Clip& clip, double latent_voxels);
    RunState first_state(const Clip& clip, const at::Tensor& noise, const kernels::TokenGrid& grid);
    // A step whose work was launched and which is not told yet: on the CPU finished, on a GPU under way.
    struct LaunchedStep {
        LaunchedStep(int number, at::Device device) : step(number), copies(device), marks(device) {}
        int step;  // 1-based
        HostCopies copies;
        DeviceMarks marks;  // the step's beginning, the end of each block, its end
        std::size_t end = 0;
        std::unique_ptr<StepRecord> record;
        std::function<DeltaDistributionPtr()> deltas;
        at::Tensor estimate, finite;  // on the host
        std::optional<RunCheckpoint> checkpoint;
    };
    // What telling of a step needs.
    struct Teller {
        Clip& clip;
        const LatentPreview& preview;
        RunSteering& steering;
    };
    // Tells of earlier steps that arrive meanwhile.
    void launch_step(RunState& state, DitModel& model, const Prompts& prompts, const Teller& teller);
    // Waits for the steps launched first and tells of them, until only so many are left.
    void tell_all_but(std::size_t late, const Teller& teller);
    void tell_first(const Teller& teller);
    Result<FrameSequencePtr> decode_frame(const at::Tensor& estimate, int frame);
    at::Tensor velocity(DitModel& model, const at::Tensor& latents, double timestep, const Prompts& prompts,
                        AttentionBackend& attention, int step, const DitModel::OnBlock& on_block);
    void report(Phase phase, int done, int total, double remaining);
    void report_within_step();
    ModelStore::OnLoading loading();

    ModelStore& store_;
    ContextCache& contexts_;
    DecodeRates& rates_;
    GenerationRequest request_;
    GenerationObserver& observer_;
    std::stop_token stop_;
    RunOptions options_;
    std::optional<RunCheckpoint> checkpoint_;
    std::deque<LaunchedStep> launched_;
    MemoryEstimate memory_;
    RunClock clock_;
    double last_report_ = -1.0;
};

// Of latents [1, C, T, H, W].
inline double voxels(at::IntArrayRef shape) {
    return double(shape[2]) * double(shape[3]) * double(shape[4]);
}

// fp32 latents of a file or run as plain numbers, and back.
LatentTensorPtr plain_latents(const at::Tensor& latents);
at::Tensor latents_tensor(const LatentTensor& latents);

}  // namespace timeripple::engine
