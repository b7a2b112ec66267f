// Settings for a budget, found by measuring.
#include "app/cli/commands.h"
#include "app/cli/progress.h"
#include "app/cli/run_settings.h"
#include "app/cli/search_progress.h"
#include "engine/api/calibration.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>

namespace timeripple::cli {

using namespace engine;
using nlohmann::json;

namespace {

Result<CalibrationRequest> read_request(const Arguments& arguments) {
    auto base = read_base_settings(arguments);
    if (!base) return base.error();
    CalibrationRequest request;
    request.base = base->request;
    auto numbers = arguments;
    double value = 0.0;
    if (arguments.has("--budget-db")) {
        if (!numbers.read("--budget-db", value)) return Error{ErrorCode::BadRequest, numbers.problem(), ""};
        request.budget_db = value;
    }
    if (arguments.has("--savings")) {
        if (!numbers.read("--savings", value)) return Error{ErrorCode::BadRequest, numbers.problem(), ""};
        request.savings = value;
    }
    if (arguments.has("--measure") && (request.budget_db || request.savings || arguments.has("--name"))) {
        return Error{ErrorCode::BadRequest, "--measure takes settings and names from its file: leave the goal and --name out.",
                     ""};
    }
    if (!arguments.has("--measure") && !request.budget_db && !request.savings) {
        return Error{ErrorCode::BadRequest,
                     "There is no goal. Say how near to dense the clips must stay: --budget-db 33. Or --savings 0.75.",
                     ""};
    }
    if (arguments.has("--name")) request.preset_name = arguments.text("--name");
    if (arguments.has("--prompts")) {
        auto prompts = read_prompt_lines(arguments.text("--prompts"), "--prompts");
        if (!prompts) return prompts.error();
        request.prompts = *prompts;
    }
    request.work_folder = arguments.text("--work");
    if (arguments.has("-o")) {
        if (auto status = check_output("-o", arguments.text("-o")); !status) return status.error();
    }
    return request;
}

void print_result(const RipplePreset& preset, const std::string& path) {
    const auto& m = *preset.measured;
    std::printf("%s, for %s at %d x %d, %d frames, %d steps\n", preset.name.c_str(), preset.key.model.c_str(),
                preset.key.width, preset.key.height, preset.key.frames, preset.key.steps);
    std::printf("PSNR against dense: mean %.2f dB, worst clip %.2f dB; SSIM %.4f (%d clips)\n", m.psnr_mean_db,
                m.psnr_min_db, m.ssim, m.clips);
    std::printf("score savings (the paper's estimate): %.1f %% steady, %.1f %% of the run\n", 100 * m.score.steady,
                100 * m.score.run);
    std::printf("attention savings (multiply-adds left out): %.1f %% steady, %.1f %% of the run\n",
                100 * m.attention.steady, 100 * m.attention.run);
    std::printf("measured speed-up: %.2fx denoising, %.2fx accelerated step (%s, %d threads)\n", m.speedup_denoising,
                m.speedup_step, m.device_name.c_str(), m.threads);
    std::printf("wrote %s\n", path.c_str());
}

// The presets that calibration finds, or those of --measure with new numbers.
Result<std::vector<RipplePreset>> make_presets(Engine& engine, const CalibrationRequest& request, const Arguments& arguments,
                                               CalibrationObserver& observer, const std::stop_token& stop) {
    if (arguments.has("--measure")) {
        auto presets = load_presets(arguments.text("--measure"));
        if (!presets) return presets.error();
        return measure_presets(engine, *presets, request.base, request.prompts, request.work_folder, observer, stop);
    }
    auto preset = calibrate(engine, request, observer, stop);
    if (!preset) return preset.error();
    return std::vector<RipplePreset>{*preset};
}

}  // namespace

int run_calibrate(const Arguments& arguments, std::stop_token stop) {
    const bool as_json = arguments.has("--json");
    auto request = read_request(arguments);
    if (request && !arguments.has("--measure")) {
        if (auto status = validate(*request); !status) request = status.error();
    }
    if (!request) {
        return request.error().code == ErrorCode::BadRequest ? wrong_use(request.error().message, "calibrate", as_json)
                                                             : report(request.error(), as_json);
    }
    auto engine = open_engine();
    if (!engine) return report(engine.error(), as_json);
    SearchProgress progress(as_json);
    auto presets = make_presets(**engine, *request, arguments, progress, stop);
    progress.finish();
    if (!presets) return report(presets.error(), as_json);
    for (const auto& preset : *presets) {
        // The name was said by the user: it is taken, and what else had it is named.
        if (free_preset_name(preset, arguments.text("-o")) != preset.name) {
            progress.on_notice("This takes the place of a preset " + preset.name + " with other settings.");
        }
        auto path = save_preset(preset, arguments.text("-o"));
        if (!path) return report(path.error(), as_json);
        if (as_json) {
            const json line = {{"event", "done"},
                               {"preset", preset.name},
                               {"file", *path},
                               {"settings", json::parse(to_json(preset.settings))},
                               {"measured", measurement_json(*preset.measured)}};
            print_line(line.dump(-1, ' ', false, json::error_handler_t::replace));
        } else {
            print_result(preset, *path);
        }
    }
    return kDone;
}

}  // namespace timeripple::cli
