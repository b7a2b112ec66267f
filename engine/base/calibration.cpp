// Finds settings that keep a budget: every form coarsely on one prompt, the best two finely on all.
#include "engine/api/calibration.h"

#include "engine/base/calibration_forms.h"
#include "engine/base/measuring.h"
#include "engine/base/strict_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cmath>

namespace timeripple::engine {
namespace {

using namespace detail;

constexpr int kFineRounds = 6;
constexpr std::size_t kFineForms = 2;

// A strength of a form, with what it gave or is expected to give.
struct Candidate {
    const Form* form = nullptr;
    double strength = 0.0;
    RippleMeasurement measured;
};

class Search {
  public:
    Search(const CalibrationRequest& request, RunPool& pool, Measuring& measuring)
        : request_(request), pool_(pool), measuring_(measuring), forms_(calibration_forms(request.base.steps)) {}

    // best() is set, or there is none; it stands once nothing was missing.
    void replay() {
        best_.reset();
        complete_ = true;
        most_careful_db_ = 0.0;
        most_savings_ = 0.0;
        std::vector<Candidate> found;
        for (const auto& form : forms_) {
            if (auto candidate = look_at(form)) found.push_back(*candidate);
        }
        if (!complete_) return;
        std::stable_sort(found.begin(), found.end(),
                         [this](const auto& a, const auto& b) { return value(a.measured) > value(b.measured); });
        if (found.size() > kFineForms) found.resize(kFineForms);
        for (const auto& candidate : found) {
            const auto refined = refine(candidate);
            if (refined && (!best_ || value(refined->measured) > value(best_->measured))) best_ = refined;
        }
    }

    int expected() const {
        int runs = measuring_.count();
        for (const auto& form : forms_)
            runs += int(form.coarse.size());
        return runs + int(kFineForms) * 3 * measuring_.count();
    }
    const std::optional<Candidate>& best() const { return best_; }
    double most_careful_db() const { return most_careful_db_; }
    double most_savings() const { return most_savings_; }

  private:
    // What is to be large within the budget.
    double value(const RippleMeasurement& m) const { return request_.budget_db ? m.attention.run : m.psnr_mean_db; }
    // How far the budget is kept; below 0 it is not.
    double margin(const RippleMeasurement& m) const {
        return request_.budget_db ? m.psnr_mean_db - *request_.budget_db : m.attention.steady - *request_.savings;
    }
    bool near_enough(double margin) const { return margin >= 0 && margin < (request_.budget_db ? 0.4 : 0.004); }

    std::optional<RippleMeasurement> measure(const Form& form, double strength, int clips) {
        auto measured = measuring_.ask(form.label(strength), form.at(strength), clips);
        if (measured) {
            most_careful_db_ = std::max(most_careful_db_, measured->psnr_mean_db);
            most_savings_ = std::max(most_savings_, measured->attention.steady);
        }
        return measured;
    }

    // The coarse strengths on one prompt, and between them the strength at which the budget is just kept.
    std::optional<Candidate> look_at(const Form& form) {
        std::vector<Candidate> points;
        for (const double strength : form.coarse) {
            if (auto m = measure(form, strength, 1)) points.push_back({&form, strength, *m});
        }
        if (points.size() < form.coarse.size()) {
            // Missing, or refused for want of memory: then the form is out.
            complete_ = complete_ && pool_.missing() == 0;
            return std::nullopt;
        }
        // From the bold end for a quality budget, from the careful end for a savings target: the first that keeps it.
        if (request_.budget_db) std::reverse(points.begin(), points.end());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const double here = margin(points[i].measured);
            if (here < 0) continue;
            if (i == 0) return points[i];
            const double before = margin(points[i - 1].measured);
            const double share = here / std::max(1e-9, here - before);  // of the way to the one that does not keep it
            Candidate between = points[i];
            between.strength += share * (points[i - 1].strength - points[i].strength);
            if (form.whole) between.strength = std::floor(between.strength + (request_.budget_db ? 0.0 : 0.999));
            const auto& a = points[i].measured;
            const auto& b = points[i - 1].measured;
            between.measured.attention.run += share * (b.attention.run - a.attention.run);
            between.measured.psnr_mean_db += share * (b.psnr_mean_db - a.psnr_mean_db);
            return between;
        }
        // Even the last one misses; one prompt is not all, so a step beyond is worth a trial only for thresholds.
        if (form.whole) return std::nullopt;
        Candidate beyond = points.back();
        beyond.strength *= request_.budget_db ? 0.6 : 1.5;
        beyond.measured.attention.run *= 0.5;
        beyond.measured.psnr_mean_db -= 10.0;
        return beyond;
    }

