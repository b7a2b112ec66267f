// Every form at set savings on a fixed set of prompts. The rows and how their strengths are found.
#include "engine/api/evaluation.h"

#include "engine/base/calibration_forms.h"
#include "engine/base/evaluation_times.h"
#include "engine/base/measuring.h"
#include "engine/base/resource_paths.h"
#include "engine/base/strict_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace timeripple::engine {
namespace {

using namespace detail;

constexpr std::uint64_t kFloorSeedOffset = 1000;
constexpr int kTuningRounds = 8;
constexpr double kRounding = 1e-5;     // of savings, which are sums of fp32 numbers
constexpr int kAimRounds = 3;
constexpr double kTuningBand = 0.012;  // steady savings may lie so far above the wanted ones

struct RowForm {
    std::string id, name, form;
    double wanted = 0.0;
    bool score = false;  // the paper's count
    bool whole = false;  // the strength is a number of steps
    double first_guess = 0.2;
    std::function<RippleSettings(double strength)> at;
};

RippleSettings paper_form(Granularity granularity, double theta, int steps) {
    RippleSettings settings = plain_tokens(theta, steps);
    settings.schedule.theta_min = 0.4 * theta;  // 0.2 and 0.5 in the paper
    settings.granularity = granularity;
    settings.reference = Reference::First;
    return settings;
}

std::vector<RowForm> row_forms(int steps) {
    std::vector<RowForm> rows;
    auto add = [&](const char* form, const char* name, double wanted, double guess, auto at, bool score = false,
                   bool whole = false) {
        rows.push_back({std::string(form) + "-" + std::to_string(int(std::lround(100 * wanted))), name, form, wanted,
                        score, whole, guess, at});
    };
    auto near = [](RippleSettings settings) {
        add_near_field(settings, 0, 1, 1);
        return settings;
    };
    for (const double wanted : {0.5, 0.75, 0.85}) {
        auto guess = [&](double half, double three_quarters, double most) {
            return wanted < 0.6 ? half : wanted < 0.8 ? three_quarters : most;
        };
        add("token", "whole tokens", wanted, guess(0.247, 0.328, 0.375),
            [=](double s) { return plain_tokens(s, steps); });
        add("value-aware", "whole tokens, value-aware keys", wanted, guess(0.155, 0.224, 0.268),
            [=](double s) { return value_aware_tokens(s, steps); });
    }
    for (const double wanted : {0.75, 0.85}) {
        const bool bold = wanted > 0.8;
        add("near", "value-aware keys, near field exact", wanted, bold ? 0.28 : 0.228,
            [=](double s) { return near(value_aware_tokens(s, steps)); });
        add(
            "residual", "residual of whole cells", wanted, bold ? 8 : 5,
            [=](double s) { return residual_cells(int(s), steps); }, false, true);
        add(
            "residual-near", "residual of whole cells, near field exact", wanted, bold ? 9 : 5,
            [=](double s) { return near(residual_cells(int(s), steps)); }, false, true);
        add(
            "broadcast", "output kept (as PAB)", wanted, bold ? 7 : 4,
            [=](double s) {
                auto settings = residual_cells(int(s), steps);
                settings.carry = Carry::Output;
                return settings;
            },
            false, true);
    }
    // Last, since these forms save no time and cost more than a dense run each.
    for (const double wanted : {0.75, 0.85}) {
        const bool bold = wanted > 0.8;
        add(
            "channel", "the paper's channel form", wanted, bold ? 0.2 : 0.14,
            [=](double s) { return paper_form(Granularity::Channel, s, steps); }, true);
        add(
            "group", "the paper's group form", wanted, bold ? 0.24 : 0.17,
            [=](double s) { return paper_form(Granularity::Group, s, steps); }, true);
    }
    return rows;
}

class Evaluation {
  public:
    Evaluation(const EvaluationRequest& request, RunPool& pool, CalibrationObserver& observer, const Clips& clips)
        : request_(request),
          pool_(pool),
          measuring_(pool, observer, clips),
          large_(pool, observer, clips.at_size(request.large_width, request.large_height)),
          forms_(row_forms(request.base.steps)) {}

