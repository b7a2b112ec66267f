// The proof of quality: one command, one report.
#include "app/cli/commands.h"
#include "app/cli/run_settings.h"
#include "app/cli/search_progress.h"
#include "engine/api/evaluation.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace timeripple::cli {

using namespace engine;
using nlohmann::json;

namespace {

// What the report stands on unless said otherwise: 128 x 128, 50 steps, whatever the model's own defaults are.
void usual_size(const Arguments& arguments, GenerationRequest& request) {
    if (!arguments.has("--width")) request.width = 128;
    if (!arguments.has("--height")) request.height = 128;
    if (!arguments.has("--steps")) request.steps = 50;
}

Result<EvaluationRequest> read_request(const Arguments& arguments) {
    auto base = read_base_settings(arguments);
    if (!base) return base.error();
    EvaluationRequest request;
    request.base = base->request;
    usual_size(arguments, request.base);
    auto prompts = read_prompt_set(base->model, arguments.text("--prompts"));
    if (!prompts) return prompts.error();
    request.prompts = *prompts;
    auto numbers = arguments;
    int clips = int(request.prompts.size());
    if (!numbers.read("--clips", clips) || !numbers.read("--large-clips", request.large_clips) ||
        !numbers.read("--timed-clips", request.timed_clips))
        return Error{ErrorCode::BadRequest, numbers.problem(), ""};
    if (clips < 1) return Error{ErrorCode::BadRequest, "The option --clips must be 1 or more.", ""};
    if (std::size_t(clips) < request.prompts.size()) request.prompts.resize(std::size_t(clips));
    request.work_folder = arguments.text("--work");
    request.verdicts_file = arguments.text("--verdicts");
    request.report_only = arguments.has("--report-only");
    if (arguments.has("--time") && request.timed_clips == 0) request.timed_clips = 1;
    if (request.work_folder.empty() && !arguments.has("--time"))
        return Error{ErrorCode::BadRequest, "Name the folder that keeps finished runs: --work DIR.", ""};
    if (arguments.text("-o").empty()) return Error{ErrorCode::BadRequest, "Name the folder of the report: -o DIR.", ""};
    return request;
}

// The evaluation, or with --time a finished report's rows timed on this machine.
Result<EvaluationReport> run(const Arguments& arguments, Engine& engine, const EvaluationRequest& request,
                             CalibrationObserver& observer, std::stop_token stop) {
    if (!arguments.has("--time")) return evaluate(engine, request, observer, stop);
    auto report = read_report(arguments.text("--time"));
    return report ? time_report(engine, std::move(*report), request, observer, stop) : report;
}

// "1.62x"; a dash where it was not measured.
std::string speed_text(double speedup) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2fx", speedup);
    return speedup > 0 ? text : "-";
}

void print_table(const EvaluationReport& report) {
    std::printf("%-22s %5s  %-15s  %-15s  %-13s  %-15s  %-6s %s\n", "row", "clips", "score savings", "attn. savings",
                "speed-up", "PSNR dB", "SSIM", "detector");
    std::printf("%-22s %5s  %7s %7s  %7s %7s  %6s %6s  %7s %7s\n", "", "", "steady", "run", "steady", "run", "run",
                "step", "mean", "min");
    for (const auto& row : report.rows) {
        const auto& m = row.measured;
        std::printf("%-22s %5d  %6.1f%% %6.1f%%  %6.1f%% %6.1f%%  %6s %6s  %7.2f %7.2f  %.4f", row.id.c_str(), m.clips,
                    100 * m.score.steady, 100 * m.score.run, 100 * m.attention.steady, 100 * m.attention.run,
                    speed_text(m.speedup_denoising).c_str(), speed_text(m.speedup_step).c_str(), m.psnr_mean_db,
                    m.psnr_min_db, m.ssim);
        if (row.detector) std::printf(" %5.1f", 100 * *row.detector);
        std::printf("\n");
    }
}

}  // namespace

int run_evaluate(const Arguments& arguments, std::stop_token stop) {
    const bool as_json = arguments.has("--json");
    auto request = read_request(arguments);
    if (!request) {
        return request.error().code == ErrorCode::BadRequest ? wrong_use(request.error().message, "evaluate", as_json)
                                                             : report(request.error(), as_json);
    }
    auto engine = open_engine();
    if (!engine) return report(engine.error(), as_json);
    SearchProgress progress(as_json);
    auto result = run(arguments, **engine, *request, progress, stop);
    progress.finish();
    if (!result) {
        return result.error().code == ErrorCode::BadRequest ? wrong_use(result.error().message, "evaluate", as_json)
                                                            : report(result.error(), as_json);
    }
    if (auto status = save_report(*result, arguments.text("-o")); !status) return report(status.error(), as_json);
    if (as_json) {
        print_line(json{{"event", "done"}, {"rows", result->rows.size()}, {"folder", arguments.text("-o")}}.dump());
    } else {
        print_table(*result);
        for (const auto& id : result->unfinished)
            std::printf("%-22s not finished\n", id.c_str());
        std::printf("wrote report.json, report.csv and report.html to %s\n", arguments.text("-o").c_str());
    }
    return kDone;
}

}  // namespace timeripple::cli