    // On all prompts: towards the strength where the budget is just kept.
    std::optional<Candidate> refine(const Candidate& start) {
        const Form& form = *start.form;
        std::optional<Candidate> best;
        std::optional<std::pair<double, double>> kept, missed;  // strength and margin
        double strength = start.strength;
        for (int round = 0; round < kFineRounds; ++round) {
            strength = std::clamp(strength, form.least, form.most);
            if ((kept && kept->first == strength) || (missed && missed->first == strength)) break;
            const auto m = measure(form, strength, measuring_.count());
            if (!m) {
                complete_ = complete_ && pool_.missing() == 0;
                return std::nullopt;
            }
            const double margin_here = margin(*m);
            if (margin_here >= 0) {
                kept = {strength, margin_here};
                if (!best || value(*m) > value(best->measured)) best = {{&form, strength, *m}};
            } else {
                missed = {strength, margin_here};
            }
            if (near_enough(margin_here)) break;
            strength = next(form, strength, kept, missed);
        }
        return best;
    }

    double next(const Form& form, double strength, const std::optional<std::pair<double, double>>& kept,
                const std::optional<std::pair<double, double>>& missed) const {
        if (kept && missed) {
            if (form.whole) {
                const double middle = std::floor(0.5 * (kept->first + missed->first));
                return std::abs(kept->first - missed->first) <= 1 ? kept->first : middle;
            }
            const double share = std::clamp(kept->second / (kept->second - missed->second), 0.15, 0.85);
            return kept->first + 0.9 * share * (missed->first - kept->first);
        }
        // Kept with a quality budget, or missed with a savings target: bolder.
        const bool bolder = kept.has_value() == request_.budget_db.has_value();
        if (form.whole) return strength + (bolder ? 1 : -1);
        return strength * (bolder ? 1.12 : 0.88);
    }