    // One pass over everything. Finished where nothing was missing; rows() then hold all.
    bool replay() {
        rows_.clear();
        unfinished_.clear();
        bool complete = true;
        complete &= add_dense(measuring_, "dense", measuring_.count());
        complete &= add_floor();
        for (const auto& form : forms_)
            complete &= add_form(form);
        if (request_.large_clips > 0 && (complete || request_.report_only)) complete &= add_winners();
        return complete;
    }
    std::vector<EvaluationRow>& rows() { return rows_; }
    const std::vector<std::string>& unfinished() const { return unfinished_; }
    int expected() const {
        const int rows = int(forms_.size());
        return measuring_.count() * (2 + rows) + rows * request_.tuning_clips * 2 + 3 * request_.large_clips;
    }

  private:
    // Without runs to come, a row stands on the clips that are there.
    int available(Measuring& measuring, int wanted, const std::function<WantedRun(int)>& run) {
        if (!request_.report_only) return wanted;
        int count = 0;
        while (count < wanted && pool_.find(measuring.clips().dense_run(count)) && pool_.find(run(count)))
            ++count;
        return count;
    }

    EvaluationRow empty_row(Measuring& measuring, const std::string& id, const std::string& name,
                            const std::string& form) {
        EvaluationRow row;
        row.id = id;
        row.name = name;
        row.form = form;
        row.width = measuring.clips().base.width;
        row.height = measuring.clips().base.height;
        return row;
    }

    void add_clip(EvaluationRow& row, Measuring& measuring, int clip, const WantedRun& run, const RunRecord& record) {
        row.clips.push_back({measuring.clips().prompts[std::size_t(clip)], run.request.seed, record.psnr_db,
                             record.worst_frame_db, record.ssim, record.score, record.attention,
                             record.denoising_seconds, pool_.clip_name(run), std::nullopt});
    }

    // Rows of dense runs: dense itself, and the floor.
    bool add_plain(Measuring& measuring, EvaluationRow row, int wanted, const std::function<WantedRun(int)>& run) {
        const int count = available(measuring, wanted, run);
        bool complete = true;
        auto& m = row.measured;
        m.clips = count;
        m.psnr_min_db = ClipQuality::kIdenticalDb;
        m.model_digest = measuring.clips().model.digest;
        for (int clip = 0; clip < count; ++clip) {
            const RunRecord* record = pool_.ask(run(clip));
            if (!record) {
                complete = false;
                continue;
            }
            m.psnr_mean_db += record->psnr_db / count;
            m.psnr_min_db = std::min(m.psnr_min_db, record->psnr_db);
            m.ssim += record->ssim / count;
            m.device_name = record->device_name;
            m.threads = record->threads;
            m.date = std::max(m.date, record->date);
            add_clip(row, measuring, clip, run(clip), *record);
        }
        m.speedup_denoising = m.speedup_step = 1.0;
        return finish(std::move(row), complete, count);
    }

    bool add_dense(Measuring& measuring, const std::string& id, int wanted) {
        return add_plain(measuring, empty_row(measuring, id, "dense", "dense"), wanted,
                         [&](int clip) { return measuring.clips().dense_run(clip); });
    }

    bool add_floor() {
        return add_plain(measuring_, empty_row(measuring_, "floor", "dense with another seed (floor)", "floor"),
                         measuring_.count(), [&](int clip) {
                             WantedRun run{measuring_.clips().dense(clip), measuring_.clips().dense(clip)};
                             run.request.seed += kFloorSeedOffset;
                             return run;
                         });
    }

    bool finish(EvaluationRow row, bool complete, int count) {
        if (complete && count > 0) {
            rows_.push_back(std::move(row));
        } else {
            unfinished_.push_back(row.id);
        }
        return complete;
    }

    // The row with its settings measured; nothing where none of its clips is there.
    std::optional<EvaluationRow> measured_row(Measuring& measuring, EvaluationRow row, int wanted) {
        auto run = [&](int clip) { return measuring.clips().ripple_run(clip, *row.settings); };
        const int count = available(measuring, wanted, run);
        const auto measured = count > 0 ? measuring.ask(row.name, *row.settings, count) : std::nullopt;
        if (!measured) return std::nullopt;
        row.measured = *measured;
        for (int clip = 0; clip < count; ++clip)
            add_clip(row, measuring, clip, run(clip), *pool_.find(run(clip)));
        return row;
    }

    bool keep(const std::string& id, std::optional<EvaluationRow> row) {
        if (row) {
            rows_.push_back(std::move(*row));
        } else {
            unfinished_.push_back(id);
        }
        return row.has_value();
    }

