// Speed-ups of rows: the runs, and a finished report timed on another machine.
#include "engine/base/evaluation_times.h"

#include "engine/base/strict_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <map>

namespace timeripple::engine {
namespace {

using namespace detail;

class RowTimes {
  public:
    RowTimes(RunPool& pool, CalibrationObserver& observer, Clips clips, int wanted)
        : pool_(pool), observer_(observer), clips_(std::move(clips)), wanted_(std::min(wanted, int(clips_.prompts.size()))) {
        clips_.base.device = DeviceChoice::Cpu;
        clips_.base.kernel = KernelChoice::Auto;
        clips_.base.threads = 0;
    }

    // As a search: rows whose runs are missing have no speed-up yet.
    void take(std::vector<EvaluationRow>& rows) {
        for (auto& row : rows) {
            if (!row.settings) continue;
            const auto measured = at_size(row.width, row.height).ask(row.name + ", timed", *row.settings, wanted_);
            row.measured.speedup_denoising = measured ? measured->speedup_denoising : 0.0;
            row.measured.speedup_step = measured ? measured->speedup_step : 0.0;
            if (measured) example_ = *measured;
        }
    }
    void describe(EvaluationReport& report) const {
        report.timed_device_name = example_.device_name;
        report.timed_date = example_.date;
        report.timed_threads = example_.threads;
        report.timed_clips = example_.clips;
    }
    int expected(std::size_t rows) const { return (int(rows) + int(sizes_.size()) + 1) * wanted_; }

  private:
    Measuring& at_size(int width, int height) {
        const auto found = sizes_.find({width, height});
        if (found != sizes_.end()) return found->second;
        return sizes_.try_emplace({width, height}, pool_, observer_, clips_.at_size(width, height)).first->second;
    }

    RunPool& pool_;
    CalibrationObserver& observer_;
    Clips clips_;
    int wanted_;
    std::map<std::pair<int, int>, Measuring> sizes_;
    RippleMeasurement example_;  // of a row that was timed; of no clips where none was
};

}  // namespace

namespace detail {

Status take_times(RunPool& pool, CalibrationObserver& observer, const Clips& clips, int wanted, EvaluationReport& report,
                  const std::stop_token& stop) {
    if (wanted == 0) return {};
    RowTimes times(pool, observer, clips, wanted);
    auto search = [&] { times.take(report.rows); };
    if (auto status = run_search(pool, observer, search, times.expected(report.rows.size()), stop); !status) return status;
    times.describe(report);
    return {};
}

}  // namespace detail

Result<EvaluationReport> time_report(Engine& engine, EvaluationReport report, const EvaluationRequest& request,
                                     CalibrationObserver& observer, std::stop_token stop) {
    try {
        if (request.prompts.empty() || request.timed_clips < 1)
            return Error{ErrorCode::BadRequest, "Name how many clips are to be timed: 1 or more.", ""};
        GenerationRequest base = request.base;
        base.width = report.key.width;
        base.height = report.key.height;
        base.frames = report.key.frames;
        base.steps = report.key.steps;
        base.guidance_scale = report.base.guidance_scale;
        auto clips = clips_of(base, request.prompts);
        if (!clips) return clips.error();
        if (clips->model.digest != report.model_digest) {
            return Error{ErrorCode::BadRequest,
                         "The report was made with other weights of " + for_sentence(report.key.model) +
                             " than those here. Name its model with --model, or make the evaluation anew.",
                         ""};
        }
        RunPool pool(engine, observer, request.work_folder, clips->model.digest);
        if (auto status = take_times(pool, observer, *clips, request.timed_clips, report, stop); !status)
            return status.error();
        return report;
    } catch (const JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The rows could not be timed.", problem.what()};
    }
}

}  // namespace timeripple::engine
