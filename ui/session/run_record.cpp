#include "ui/session/run_record.h"

#include <algorithm>


namespace timeripple::ui {
namespace {

// Of an even number the mean of both in the middle, as the recipe has it: the upper one alone would make the few dense steps slower
// than they are, and the factor larger.
double median(std::vector<double> values) {
    if (values.empty()) return 0.0;
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2.0;
}

std::size_t bytesOf(const engine::FrameSequencePtr& frames) { return frames ? frames->rgb.size() : 0; }
std::size_t bytesOf(const engine::TokenMapPtr& map) { return map ? map->bytes() : 0; }

template <typename T>
void trim(std::map<int, T>& kept) {
    std::size_t total = 0;
    for (const auto& [step, value] : kept) total += bytesOf(value);
    while (total > kMaxRecordBytes && kept.size() > 1) {
        total -= bytesOf(kept.begin()->second);
        kept.erase(kept.begin());
    }
}

}  // namespace

void RunRecord::apply(const RunUpdate& update) {
    if (update.progress) {
        progress = *update.progress;
        progress_at = std::chrono::steady_clock::now();
    }
    if (update.resolved) request = *update.resolved;
    if (update.model) model = *update.model;
    for (const auto& step : update.steps) {
        std::erase_if(steps, [&](const auto& earlier) { return earlier.step >= step.step; });  // of a run that began anew
        steps.push_back(step);
    }
    if (update.preview) {
        previews[update.preview_step] = update.preview;
        trim(previews);
    }
    if (update.token_map) {
        token_maps[update.token_map->step] = update.token_map;
        trim(token_maps);
    }
    if (update.delta) delta = update.delta;
    for (const auto& change : update.attention_changes) {
        auto& changes = request.attention_changes;
        if (std::find(changes.begin(), changes.end(), change) != changes.end()) continue;  // as planned
        std::erase_if(changes, [&](const auto& other) { return other.from_step >= change.from_step; });
        changes.push_back(change);
    }
    if (update.paused) paused = *update.paused;
    if (update.decoded) decoded = update.decoded;
    for (const auto& notice : update.notices) notices << QString::fromStdString(notice);
}

void RunRecord::finish(const engine::ClipPtr& finished) {
    running = false;
    paused = false;
    control.reset();
    clip = finished;
    if (!clip) return;
    request = clip->request;
    if (!clip->steps.empty()) steps = clip->steps;
    for (const auto& map : clip->token_maps) {
        if (map) token_maps[map->step] = map;
    }
    trim(token_maps);
}

RunSavings RunRecord::savings() const {
    RunSavings result;
    if (steps.empty()) return kept_savings.value_or(result);
    std::vector<double> dense, ripple;
    double score = 0.0, attention = 0.0;
    for (const auto& step : steps) {
        score += step.score_savings();
        attention += step.attention_savings();
        (step.dense ? dense : ripple).push_back(step.seconds);
    }
    // The first step of a run warms caches up; it is left out where others were measured.
    if (dense.size() > 2) dense.erase(dense.begin());
    result.dense_step_seconds = twin_dense_step_seconds > 0 ? twin_dense_step_seconds : median(dense);
    result.ripple_step_seconds = median(ripple);
    if (ripple.empty()) return result;
    result.score = score / double(steps.size());
    result.attention = attention / double(steps.size());
    if (result.dense_step_seconds > 0 && result.ripple_step_seconds > 0) {
        result.measured_factor = result.dense_step_seconds / result.ripple_step_seconds;
    }
    return result;
}

double RunRecord::elapsedSeconds() const {
    return progress.elapsed_seconds + std::chrono::duration<double>(std::chrono::steady_clock::now() - progress_at).count();
}

double RunRecord::denoisingLeft() const {
    if (steps.empty()) return -1.0;
    const RunSavings measured = savings();
    const double dense = measured.dense_step_seconds > 0 ? measured.dense_step_seconds : steps.back().seconds;
    double sum = 0.0;
    for (int step = steps.back().step + 1; step <= request.steps; ++step) {
        const engine::AttentionChange now = engine::attention_at(request, step);
        const bool reuses = now.mode == engine::AttentionMode::Ripple && now.ripple.schedule.threshold(step, request.steps) > 0;
        sum += reuses && measured.ripple_step_seconds > 0 ? measured.ripple_step_seconds : dense;
    }
    return sum;
}

engine::AttentionMode RunRecord::attentionNow() const {
    return request.attention_changes.empty() ? request.attention : request.attention_changes.back().mode;
}

int RunRecord::layers() const {
    if (model && model->layers > 0) return model->layers;
    return steps.empty() ? 0 : int(steps.front().layers.size());
}

int RunRecord::heads() const {
    if (model && model->heads > 0) return model->heads;
    return steps.empty() || steps.front().layers.empty() ? 0 : int(steps.front().layers.front().heads.size());
}

engine::TokenMapPtr RunRecord::mapNear(int step) const {
    if (token_maps.empty()) return nullptr;
    auto after = token_maps.upper_bound(step);
    return after == token_maps.begin() ? after->second : std::prev(after)->second;
}

RunRecordPtr RunRecord::ofClip(const engine::ClipPtr& clip) {
    auto record = std::make_shared<RunRecord>();
    record->finish(clip);
    return record;
}

}  // namespace timeripple::ui