    const CalibrationRequest& request_;
    RunPool& pool_;
    Measuring& measuring_;
    std::vector<Form> forms_;
    std::optional<Candidate> best_;
    bool complete_ = true;
    double most_careful_db_ = 0.0, most_savings_ = 0.0;
};

std::string one_place(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

Error no_settings(const CalibrationRequest& request, const Search& search, const Measuring& measuring) {
    std::string text =
        request.budget_db
            ? "No setting keeps " + one_place(*request.budget_db) + " dB here; the most careful one gave " +
                  one_place(search.most_careful_db()) + " dB. Ask for less."
            : "No setting saves " + one_place(100 * *request.savings) + " % of attention here; the boldest one saved " +
                  one_place(100 * search.most_savings()) + " %. Ask for less.";
    if (!measuring.refusal().empty()) text += " One form did not fit: " + measuring.refusal();
    return {ErrorCode::BadRequest, text, ""};
}

}  // namespace

Status validate(const CalibrationRequest& request) {
    auto wrong = [](std::string sentence) { return Status(Error{ErrorCode::BadRequest, std::move(sentence), ""}); };
    if (request.budget_db.has_value() == request.savings.has_value())
        return wrong("Calibration needs one goal: a budget in dB, or attention savings. Give one of the two.");
    // Written so that NaN is refused.
    if (request.budget_db && !(*request.budget_db >= 10 && *request.budget_db <= 90)) {
        return wrong("The budget is " + number_text(*request.budget_db) +
                     " dB, but must be from 10 to 90. 33 dB is a balanced choice, 38 dB is hard to tell from dense.");
    }
    if (request.savings && !(*request.savings >= 0.05 && *request.savings <= 0.95)) {
        return wrong("The savings are " + number_text(*request.savings) +
                     ", but must be a share from 0.05 to 0.95. 0.75 means that a quarter of attention is computed.");
    }
    if (trimmed(request.preset_name).empty()) return wrong("The preset needs a name.");
    if (request.base.steps < 4)
        return wrong("Calibration needs at least 4 steps: fewer leave no room between the dense ones. 20 would work.");
    auto base = request.base;
    base.attention = AttentionMode::Dense;
    base.ripple = {};
    base.attention_changes.clear();
    base.prompt = "any";  // the prompts come from the request
    return validate(base);
}

Result<RipplePreset> calibrate(Engine& engine, const CalibrationRequest& request, CalibrationObserver& observer,
                               std::stop_token stop) {
    try {
        if (auto status = validate(request); !status) return status.error();
        auto clips = clips_of(request.base, request.prompts);
        if (!clips) return clips.error();
        RunPool pool(engine, observer, request.work_folder, clips->model.digest);
        Measuring measuring(pool, observer, *clips);
        Search search(request, pool, measuring);
        if (auto status = run_search(
                pool, observer, [&] { search.replay(); }, search.expected(), stop);
            !status)
            return status.error();
        if (!search.best()) return no_settings(request, search, measuring);
        RipplePreset preset;
        preset.name = request.preset_name;
        preset.settings = search.best()->form->at(search.best()->strength);
        preset.measured = search.best()->measured;
        preset.description = text_of(*preset.measured);
        preset.key = measuring.key();
        return preset;
    } catch (const JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The calibration could not go on.", problem.what()};
    }
}

std::vector<SweepRequest::Entry> usual_sweep(int steps) {
    std::vector<SweepRequest::Entry> entries;
    const auto forms = calibration_forms(std::max(4, steps));
    for (const std::size_t index : {std::size_t(3), std::size_t(0)}) {
        for (const double strength : forms[index].coarse)
            entries.push_back({forms[index].label(strength), forms[index].at(strength)});
    }
    return entries;
}

Result<std::vector<SettingsPoint>> sweep(Engine& engine, const SweepRequest& request, CalibrationObserver& observer,
                                         std::stop_token stop) {
    try {
        if (request.entries.empty())
            return Error{ErrorCode::BadRequest, "There is nothing to sweep. Choose at least one setting.", ""};
        for (const auto& entry : request.entries) {
            if (auto status = validate(entry.settings); !status) return status.error();
        }
        auto clips = clips_of(request.base, request.prompts);
        if (!clips) return clips.error();
        RunPool pool(engine, observer, request.work_folder, clips->model.digest);
        Measuring measuring(pool, observer, *clips);
        std::vector<SettingsPoint> points;
        auto search = [&] {
            points.clear();
            for (const auto& entry : request.entries) {
                if (auto m = measuring.ask(entry.label, entry.settings, measuring.count())) {
                    points.push_back({entry.label, entry.settings, *m,
                                      pool.clip_of(clips->ripple_run(0, entry.settings)),
                                      pool.clip_of(clips->dense_run(0))});
                }
            }
        };
        const int expected = measuring.count() * (1 + int(request.entries.size()));
        if (auto status = run_search(pool, observer, search, expected, stop); !status) return status.error();
        if (points.size() < request.entries.size())
            return Error{ErrorCode::OutOfMemory, "Not every setting fits here. " + measuring.refusal(), ""};
        return points;
    } catch (const JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The sweep could not go on.", problem.what()};
    }
}

Result<std::vector<RipplePreset>> measure_presets(Engine& engine, const std::vector<RipplePreset>& presets,
                                                  const GenerationRequest& base,
                                                  const std::vector<std::string>& prompts,
                                                  const std::string& work_folder, CalibrationObserver& observer,
                                                  std::stop_token stop) {
    try {
        auto clips = clips_of(base, prompts);
        if (!clips) return clips.error();
        if (presets.empty()) return Error{ErrorCode::BadRequest, "There is no preset to measure.", ""};
        RunPool pool(engine, observer, work_folder, clips->model.digest);
        std::vector<Measuring> sizes;
        for (const auto& preset : presets) {
            const auto& key = preset.key;
            if (!key.model.empty() && key.model != clips->model.name) {
                return Error{ErrorCode::BadRequest,
                             "The preset " + for_sentence(preset.name) + " was made for " + for_sentence(key.model) +
                                 ", not for " + for_sentence(clips->model.name) + ". Choose that model.",
                             ""};
            }
            Clips same = *clips;
            auto take = [](int wanted, int& value) { value = wanted > 0 ? wanted : value; };
            take(key.width, same.base.width);
            take(key.height, same.base.height);
            take(key.frames, same.base.frames);
            take(key.steps, same.base.steps);
            sizes.emplace_back(pool, observer, std::move(same));
        }
        std::vector<RipplePreset> measured;
        auto search = [&] {
            measured.clear();
            for (std::size_t i = 0; i < presets.size(); ++i) {
                if (const auto m = sizes[i].ask(presets[i].name, presets[i].settings, sizes[i].count())) {
                    measured.push_back(presets[i]);
                    measured.back().measured = m;
                    measured.back().description = text_of(*m);
                }
            }
        };
        const int expected = int(clips->prompts.size() * (1 + presets.size()));
        if (auto status = run_search(pool, observer, search, expected, stop); !status) return status.error();
        if (measured.size() < presets.size())
            return Error{ErrorCode::OutOfMemory, "Not every preset fits here. " + sizes.front().refusal(), ""};
        return measured;
    } catch (const JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The presets could not be measured.", problem.what()};
    }
}

}  // namespace timeripple::engine