    // The strength is found on the tuning clips. Where all clips together save too little or too much, it is looked for once
    // more with the difference added to what is wanted.
    bool add_form(const RowForm& form) {
        std::optional<EvaluationRow> best;
        double aim = form.wanted;
        for (int round = 0; round < kAimRounds; ++round) {
            const auto strength = tune(form, aim);
            EvaluationRow row = empty_row(measuring_, form.id, form.name, form.form);
            row.wanted = form.wanted;
            row.wanted_score = form.score;
            if (strength) row.settings = form.at(*strength);
            auto measured = strength ? measured_row(measuring_, std::move(row), measuring_.count()) : std::nullopt;
            if (!measured) {
                if (best && request_.report_only) break;
                return keep(form.id, std::nullopt);
            }
            if (best && measured->measured.clips < best->measured.clips) break;  // a report of what is there
            best = std::move(measured);
            const double over = saved(form, best->measured) - form.wanted;
            if (form.whole || (over > -kRounding && over < kTuningBand)) break;
            aim += 0.5 * kTuningBand - over;
        }
        return keep(form.id, std::move(best));
    }

    static double saved(const RowForm& form, const RippleMeasurement& m) {
        return form.score ? m.score.steady : m.attention.steady;
    }

    // The smallest strength whose steady savings reach the aim on the tuning clips.
    std::optional<double> tune(const RowForm& form, double aim) {
        std::optional<std::pair<double, double>> below, above;  // strength, savings
        double strength = form.first_guess;
        for (int round = 0; round < kTuningRounds; ++round) {
            const auto m =
                measuring_.ask(form.name, form.at(strength), std::min(request_.tuning_clips, measuring_.count()));
            if (!m) return std::nullopt;
            const double here = saved(form, *m);
            const bool reached = here > aim - kRounding;
            (reached ? above : below) = {strength, here};
            if (reached && here < aim + kTuningBand) break;
            if (below && above) {
                if (form.whole) {
                    if (above->first - below->first <= 1) break;
                    strength = std::floor(0.5 * (below->first + above->first));
                } else {
                    const double middle = aim + 0.5 * kTuningBand;
                    const double share =
                        std::clamp((middle - below->second) / (above->second - below->second), 0.1, 0.9);
                    strength = below->first + share * (above->first - below->first);
                }
            } else if (form.whole) {
                strength += above ? -1 : 1;
                if (strength < 1) break;
            } else {
                strength *= std::pow(above ? 0.87 : 1.15, 1 << std::min(round, 3));  // bolder while nothing brackets it
            }
        }
        return above ? above->first : below->first;
    }

    // The best of the forms that save time, once more at the large size.
    bool add_winners() {
        bool complete = add_dense(large_, "dense-large", request_.large_clips);
        for (const double wanted : {0.75, 0.85}) {
            const EvaluationRow* best = nullptr;
            for (const auto& row : rows_) {
                if (row.wanted != wanted || row.wanted_score || row.form == "broadcast") continue;
                if (!best || row.measured.psnr_mean_db > best->measured.psnr_mean_db) best = &row;
            }
            if (!best) continue;
            EvaluationRow row = empty_row(large_, best->id + "-large", best->name, best->form);
            row.wanted = wanted;
            row.settings = best->settings;
            const std::string id = row.id;
            complete &= keep(id, measured_row(large_, std::move(row), request_.large_clips));
        }
        return complete;
    }

