#include "ui/session/steering_forecast.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

// Equal but for how far the thresholds reach.
bool sameForm(engine::RippleSettings a, const engine::RippleSettings& b) {
    a.schedule.theta_min = b.schedule.theta_min;
    a.schedule.theta_max = b.schedule.theta_max;
    return a == b;
}

// What computes the steps to come as things stand.
std::pair<engine::AttentionMode, engine::RippleSettings> attentionNow(const engine::GenerationRequest& request) {
    if (request.attention_changes.empty()) return {request.attention, request.ripple};
    const auto& last = request.attention_changes.back();
    return {last.mode, last.ripple};
}

}  // namespace

std::optional<double> measuredLoss(const engine::RippleSettings& settings, const std::vector<engine::RipplePreset>& presets) {
    std::vector<std::pair<double, double>> points;
    for (const auto& preset : presets) {
        if (preset.measured && sameForm(preset.settings, settings)) {
            points.emplace_back(preset.settings.schedule.theta_max, preset.measured->psnr_mean_db);
        }
    }
    std::sort(points.begin(), points.end());
    const double theta = settings.schedule.theta_max;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (std::abs(points[i].first - theta) < 1e-9) return points[i].second;
        if (i == 0 || theta < points[i - 1].first || theta > points[i].first) continue;
        const double part = (theta - points[i - 1].first) / (points[i].first - points[i - 1].first);
        return points[i - 1].second + part * (points[i].second - points[i - 1].second);
    }
    return std::nullopt;
}

SteeringForecast forecastOf(const RunRecord& run, engine::AttentionMode mode, const engine::RippleSettings& settings,
                            const std::vector<engine::RipplePreset>& presets) {
    SteeringForecast result;
    if (mode == engine::AttentionMode::Ripple) result.db = measuredLoss(settings, presets);
    if (!run.running || !run.delta || run.steps.empty() || run.steps.back().step >= run.request.steps) return result;
    const auto cost = engine::dense_step_cost(run.steps);
    if (!cost) return result;
    const int next = run.steps.back().step + 1;
    if (const auto asked = engine::forecast_run(*run.delta, mode, settings, *cost, next)) {
        result.savings = asked->attention_savings;
        result.seconds = asked->seconds;
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

QString lossText(const SteeringForecast& forecast) {
    return forecast.db ? QCoreApplication::translate("Steering", "about %1").arg(decibelText(*forecast.db)) : QString();
}

}  // namespace timeripple::ui
