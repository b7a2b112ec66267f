#include "ui/session/steering_forecast.h"

#include <QCoreApplication>
#include <algorithm>
#include <utility>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

// What computes the steps to come as things stand.
std::pair<engine::AttentionMode, engine::RippleSettings> attentionNow(const engine::GenerationRequest& request) {
    if (request.attention_changes.empty()) return {request.attention, request.ripple};
    const auto& last = request.attention_changes.back();
    return {last.mode, last.ripple};
}

// Whether the run ends as if it had these settings from its first step on.
bool runsAs(const RunRecord& run, engine::AttentionMode mode, const engine::RippleSettings& settings) {
    return mode == engine::AttentionMode::Ripple && std::all_of(run.steps.begin(), run.steps.end(), [&](const engine::StepStats& step) {
        const bool reuses = settings.schedule.threshold(step.step, run.request.steps) > 0.0;
        return step.dense != reuses && (step.dense || engine::attention_at(run.request, step.step).ripple == settings);
    });
}

// What was reused in the steps so far and would be in those to come, as one point among the measured ones.
LossEstimate lossOf(const RunRecord& run, engine::AttentionMode mode, const engine::RippleSettings& settings, double savings_to_come,
                    std::vector<LossPoint> points) {
    std::optional<engine::RippleSettings> form;
    if (mode == engine::AttentionMode::Ripple) form = settings;
    double saved = savings_to_come * (run.request.steps - run.steps.back().step);
    for (const auto& step : run.steps) {
        saved += double(step.attention_savings());
        if (step.dense) continue;
        const engine::RippleSettings& there = engine::attention_at(run.request, step.step).ripple;
        if (form && !sameForm(*form, there)) return {LossEstimate::Kind::TwoForms, 0.0, 0.0, {}};
        form = there;
    }
    if (!form) return {LossEstimate::Kind::None, 0.0, 0.0, {}};
    std::erase_if(points, [&](const LossPoint& point) { return !sameForm(point.settings, *form); });
    if (runsAs(run, mode, settings)) {
        if (const auto measured = measuredLoss(points, settings)) return *measured;
    }
    return estimateLoss(std::move(points), saved / run.request.steps);
}

}  // namespace

SteeringForecast forecastOf(const RunRecord& run, engine::AttentionMode mode, const engine::RippleSettings& settings,
                            const std::vector<LossPoint>& points) {
    SteeringForecast result;
    if (!run.running || !run.delta || run.steps.empty() || run.steps.back().step >= run.request.steps) return result;
    const auto cost = engine::dense_step_cost(run.steps);
    if (!cost) return result;
    const int next = run.steps.back().step + 1;
    if (const auto asked = engine::forecast_run(*run.delta, mode, settings, *cost, next)) {
        result.savings = asked->attention_savings;
        result.seconds = asked->seconds;
        result.loss = lossOf(run, mode, settings, asked->attention_savings, points);
    }
    const auto [now_mode, now_settings] = attentionNow(run.request);
    if (const auto now = engine::forecast_run(*run.delta, now_mode, now_settings, *cost, next)) result.now_seconds = now->seconds;
    return result;
}

QString savingText(const SteeringForecast& forecast) {
    if (!forecast.savings) return {};
    QString text = QCoreApplication::translate("Steering", "would save %1").arg(percentText(*forecast.savings));
    if (forecast.seconds && forecast.now_seconds) {
        const double sooner = *forecast.now_seconds - *forecast.seconds;
        if (sooner >= 0.5) {
            text += QCoreApplication::translate("Steering", ", %1 sooner").arg(durationText(sooner));
        } else if (sooner <= -0.5) {
            text += QCoreApplication::translate("Steering", ", %1 later").arg(durationText(-sooner));
        }
    }
    return text;
}

}  // namespace timeripple::ui
