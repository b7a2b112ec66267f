#include "engine/pipeline/engine.h"

#include "engine/api/log.h"
#include "engine/attention/attention_file.h"
#include "engine/core/device.h"
#include "engine/core/process_memory.h"
#include "engine/metrics/frame_quality.h"
#include "engine/pipeline/guard.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <ctime>
#include <set>

namespace timeripple::engine {
namespace {

at::ScalarType scalar_type(Precision precision) {
    return precision == Precision::BFloat16 ? at::kBFloat16 : at::kFloat;
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

// LibTorch's warnings go to the log, each once a run: of a lost device it warns again with every event that it releases.
class WarningsToLog final : public c10::WarningHandler {
  public:
    void process(const c10::Warning& warning) override {
        if (said_.insert(warning.msg()).second) {
            log_warning("torch", warning.msg());
        }
    }

  private:
    std::set<std::string> said_;
};

void require(const Status& status) {
    if (!status) {
        throw EngineFailure(status.error());
    }
}

}  // namespace

std::vector<DeviceInfo> StudioEngine::devices() {
    try {
        return list_devices();
    } catch (const std::exception& error) {
        log_error("engine", std::string("The devices could not be listed: ") + error.what());
        return {};
    }
}

template <typename Work>
Result<ClipPtr> StudioEngine::answer(Work&& work) noexcept {
    if (lost_) {
        return guarded<ClipPtr>([&]() -> Result<ClipPtr> { return *lost_; });
    }
    running_.reset();
    WarningsToLog warnings;
    const c10::WarningUtils::WarningHandlerGuard warn(&warnings);
    Result<ClipPtr> result = guarded<ClipPtr>([&]() -> Result<ClipPtr> {
        const c10::InferenceMode inference;
        return work();
    });
    if (result || result.error().code == ErrorCode::Cancelled) {
        return result;
    }
    // Outside of any catch block, so that nothing holds on to tensors any more.
    return guarded<ClipPtr>([&]() -> Result<ClipPtr> { return failure(result.error()); });
}

Error StudioEngine::failure(Error error) {
    if (!device_answers(store_.device())) {
        lost_ = Error{ErrorCode::DeviceLost,
                      "The graphics device failed and cannot be used again before a new start. Close the program and "
                      "start it again; a run that kept checkpoints goes on from its last one. If it fails again, "
                      "choose the device cpu.",
                      error.detail.substr(0, error.detail.find('\n'))};
        log_error("engine", lost_->message + " [" + lost_->detail + "]");
        unload();
        return *lost_;
    }
    if (error.code == ErrorCode::OutOfMemory) {
        unload();
        // An allocation failed on the way (our own refusals carry no technical detail): say it in numbers.
        if (!error.detail.empty() && running_) {
            return memory_ran_out(store_.info(), *running_, device_info(store_.device()).free_memory_bytes,
                                  error.detail);
        }
    }
    return error;
}

Result<ClipPtr> StudioEngine::generate(const GenerationRequest& request, const RunOptions& options,
                                       GenerationObserver& observer, std::stop_token stop) {
    return answer([&] { return run(request, options, observer, stop); });
}

Result<ClipPtr> StudioEngine::decode_kept_latents(bool vae_tiling, GenerationObserver& observer, std::stop_token stop) {
    return answer([&] { return decode_kept(vae_tiling, observer, stop); });
}

Result<ClipQuality> StudioEngine::measure_quality(const FrameSequence& reference, const FrameSequence& candidate) {
    return guarded<ClipQuality>([&] { return frame_quality(reference, candidate); });
}

Result<AttentionFileReport> StudioEngine::run_attention_file(const AttentionFileRequest& request,
                                                             std::stop_token stop) {
    return guarded<AttentionFileReport>([&] {
        const c10::InferenceMode inference;
        at::set_num_threads(request.threads > 0 ? request.threads : usable_cores());
        return timeripple::engine::run_attention_file(request, stop);
    });
}

void StudioEngine::unload() {
    store_.unload();
    contexts_.clear();
}

std::uint64_t StudioEngine::peak_memory() const {
    return store_.device().is_cpu() ? peak_process_memory() : peak_device_memory(store_.device());
}

GenerationRequest StudioEngine::resolve(const GenerationRequest& request) {
    require(validate(request));
    GenerationRequest resolved = request;
    std::string path = request.model_path;
    if (path.empty()) {
        Result<std::string> builtin = builtin_model_path();
        if (!builtin) {
            throw EngineFailure(builtin.error());
        }
        path = *builtin;
    }
    const at::Device device = choose_device(request.device);
    resolved.device = device.is_cpu() ? DeviceChoice::Cpu : DeviceChoice::Cuda;
    resolved.threads = request.threads > 0 ? request.threads : usable_cores();
    at::set_num_threads(resolved.threads);
    if (!device.is_cpu()) {
        set_device_precision(request.precision == Precision::Float32);
    }
    store_.open(path, scalar_type(request.precision), device);
    check_against_model(resolved, store_.info(), store_.dit_config(), store_.vae_config());
    return resolved;
}

Provenance StudioEngine::provenance(const GenerationRequest& resolved) const {
    Provenance provenance;
    provenance.build_id = build_id();
    provenance.model_name = store_.info().name;
    provenance.model_digest = store_.info().digest;
    provenance.device_name = device_info(store_.device()).name;
    provenance.threads = resolved.threads;
    provenance.created_utc = utc_now();
    return provenance;
}

ClipPtr StudioEngine::run(const GenerationRequest& request, const RunOptions& options, GenerationObserver& observer,
                          std::stop_token stop) {
    reset_peak_process_memory();
    GenerationRequest resolved = resolve(request);
    running_ = resolved;
    kept_.reset();
    release_device_cache(store_.device());
    reset_peak_device_memory(store_.device());
    std::optional<RunCheckpoint> checkpoint;
    if (!options.resume_from.empty()) {
        checkpoint = load_checkpoint(options.resume_from, store_.device());
        Result<GenerationRequest> continued =
            continued_request(checkpoint->info, resolved, provenance(resolved), options.fork);
        if (!continued) {
            throw EngineFailure(continued.error());
        }
        resolved = std::move(*continued);
        running_ = resolved;
    }
    require(
        check_memory(store_.info(), resolved, device_info(store_.device()).free_memory_bytes + store_.loaded_bytes()));
    observer.on_started(resolved, store_.info());

    TextToVideo job(store_, contexts_, rates_, resolved, observer, stop);
    Clip clip;
    clip.request = resolved;
    clip.provenance = provenance(resolved);
    job.steer(options);
    if (checkpoint) {
        clip.resumed_from = options.resume_from;
        clip.resumed_step = checkpoint->info.step;
        clip.forked = options.fork;
        clip.steps = checkpoint->steps;
        job.go_on_from(std::move(*checkpoint));
    }
    job.denoise(clip);
    clip.times = job.clock().times();
    kept_ = clip;
    job.decode(clip);
    kept_.reset();
    clip.times = job.clock().times();
    clip.peak_memory_bytes = peak_memory();
    return std::make_shared<const Clip>(std::move(clip));
}

ClipPtr StudioEngine::decode_kept(bool vae_tiling, GenerationObserver& observer, std::stop_token stop) {
    if (!kept_) {
        throw EngineFailure(
            {ErrorCode::BadRequest, "There are no finished latents to decode. Generate a clip first.", {}});
    }
    Clip clip = *kept_;
    clip.request.vae_tiling = vae_tiling;
    const GenerationRequest resolved = resolve(clip.request);
    running_ = resolved;
    TextToVideo job(store_, contexts_, rates_, resolved, observer, stop);
    const PhaseTimes before = clip.times;
    job.decode(clip);
    clip.times = job.clock().times();
    clip.times.load += before.load;
    clip.times.text_encoding = before.text_encoding;
    clip.times.denoising = before.denoising;
    clip.times.total = clip.times.load + before.text_encoding + before.denoising + clip.times.decoding;
    clip.peak_memory_bytes = peak_memory();
    kept_.reset();
    return std::make_shared<const Clip>(std::move(clip));
}

}  // namespace timeripple::engine
