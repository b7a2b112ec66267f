#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "engine/api/recipe.h"
#include "engine/api/run_stats.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace timeripple::cli {

using namespace engine;
using nlohmann::json;

namespace {

Status write_files(const Clip& clip, const RunSettings& settings, ProgressReport& progress, std::stop_token stop) {
    const Recipe recipe = recipe_of(clip);
    // Cheapest to lose last: the latents are the work, the rest can be made from them.
    if (!settings.latents.empty()) {
        if (!clip.latents) return Error{ErrorCode::Internal, "The engine gave no latents to save.", ""};
        if (auto status = save_latents(*clip.latents, settings.latents); !status) return status;
        progress.on_writing(settings.latents, 1, 1);
    }
    for (const std::string& path : {settings.frames, settings.output}) {
        if (path.empty()) continue;
        if (auto status = write_clip(*clip.frames, recipe, path, settings.crf, progress, stop); !status) return status;
    }
    if (!settings.stats.empty()) {
        if (auto status = save_text(stats_json(clip), settings.stats); !status) return status;
        progress.on_writing(settings.stats, 1, 1);
    }
    return {};
}

void print_summary(const Clip& clip, const RunSettings& settings) {
    const Recipe recipe = recipe_of(clip);
    const auto& r = clip.request;
    std::printf("%s: %d frames of %d x %d, %d steps, seed %llu\n", clip.provenance.model_name.c_str(), r.frames,
                r.width, r.height, r.steps, static_cast<unsigned long long>(r.seed));
    std::printf("denoising %s, decoding %s, in all %s on %s, %d threads\n", duration_text(clip.times.denoising).c_str(),
                duration_text(clip.times.decoding).c_str(), duration_text(clip.times.total).c_str(),
                clip.provenance.device_name.c_str(), clip.provenance.threads);
    if (r.attention == AttentionMode::Ripple) {
        std::printf(
            "score savings (the paper's estimate) %.1f %%, attention savings (multiply-adds left out) %.1f %%, mean of "
            "all steps\n",
            100.0 * recipe.score_savings, 100.0 * recipe.attention_savings);
    }
    for (const std::string& path : {settings.output, settings.frames, settings.latents, settings.stats}) {
        if (!path.empty()) std::printf("wrote %s\n", path.c_str());
    }
}

}  // namespace

int run_generate(const Arguments& arguments, std::stop_token stop) {
    auto settings = read_run_settings(arguments, false);
    const bool as_json = arguments.has("--json");
    if (!settings) {
        return settings.error().code == ErrorCode::BadRequest ? wrong_use(settings.error().message, "generate", as_json)
                                                              : report(settings.error(), as_json);
    }
    auto progress = make_progress(as_json);
    for (const auto& hint : settings->hints)
        progress->on_notice(hint);
    auto engine = open_engine();
    if (!engine) return report(engine.error(), as_json);
    auto clip = run_once(**engine, settings->request, *progress, stop, settings->options);
    if (!clip) {
        progress->finish();
        if (!progress->last_checkpoint().empty()) {
            progress->on_notice("To go on: timeripple generate --resume " + progress->last_checkpoint());
        }
        return report(clip.error(), as_json);
    }
    const auto written = write_files(**clip, *settings, *progress, stop);
    progress->finish();
    if (!written) return report(written.error(), as_json);
    if (as_json) {
        const json line = {{"event", "done"},
                           {"recipe", json::parse(to_json(recipe_of(**clip)))},
                           {"peak_memory_bytes", (*clip)->peak_memory_bytes}};
        print_line(line.dump());
    } else {
        print_summary(**clip, *settings);
    }
    return kDone;
}

}  // namespace timeripple::cli
