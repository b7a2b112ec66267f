#include "engine/base/measuring.h"

#include "engine/base/settings_json.h"

#include <algorithm>
#include <chrono>

namespace timeripple::engine::detail {

Clips Clips::at_size(int width, int height) const {
    Clips clips = *this;
    clips.base.width = width;
    clips.base.height = height;
    return clips;
}

GenerationRequest Clips::dense(int clip) const {
    GenerationRequest request = base;
    request.prompt = prompts[std::size_t(clip)];
    request.seed = base.seed + std::uint64_t(clip);
    request.attention = AttentionMode::Dense;
    request.ripple = {};
    request.attention_changes.clear();
    request.preset_name.clear();
    return request;
}

WantedRun Clips::ripple_run(int clip, const RippleSettings& settings) const {
    WantedRun wanted{dense(clip), dense(clip)};
    wanted.request.attention = AttentionMode::Ripple;
    wanted.request.ripple = settings;
    return wanted;
}

std::optional<RippleMeasurement> Measuring::ask(const std::string& label, const RippleSettings& settings, int count) {
    RippleMeasurement m;
    m.clips = count;
    m.psnr_min_db = ClipQuality::kIdenticalDb;
    m.model_digest = clips_.model.digest;
    double dense_seconds = 0.0, ripple_seconds = 0.0, dense_steps = 0.0, ripple_steps = 0.0;
    bool complete = true;
    for (int clip = 0; clip < count; ++clip) {
        const RunRecord* dense = pool_.ask(clips_.dense_run(clip));
        const RunRecord* ripple = pool_.ask(clips_.ripple_run(clip, settings));
        if (!dense || !ripple) {
            complete = false;
            continue;
        }
        if (!ripple->refused.empty()) {
            refusal_ = ripple->refused;
            complete = false;
            continue;
        }
        const double share = 1.0 / count;
        m.psnr_mean_db += share * ripple->psnr_db;
        m.psnr_min_db = std::min(m.psnr_min_db, ripple->psnr_db);
        m.ssim += share * ripple->ssim;
        m.score.steady += share * ripple->score.steady;
        m.score.run += share * ripple->score.run;
        m.attention.steady += share * ripple->attention.steady;
        m.attention.run += share * ripple->attention.run;
        dense_seconds += dense->denoising_seconds;
        ripple_seconds += ripple->denoising_seconds;
        dense_steps += dense->dense_step_seconds;
        ripple_steps += ripple->ripple_step_seconds;
        m.device_name = ripple->device_name;
        m.threads = ripple->threads;
        m.date = std::max(m.date, ripple->date);
    }
    if (!complete) return std::nullopt;
    if (ripple_seconds > 0) m.speedup_denoising = dense_seconds / ripple_seconds;
    if (ripple_steps > 0) m.speedup_step = dense_steps / ripple_steps;
    report(label, settings, m, count);
    return m;
}

void Measuring::report(const std::string& label, const RippleSettings& settings, const RippleMeasurement& measured,
                       int count) {
    if (!reported_.insert(std::to_string(count) + to_json(settings)).second) return;
    observer_.on_point(
        {label, settings, measured, pool_.clip_of(clips_.ripple_run(0, settings)), pool_.clip_of(clips_.dense_run(0))});
}

Status run_search(RunPool& pool, CalibrationObserver& observer, const std::function<void()>& search, int expected,
                  const std::stop_token& stop) {
    const auto begin = std::chrono::steady_clock::now();
    int found_before = -1;
    while (true) {
        pool.begin_pass();
        search();
        if (pool.missing() == 0) return {};
        if (found_before < 0) found_before = pool.found();
        const int done = pool.asked() - pool.missing();
        const int total = std::max(expected, pool.asked());
        const int made = pool.found() - found_before;  // by all who share the folder
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        observer.on_progress(done, total, made > 0 ? seconds / made * (total - done) : -1.0);
        if (auto status = pool.make_one(stop); !status) return status;
    }
}

Result<Clips> clips_of(const GenerationRequest& base, const std::vector<std::string>& prompts) {
    std::string path = base.model_path;
    if (path.empty()) {
        auto builtin = builtin_model_path();
        if (!builtin) return builtin.error();
        path = *builtin;
    }
    auto model = inspect_model(path);
    if (!model) return model.error();
    Clips clips{*model, base, prompts};
    constexpr std::size_t kUsualClips = 3;
    if (clips.prompts.empty()) {
        clips.prompts = model->vocabulary.examples;
        if (clips.prompts.size() > kUsualClips) clips.prompts.resize(kUsualClips);
    }
    if (clips.prompts.empty()) {
        return Error{ErrorCode::BadRequest,
                     "The model " + model->name + " brings no example prompts. Give a few prompts that suit it.", ""};
    }
    return clips;
}

}  // namespace timeripple::engine::detail
