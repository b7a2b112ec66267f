#include "tests/support/fake_engine.h"

#include "engine/base/checkpoint_file.h"
#include "tests/support/fake_measurements.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace timeripple::engine {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint64_t hash_text(const std::string& text) {
    std::uint64_t h = 1469598103934665603ULL;  // FNV-1a
    for (unsigned char c : text)
        h = (h ^ c) * 1099511628211ULL;
    return h;
}

// Sleeps, but wakes at once when stop is requested.
void wait(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [] { return false; });
}

Error cancelled() {
    return {ErrorCode::Cancelled, "The run was cancelled.", ""};
}

bool has_tag(const std::string& prompt, const char* tag) {
    return prompt.find(tag) != std::string::npos;
}

std::optional<Error> wished_failure(const std::string& prompt) {
    static const struct {
        const char* tag;
        ErrorCode code;
        const char* message;
    } kFailures[] = {
        {"[fail:oom]", ErrorCode::OutOfMemory,
         "Not enough memory while denoising. Choose a smaller size or fewer frames."},
        {"[fail:nonfinite]", ErrorCode::NonFinite,
         "Step 2 gave values that are not finite. Use fp32 or dense attention."},
        {"[fail:badfile]", ErrorCode::BadFile, "model.safetensors is damaged. Copy the file again."},
        {"[fail:wrongmodel]", ErrorCode::WrongModel, "This folder holds another model. Choose a Wan2.1 folder."},
        {"[fail:badrequest]", ErrorCode::BadRequest, "The size does not suit this model. Use 128 x 128."},
        {"[fail:io]", ErrorCode::Io, "The disk is full. Free some space and try again."},
        {"[fail:lost]", ErrorCode::DeviceLost, "The device stopped answering. Start the program again."},
        {"[fail:internal]", ErrorCode::Internal, "Something went wrong inside the engine."},
    };
    for (const auto& failure : kFailures) {
        if (has_tag(prompt, failure.tag)) return Error{failure.code, failure.message, "asked for by the prompt"};
    }
    return std::nullopt;
}

// A soft disc that moves on a ground; `noise` in 0..1 hides it, `error` adds a few grey levels, as reuse would.
void paint(std::uint8_t* rgb, int width, int height, double time, std::uint64_t key, double noise, double error) {
    const std::uint32_t colours = hash32(key);
    const double radius = 0.18 * std::min(width, height);
    const double cx = width * (0.15 + 0.7 * time);
    const double cy = height * (0.35 + 0.3 * (hash32(key + 1) % 1000) / 1000.0);
    const double ground[3] = {20.0 + colours % 60, 40.0 + (colours >> 8) % 60, 60.0 + (colours >> 16) % 60};
    const double disc[3] = {255.0 - (colours >> 3) % 90, 120.0 + (colours >> 11) % 90, 20.0 + (colours >> 19) % 90};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double distance = std::hypot(x + 0.5 - cx, y + 0.5 - cy);
            const double inside = std::clamp(0.5 + (radius - distance) * 0.5, 0.0, 1.0);
            const std::uint32_t grain = hash32(key ^ (std::uint64_t(y) << 20) ^ std::uint64_t(x));
            for (int c = 0; c < 3; ++c) {
                double value = ground[c] + inside * (disc[c] - ground[c]);
                value += error * (static_cast<int>(grain >> (8 * c) & 15) - 7.5);
                value = (1 - noise) * value + noise * (grain >> (8 * c) & 255);
                *rgb++ = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
            }
        }
    }
}

// The request with the attention that holds in this step.
GenerationRequest at_step(const GenerationRequest& request, int step) {
    GenerationRequest now = request;
    const AttentionChange attention = attention_at(request, step);
    now.attention = attention.mode;
    now.ripple = attention.ripple;
    return now;
}

FrameSequencePtr make_frames(const GenerationRequest& request, int frames, int divide, double fps, double noise) {
    auto sequence = std::make_shared<FrameSequence>();
    sequence->frames = frames;
    sequence->width = std::max(1, request.width / divide);
    sequence->height = std::max(1, request.height / divide);
    sequence->fps = fps;
    sequence->rgb.resize(sequence->frame_bytes() * frames);
    const std::uint64_t key = hash_text(request.prompt) ^ (request.seed * 0x9e3779b97f4a7c15ULL);
    const GenerationRequest last = at_step(request, request.steps);
    const double error = last.attention == AttentionMode::Ripple ? last.ripple.schedule.theta_max : 0.0;
    for (int f = 0; f < frames; ++f) {
        paint(sequence->frame(f), sequence->width, sequence->height, frames > 1 ? double(f) / (frames - 1) : 0.0, key,
              noise, error);
    }
    return sequence;
}

LatentTensorPtr make_latents(const GenerationRequest& request) {
    auto latents = std::make_shared<LatentTensor>();
    latents->shape = {1, 16, latent_frames(request.frames), request.height / 8, request.width / 8};
    std::size_t count = 1;
    for (auto extent : latents->shape)
        count *= std::size_t(extent);
    latents->values.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        latents->values[i] = float(hash32(request.seed * 1315423911ULL + i) % 20001) / 10000.0f - 1.0f;
    }
    return latents;
}