    const EvaluationRequest& request_;
    RunPool& pool_;
    Measuring measuring_, large_;
    std::vector<RowForm> forms_;
    std::vector<EvaluationRow> rows_;
    std::vector<std::string> unfinished_;
};

// File name of a clip -> share of attributes that are right.
std::map<std::string, double> read_verdicts(const std::string& path) {
    std::map<std::string, double> scores;
    if (path.empty()) return scores;
    const std::string what = "The verdicts in " + path;
    const auto object = parse_json(read_text_file(path), what);
    const JsonFields fields(object, what);
    fields.check_version(1, "schema");
    const auto* clips = fields.find("clips");
    if (!clips || !clips->is_object()) fields.wrong("clips", "must be an object");
    for (const auto& [file, verdict] : clips->items()) {
        const JsonFields one(verdict, what);
        one.read("score", scores[file]);
    }
    return scores;
}

void add_scores(EvaluationRow& row, const std::map<std::string, double>& scores) {
    double sum = 0.0;
    int count = 0;
    for (auto& clip : row.clips) {
        const auto found = scores.find(clip.file);
        if (found == scores.end()) continue;
        clip.detector = found->second;
        sum += found->second;
        ++count;
    }
    if (count > 0 && count == int(row.clips.size())) row.detector = sum / count;
}

Status validate(const EvaluationRequest& request) {
    auto wrong = [](std::string sentence) { return Status(Error{ErrorCode::BadRequest, std::move(sentence), ""}); };
    if (request.prompts.empty()) return wrong("There are no prompts to evaluate with.");
    if (request.base.steps < 10)
        return wrong("The evaluation needs at least 10 steps, so that some are steady. 50 is usual.");
    if (request.work_folder.empty()) return wrong("The evaluation keeps its runs in a work folder. Name one.");
    if (request.large_clips < 0 || request.tuning_clips < 1 || request.timed_clips < 0) return wrong("The number of clips must not be negative.");
    return {};
}

EvaluationReport report_of(const EvaluationRequest& request, const Clips& clips, Evaluation& evaluation) {
    EvaluationReport report;
    report.base = request.base;
    report.key = preset_key(clips.model, clips.base);
    report.build = version_text();
    report.model_digest = clips.model.digest;
    report.wanted_clips = int(request.prompts.size());
    report.rows = std::move(evaluation.rows());
    report.unfinished = evaluation.unfinished();
    const auto scores = read_verdicts(request.verdicts_file);
    for (auto& row : report.rows) {
        add_scores(row, scores);
        report.device_name = row.measured.device_name;
        report.threads = row.measured.threads;
        report.date = std::max(report.date, row.measured.date);
    }
    return report;
}

}  // namespace

Result<std::vector<std::string>> read_prompt_set(const ModelInfo& model, const std::string& path) {
    std::string file = path;
    try {
        if (file.empty()) {
            std::string name;
            for (const unsigned char c : model.name)
                name += std::isalnum(c) ? char(std::tolower(c)) : '_';
            const auto resources = resources_folder();
            std::error_code error;
            if (resources) file = (*resources / "evaluation" / (name + ".json")).string();
            if (!resources || !std::filesystem::exists(file, error)) {
                return Error{
                    ErrorCode::BadRequest,
                    "There is no set of prompts for " + for_sentence(model.name) + ". Name one with --prompts.", ""};
            }
        }
        const std::string what = "The prompts in " + file;
        const auto object = parse_json(read_text_file(file, 4u << 20), what);
        const JsonFields fields(object, what);
        fields.check_version(1, "schema");
        const auto* list = fields.find("prompts");
        if (!list || !list->is_array() || list->empty()) fields.wrong("prompts", "must be a list of prompts");
        std::vector<std::string> prompts;
        for (const auto& element : *list) {
            const JsonFields one(element, what);
            std::string prompt;
            one.read("prompt", prompt);
            if (trimmed(prompt).empty()) one.wrong("prompt", "must be given");
            prompts.push_back(prompt);
        }
        return prompts;
    } catch (const JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The prompts could not be read.", problem.what()};
    }
}

Result<EvaluationReport> evaluate(Engine& engine, const EvaluationRequest& request, CalibrationObserver& observer,
                                  std::stop_token stop) {
    try {
        if (auto status = validate(request); !status) return status.error();
        auto clips = clips_of(request.base, request.prompts);
        if (!clips) return clips.error();
        RunPool pool(engine, observer, request.work_folder, clips->model.digest, true);
        EvaluationRequest sound = request;
        sound.large_clips = std::min(request.large_clips, int(clips->prompts.size()));
        Evaluation evaluation(sound, pool, observer, *clips);
        if (request.report_only) {
            pool.begin_pass();
            evaluation.replay();
        } else {
            auto search = [&] { evaluation.replay(); };
            if (auto status = run_search(pool, observer, search, evaluation.expected(), stop); !status)
                return status.error();
        }
        auto report = report_of(request, *clips, evaluation);
        if (auto status = take_times(pool, observer, *clips, request.timed_clips, report, stop); !status)
            return status.error();
        return report;
    } catch (const JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The evaluation could not go on.", problem.what()};
    }
}

}  // namespace timeripple::engine
