// The clip twice from the same noise, and the numbers that tell both apart.
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

struct Comparison {
    ClipPtr dense, ripple;
    ClipQuality quality;
    Recipe dense_recipe, ripple_recipe;

    double denoising_speedup() const {
        return ripple->times.denoising > 0 ? dense->times.denoising / ripple->times.denoising : 0.0;
    }
    // Median step against median step, accelerated ones only; 0 where none was.
    double step_speedup() const {
        const double step = ripple_recipe.median_ripple_step_seconds;
        return step > 0 ? dense_recipe.median_dense_step_seconds / step : 0.0;
    }
};

// Mean over the steps that were accelerated.
double steady_mean(const Clip& clip, float (StepStats::*value)() const) {
    double sum = 0.0;
    int count = 0;
    for (const auto& step : clip.steps) {
        if (step.dense) continue;
        sum += (step.*value)();
        ++count;
    }
    return count ? sum / count : 0.0;
}

Result<Comparison> run_both(Engine& engine, const RunSettings& settings, ProgressReport& progress,
                            std::stop_token stop) {
    GenerationRequest dense_request = settings.request;
    dense_request.attention = AttentionMode::Dense;
    dense_request.attention_changes.clear();
    progress.on_run("dense");
    auto dense = run_once(engine, dense_request, progress, stop);
    if (!dense) return dense.error();
    progress.finish();
    progress.on_run("ripple");
    auto ripple = run_once(engine, settings.request, progress, stop);
    if (!ripple) return ripple.error();
    progress.finish();
    auto quality = engine.measure_quality(*(*dense)->frames, *(*ripple)->frames);
    if (!quality) return quality.error();
    Comparison both{*dense, *ripple, *quality, recipe_of(**dense), recipe_of(**ripple)};
    both.ripple_recipe.quality = both.quality;
    both.ripple_recipe.median_dense_step_seconds = both.dense_recipe.median_dense_step_seconds;
    return both;
}

Status write_files(const Comparison& both, const RunSettings& settings, ProgressReport& progress,
                   std::stop_token stop) {
    for (const bool dense : {true, false}) {
        const Clip& clip = dense ? *both.dense : *both.ripple;
        const char* suffix = dense ? "-dense" : "-ripple";
        if (!settings.latents.empty() && clip.latents) {
            const std::string path = with_suffix(settings.latents, suffix);
            if (auto status = save_latents(*clip.latents, path); !status) return status;
            progress.on_writing(path, 1, 1);
        }
        if (!settings.frames.empty()) {
            const std::string path = with_suffix(settings.frames, suffix);
            const Recipe& recipe = dense ? both.dense_recipe : both.ripple_recipe;
            if (auto status = write_clip(*clip.frames, recipe, path, settings.crf, progress, stop); !status)
                return status;
        }
    }
    if (!settings.output.empty()) {
        auto pair = side_by_side(*both.dense->frames, *both.ripple->frames);
        if (!pair) return pair.error();
        if (auto status = write_clip(*pair, both.ripple_recipe, settings.output, settings.crf, progress, stop); !status)
            return status;
    }
    if (!settings.stats.empty()) {
        const json object = {{"schema", "timeripple.comparison"},
                             {"version", 1},
                             {"dense", json::parse(stats_json(*both.dense))},
                             {"ripple", json::parse(stats_json(*both.ripple))},
                             {"quality", json::parse(to_json(both.ripple_recipe)).at("quality")},
                             {"speedup_denoising", both.denoising_speedup()},
                             {"speedup_step", both.step_speedup()}};
        if (auto status = save_text(object.dump(1) + "\n", settings.stats); !status) return status;
        progress.on_writing(settings.stats, 1, 1);
    }
    return {};
}

void print_table(const Comparison& both, const RunSettings& settings) {
    auto row = [](const char* name, const std::string& dense, const std::string& ripple) {
        std::printf("%-28s %14s %14s\n", name, dense.c_str(), ripple.c_str());
    };
    auto seconds = [](double value) { return value > 0 ? duration_text(value) : std::string("-"); };
    auto shares = [](const char* name, double run, double accelerated) {
        std::printf("%-50s %5.1f %% of the run, %5.1f %% in accelerated steps\n", name, 100 * run, 100 * accelerated);
    };
    const auto& d = *both.dense;
    const auto& r = *both.ripple;
    const auto& request = r.request;
    std::printf("%s, %d x %d, %d frames, %d steps, seed %llu, %s\n\n", r.provenance.model_name.c_str(), request.width,
                request.height, request.frames, request.steps, static_cast<unsigned long long>(request.seed),
                r.provenance.device_name.c_str());
    row("", "dense", "ripple");
    row("median dense step", seconds(both.dense_recipe.median_dense_step_seconds),
        seconds(recipe_of(r).median_dense_step_seconds));
    row("median accelerated step", "-", seconds(both.ripple_recipe.median_ripple_step_seconds));
    row("denoising, all steps", seconds(d.times.denoising), seconds(r.times.denoising));
    row("decoding", seconds(d.times.decoding), seconds(r.times.decoding));
    std::printf("\nThree numbers that are not the same:\n");
    shares("  score savings (the paper's estimate)", both.ripple_recipe.score_savings,
           steady_mean(r, &StepStats::score_savings));
    shares("  attention savings (multiply-adds left out)", both.ripple_recipe.attention_savings,
           steady_mean(r, &StepStats::attention_savings));
    std::printf("%-50s %5.2f x denoising,  %5.2f x accelerated step\n\n",
                "  measured speed-up (wall clock, this process)", both.denoising_speedup(), both.step_speedup());
    const auto& q = both.quality;
    std::printf("PSNR against dense: mean %.2f dB, worst %.2f dB (frame %d)\nSSIM: mean %.4f\n", q.mean_psnr_db,
                q.worst_psnr_db, q.worst_frame, q.mean_ssim);
    if (!settings.output.empty()) std::printf("wrote %s\n", settings.output.c_str());
}

}  // namespace

int run_compare(const Arguments& arguments, std::stop_token stop) {
    auto settings = read_run_settings(arguments, true);
    const bool as_json = arguments.has("--json");
    if (!settings) {
        return settings.error().code == ErrorCode::BadRequest ? wrong_use(settings.error().message, "compare", as_json)
                                                              : report(settings.error(), as_json);
    }
    auto progress = make_progress(as_json);
    for (const auto& hint : settings->hints)
        progress->on_notice(hint);
    auto engine = open_engine();
    if (!engine) return report(engine.error(), as_json);
    auto both = run_both(**engine, *settings, *progress, stop);
    if (!both) {
        progress->finish();
        return report(both.error(), as_json);
    }
    const auto written = write_files(*both, *settings, *progress, stop);
    progress->finish();
    if (!written) return report(written.error(), as_json);
    if (as_json) {
        const json line = {{"event", "done"},
                           {"dense", json::parse(to_json(both->dense_recipe))},
                           {"ripple", json::parse(to_json(both->ripple_recipe))},
                           {"score_savings", both->ripple_recipe.score_savings},
                           {"attention_savings", both->ripple_recipe.attention_savings},
                           {"speedup_denoising", both->denoising_speedup()},
                           {"speedup_step", both->step_speedup()},
                           {"mean_psnr_db", both->quality.mean_psnr_db},
                           {"worst_psnr_db", both->quality.worst_psnr_db},
                           {"mean_ssim", both->quality.mean_ssim}};
        print_line(line.dump());
    } else {
        print_table(*both, *settings);
    }
    return kDone;
}

}  // namespace timeripple::cli