Status save(const Clip& clip, int step, const std::string& path) {
    const LatentTensorPtr latents = make_latents(clip.request);
    const std::vector<std::int64_t> shape(latents->shape.begin(), latents->shape.end());
    return detail::write_checkpoint({path, step, clip.request, clip.provenance},
                                    {{"latents", ElementType::F32, shape, latents->values.data()}});
}

// What is asked for at the boundary after `step` finished steps.
std::optional<Error> steer(Clip& clip, const RunOptions& options, GenerationObserver& observer, int step,
                           std::stop_token stop) {
    if (!options.control) return std::nullopt;
    RunControl& control = *options.control;
    bool told = false;
    for (;;) {
        const RunControl::Wishes wishes = control.take();
        if (wishes.attention) {
            auto& changes = clip.request.attention_changes;
            std::erase_if(changes, [&](const AttentionChange& change) { return change.from_step > step; });
            changes.push_back(*wishes.attention);
            changes.back().from_step = step + 1;
        }
        for (const std::string& path : wishes.checkpoints) {
            if (step == 0) {
                observer.on_notice("There is nothing to save before the first step.");
            } else if (auto status = save(clip, step, path); status) {
                observer.on_checkpoint(step, path);
            } else {
                observer.on_notice(status.error().message);
            }
        }
        if (wishes.frame && step > 0) {
            const int frame = std::clamp(*wishes.frame, 0, clip.request.frames - 1);
            const auto all = make_frames(clip.request, clip.request.frames, 1, clip.request.fps,
                                         1.0 - double(step) / clip.request.steps);
            auto one = std::make_shared<FrameSequence>(*all);
            one->frames = 1;
            one->rgb.assign(all->frame(frame), all->frame(frame) + all->frame_bytes());
            observer.on_decoded_frame(step, frame, one);
        }
        if (stop.stop_requested()) return cancelled();
        if (!control.paused()) break;
        if (!std::exchange(told, true)) observer.on_paused(step, true);
        control.wait(stop);
    }
    if (told) observer.on_paused(step, false);
    return std::nullopt;
}

}  // namespace

ModelInfo fake_model_info() {
    ModelInfo info;
    info.name = "Fake";
    info.family = "Wan2.1";
    info.supported = true;
    info.layers = FakeEngine::kLayers;
    info.heads = FakeEngine::kHeads;
    info.head_dim = 64;
    info.in_channels = 16;
    info.digest = "fake";
    return info;
}

std::vector<DeviceInfo> FakeEngine::devices() {
    DeviceInfo cpu;
    cpu.id = "cpu";
    cpu.name = "Fake processor, 2 cores";
    cpu.total_memory_bytes = std::uint64_t(16) << 30;
    cpu.free_memory_bytes = std::uint64_t(8) << 30;
    return {cpu};
}

