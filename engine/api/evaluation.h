#pragma once
// The proof of quality: every form of the method at set savings on a fixed set of prompts, beside dense and a floor, as
// one report. Runs are kept and shared as in engine/api/calibration.h.

#include "engine/api/calibration.h"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace timeripple::engine {

struct EvaluationRequest {
    GenerationRequest base;            // model, size, steps, sampling, machine
    std::vector<std::string> prompts;  // clip i has prompts[i] and seed base.seed + i
    int tuning_clips = 4;              // the first so many find thresholds for the wanted savings
    // The best rows at 75 and 85 % once more at another size, over the first so many prompts; 0: not.
    int large_clips = 8;
    int large_width = 256, large_height = 256;
    std::string work_folder;
    // What the detector saw: the file that recipe/pond/judge_report.py writes. Empty: no scores.
    std::string verdicts_file;
    // Speed-ups from runs of their own: the first so many clips of every row once more on the CPU with all its threads.
    // 0: from the runs of `base`, whose times tell nothing where many processes share a machine.
    int timed_clips = 0;
    bool report_only = false;  // make no run but timed ones: report what is there
};

// One clip of a row.
struct EvaluationClip {
    std::string prompt;
    std::uint64_t seed = 0;
    double psnr_db = 0.0, worst_frame_db = 0.0, ssim = 0.0;
    Savings score, attention;
    double denoising_seconds = 0.0;
    std::string file;                // of the clip, in the work folder
    std::optional<double> detector;  // share of attributes that the detector found right
};

struct EvaluationRow {
    std::string id;    // "residual-near-75"
    std::string name;  // "residual of whole cells, near field"
    std::string form;  // rows of one form share a colour: "residual"
    // Wanted steady savings as a share, 0 for dense and floor; of the paper's score savings or of attention savings.
    double wanted = 0.0;
    bool wanted_score = false;
    int width = 0, height = 0;
    std::optional<RippleSettings> settings;  // none for dense and floor
    RippleMeasurement measured;
    std::optional<double> detector;  // mean over the clips
    std::vector<EvaluationClip> clips;
};

struct EvaluationReport {
    GenerationRequest base;
    PresetKey key;
    std::string device_name, date, build, model_digest;
    int threads = 0;
    int wanted_clips = 0;
    // With EvaluationRequest::timed_clips: where speed-ups were measured. A row of speed-up 0 was not timed.
    std::string timed_device_name, timed_date;
    int timed_threads = 0;
    int timed_clips = 0;  // a row
    std::vector<EvaluationRow> rows;
    std::vector<std::string> unfinished;  // ids of rows of which nothing is there yet
};

// The prompts of a set: {"schema": 1, "prompts": [{"prompt": TEXT, ...}]}. An empty path:
// resources/evaluation/NAME.json of the model. BadFile names the file.
Result<std::vector<std::string>> read_prompt_set(const ModelInfo& model, const std::string& path);

Result<EvaluationReport> evaluate(Engine& engine, const EvaluationRequest& request, CalibrationObserver& observer,
                                  std::stop_token stop);

// The rows of a finished report once more, only for their speed-ups: the first request.timed_clips prompts, dense and with
// the row's settings, on the CPU of this machine with all its threads. Size, frames, steps and guidance are the report's; of the
// request count base.model_path, base.seed, prompts, timed_clips and work_folder, which may be empty. Everything else of the report
// stays. BadRequest where the model has other weights than the report's.
Result<EvaluationReport> time_report(Engine& engine, EvaluationReport report, const EvaluationRequest& request,
                                     CalibrationObserver& observer, std::stop_token stop);

// A report.json that save_report() wrote. BadFile names the file and what is wrong in it.
Result<EvaluationReport> read_report(const std::string& path);

// report.json, report.csv (one line a clip) and report.html in the folder, which is made; each complete or not there.
Status save_report(const EvaluationReport& report, const std::string& folder);

}  // namespace timeripple::engine