Result<ClipPtr> FakeEngine::generate(const GenerationRequest& request, const RunOptions& options,
                                     GenerationObserver& observer, std::stop_token stop) {
    const auto start = Clock::now();
    ++runs_;
    kept_.reset();
    if (auto status = validate(request); !status) return status.error();
    if (lost_) return *lost_;
    if (has_tag(request.prompt, "[throw]")) throw std::runtime_error("the fake engine was asked to throw");

    auto clip = std::make_shared<Clip>();
    clip->request = request;
    clip->request.threads = request.threads > 0 ? request.threads : 2;
    clip->request.device = DeviceChoice::Cpu;
    const ModelInfo model = fake_model_info();
    clip->provenance = {build_id(),
                        model.name,
                        model.digest,
                        "Fake processor, 2 cores",
                        "fake",
                        clip->request.threads,
                        "2025-01-01T00:00:00Z"};

    auto report = [&](Phase phase, int done, int total, double remaining) {
        observer.on_progress({phase, done, total, seconds_since(start), remaining});
    };
    report(Phase::Loading, 0, 1, -1);
    loaded_ = true;
    report(Phase::Loading, 1, 1, -1);
    observer.on_started(clip->request, model);
    if (has_tag(request.prompt, "[notice]")) observer.on_notice("This is a notice of the fake engine.");
    report(Phase::TextEncoding, 0, 1, -1);
    report(Phase::TextEncoding, 1, 1, -1);

    int begin = 0;
    if (!options.resume_from.empty()) {
        auto checkpoint = detail::read_checkpoint(options.resume_from);
        if (!checkpoint) return checkpoint.error();
        auto continued = continued_request(checkpoint->info, clip->request, clip->provenance, options.fork);
        if (!continued) return continued.error();
        clip->request = *continued;
        clip->resumed_from = options.resume_from;
        clip->resumed_step = begin = checkpoint->info.step;
        clip->forked = options.fork;
        for (int step = 1; step <= begin; ++step)
            clip->steps.push_back(make_stats(at_step(clip->request, step), step));
    }

    const bool slow = has_tag(request.prompt, "[slow]");
    const bool hang = has_tag(request.prompt, "[hang]");
    auto failure = wished_failure(request.prompt);
    // A device that was lost is there again in a new process, which goes on from a checkpoint.
    if (begin > 0 && failure && failure->code == ErrorCode::DeviceLost) failure.reset();
    const int fail_step = (request.steps + 1) / 2;
    std::vector<std::string> written;
    for (int step = begin + 1; step <= request.steps; ++step) {
        if (auto error = steer(*clip, options, observer, step - 1, stop)) return *error;
        for (const AttentionChange& change : clip->request.attention_changes) {
            if (change.from_step == step) observer.on_attention_changed(change);
        }
        const GenerationRequest now = at_step(clip->request, step);
        for (int layer = 0; layer < kLayers; ++layer) {
            if (slow) wait(std::chrono::milliseconds(100 / kLayers), stop);
            if (hang && step == std::min(2, request.steps)) wait(std::chrono::hours(1), stop);
            if (stop.stop_requested()) return cancelled();
        }
        if (failure && step == fail_step) {
            if (failure->code == ErrorCode::DeviceLost) lost_ = failure;
            return *failure;
        }
        StepStats stats = make_stats(now, step);
        observer.on_step(stats);
        observer.on_delta(make_distribution(now, step));
        clip->times.denoising += stats.seconds;
        if (!stats.dense) {
            clip->token_maps.push_back(make_map(now, step));
            observer.on_token_map(clip->token_maps.back());
        }
        clip->steps.push_back(std::move(stats));
        observer.on_preview(step, make_frames(clip->request, latent_frames(request.frames), 8, request.fps / 4,
                                              1.0 - double(step) / request.steps));
        report(Phase::Denoising, step, request.steps, 0.02 * (request.steps - step));
        if (!options.checkpoint_folder.empty()) {
            written.push_back(options.checkpoint_folder + "/" + checkpoint_file_name(step));
            if (auto status = save(*clip, step, written.back()); !status) return status.error();
            observer.on_checkpoint(step, written.back());
            if (options.checkpoints_kept > 0 && int(written.size()) > options.checkpoints_kept) {
                std::remove(written.front().c_str());
                written.erase(written.begin());
            }
        }
    }
    clip->latents = make_latents(clip->request);
    if (has_tag(request.prompt, "[fail:decode]")) {
        kept_ = clip;
        return Error{ErrorCode::OutOfMemory, "Not enough memory to decode the frames. Decode again with tiling.", ""};
    }
    kept_ = clip;
    return decode_kept_latents(request.vae_tiling, observer, stop);
}

Result<ClipPtr> FakeEngine::decode_kept_latents(bool vae_tiling, GenerationObserver& observer, std::stop_token stop) {
    if (!kept_)
        return Error{ErrorCode::BadRequest, "There are no finished latents to decode. Generate a clip first.", ""};
    const int total = latent_frames(kept_->request.frames);
    for (int done = 0; done <= total; ++done) {
        if (stop.stop_requested()) return cancelled();
        observer.on_progress({Phase::Decoding, done, total, kept_->times.denoising, 0.0});
    }
    auto clip = std::make_shared<Clip>(*kept_);
    clip->request.vae_tiling = vae_tiling;
    clip->frames = make_frames(clip->request, clip->request.frames, 1, clip->request.fps, 0.0);
    clip->times.decoding = 0.01;
    clip->times.total = clip->times.denoising + clip->times.decoding;
    return ClipPtr(clip);
}

Result<ClipQuality> FakeEngine::measure_quality(const FrameSequence& reference, const FrameSequence& candidate) {
    if (reference.frames != candidate.frames || reference.width != candidate.width ||
        reference.height != candidate.height) {
        return Error{ErrorCode::BadRequest, "The two clips differ in size or length.", ""};
    }
    ClipQuality quality;
    auto psnr = [](double mse) {
        return mse > 0 ? std::min(10 * std::log10(255.0 * 255.0 / mse), ClipQuality::kIdenticalDb)
                       : ClipQuality::kIdenticalDb;
    };
    double total = 0.0;
    const std::size_t n = reference.frame_bytes();
    for (int f = 0; f < reference.frames; ++f) {
        double squares = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double a = reference.frame(f)[i], b = candidate.frame(f)[i];
            squares += (a - b) * (a - b);
            sa += a, sb += b, saa += a * a, sbb += b * b, sab += a * b;
        }
        total += squares;
        const double ma = sa / double(n), mb = sb / double(n);
        const double va = saa / double(n) - ma * ma, vb = sbb / double(n) - mb * mb, cov = sab / double(n) - ma * mb;
        const double c1 = 6.5025, c2 = 58.5225;
        quality.psnr_db.push_back(psnr(squares / double(n)));
        quality.ssim.push_back((2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2)));
        quality.mean_ssim += quality.ssim.back() / reference.frames;
    }
    quality.mean_psnr_db = psnr(total / (double(n) * reference.frames));
    const auto worst = std::min_element(quality.psnr_db.begin(), quality.psnr_db.end());
    quality.worst_psnr_db = *worst;
    quality.worst_frame = static_cast<int>(worst - quality.psnr_db.begin());
    return quality;
}

}  // namespace timeripple::engine
