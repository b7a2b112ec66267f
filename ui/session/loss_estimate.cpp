#include "ui/session/loss_estimate.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Steering)
};

constexpr double kEveryPair = 100.0;       // thresholds from here on merge every pair (measured presets of whole cells)
constexpr double kSameSavings = 0.005;     // nearer to a point's savings than this counts as its own
constexpr std::size_t kPointsInText = 6;

bool mergesWholeCells(const engine::RippleSettings& settings) { return settings.schedule.theta_min >= kEveryPair; }

// Loss of each point after pooling: never more dB for more savings.
std::vector<double> pooledDecibels(const std::vector<LossPoint>& points) {
    struct Block {
        double db, weight;
        std::size_t count;
    };
    std::vector<Block> blocks;
    for (const LossPoint& point : points) {
        blocks.push_back({point.psnr_db, double(std::max(1, point.clips)), 1});
        while (blocks.size() > 1 && blocks.back().db > blocks[blocks.size() - 2].db) {
            const Block last = blocks.back();
            blocks.pop_back();
            Block& into = blocks.back();
            into.db = (into.db * into.weight + last.db * last.weight) / (into.weight + last.weight);
            into.weight += last.weight;
            into.count += last.count;
        }
    }
    std::vector<double> decibels;
    for (const Block& block : blocks) decibels.insert(decibels.end(), block.count, block.db);
    return decibels;
}

QString pointText(const LossPoint& point) {
    QString name;
    switch (point.source) {
        case LossPoint::Source::Preset:
            name = Words::tr("preset %1").arg(presetText(point.name.toStdString()));
            break;
        case LossPoint::Source::Sweep:
            name = Words::tr("measured: %1").arg(point.name);
            break;
        case LossPoint::Source::History:
            name = Words::tr("a comparison of the history");
            break;
    }
    const QString measured = Words::tr("%1 saved: %2, %3").arg(percentText(point.run_savings), decibelText(point.psnr_db), name);
    return point.clips > 1 ? Words::tr("%1, mean of %2 clips").arg(measured).arg(point.clips) : measured;
}

}  // namespace

bool sameForm(const engine::RippleSettings& a, const engine::RippleSettings& b) {
    if (a.carry == engine::Carry::Residual && mergesWholeCells(a) != mergesWholeCells(b)) return false;
    engine::RippleSettings other = b;
    other.schedule = a.schedule;
    other.refresh_steps = a.refresh_steps;
    return a == other;
}

std::vector<LossPoint> lossPointsOf(const std::vector<engine::RipplePreset>& presets, const engine::PresetKey& key) {
    std::vector<LossPoint> points;
    for (const auto& preset : presets) {
        if (!preset.measured) continue;
        LossPoint point = lossPointOf({preset.name, preset.settings, *preset.measured, nullptr, nullptr}, key);
        point.source = LossPoint::Source::Preset;
        points.push_back(std::move(point));
    }
    return points;
}

LossPoint lossPointOf(const engine::SettingsPoint& measured, const engine::PresetKey& key) {
    LossPoint point;
    point.source = LossPoint::Source::Sweep;
    point.name = QString::fromStdString(measured.label);
    point.key = key;
    point.model_digest = measured.measured.model_digest;
    point.settings = measured.settings;
    point.run_savings = measured.measured.attention.run;
    point.psnr_db = measured.measured.psnr_mean_db;
    point.clips = std::max(1, measured.measured.clips);
    return point;
}

std::optional<LossPoint> lossPointOf(quint64 clip_id, const engine::Recipe& clip, const engine::Recipe& dense) {
    const engine::GenerationRequest& request = clip.request;
    engine::GenerationRequest twin = dense.request;
    if (!clip.quality || request.attention != engine::AttentionMode::Ripple || twin.attention != engine::AttentionMode::Dense ||
        !request.attention_changes.empty() || !twin.attention_changes.empty()) {
        return std::nullopt;
    }
    twin.attention = request.attention;
    twin.ripple = request.ripple;
    twin.preset_name = request.preset_name;
    if (twin != request || clip.provenance.model_digest != dense.provenance.model_digest) return std::nullopt;
    LossPoint point;
    point.source = LossPoint::Source::History;
    point.clip_id = clip_id;
    point.key = {clip.provenance.model_name, request.width, request.height, request.frames, request.steps};
    point.model_digest = clip.provenance.model_digest;
    point.settings = request.ripple;
    point.run_savings = double(clip.attention_savings);
    point.psnr_db = clip.quality->mean_psnr_db;
    return point;
}

LossEstimate estimateLoss(std::vector<LossPoint> points, double run_savings) {
    // Where nothing was merged there is no loss to learn from.
    std::erase_if(points, [](const LossPoint& p) { return p.psnr_db >= engine::ClipQuality::kIdenticalDb; });
    std::stable_sort(points.begin(), points.end(), [](const LossPoint& a, const LossPoint& b) { return a.run_savings < b.run_savings; });
    LossEstimate estimate;
    estimate.run_savings = run_savings;
    estimate.points = points;
    if (points.empty()) return estimate;
    const std::vector<double> decibels = pooledDecibels(points);
    if (run_savings < points.front().run_savings - kSameSavings) {
        estimate.kind = LossEstimate::Kind::Above;
        estimate.db = decibels.front();
        return estimate;
    }
    if (run_savings > points.back().run_savings + kSameSavings) {
        estimate.kind = LossEstimate::Kind::Below;
        estimate.db = decibels.back();
        return estimate;
    }
    estimate.kind = LossEstimate::Kind::About;
    const double at = std::clamp(run_savings, points.front().run_savings, points.back().run_savings);
    std::size_t i = 0;
    while (i + 1 < points.size() && points[i + 1].run_savings < at) ++i;
    if (i + 1 == points.size()) {
        estimate.db = decibels[i];
        return estimate;
    }
    const double width = points[i + 1].run_savings - points[i].run_savings;
    const double part = width > 0.0 ? (at - points[i].run_savings) / width : 0.0;
    estimate.db = decibels[i] + part * (decibels[i + 1] - decibels[i]);
    return estimate;
}

std::optional<LossEstimate> measuredLoss(std::vector<LossPoint> points, const engine::RippleSettings& settings) {
    std::erase_if(points, [&](const LossPoint& p) { return p.settings != settings; });
    double savings = 0.0, clips = 0.0;
    for (const LossPoint& point : points) {
        savings += point.run_savings * point.clips;
        clips += point.clips;
    }
    if (points.empty()) return std::nullopt;
    // One setting: clips that saved a little more or less than each other are one point.
    savings /= clips;
    std::vector<LossPoint> together = points;
    for (LossPoint& point : together) point.run_savings = savings;
    LossEstimate estimate = estimateLoss(together, savings);
    estimate.points = std::move(points);
    return estimate;
}

QString lossText(const LossEstimate& estimate) {
    const QString db = QString::number(std::lround(estimate.db));
    switch (estimate.kind) {
        case LossEstimate::Kind::Unknown:
            return Words::tr("loss not measured for this form");
        case LossEstimate::Kind::TwoForms:
            return Words::tr("loss not measured for two forms in one run");
        case LossEstimate::Kind::None:
            return Words::tr("no loss: nothing is reused");
        case LossEstimate::Kind::About:
            return Words::tr("about %1 dB against dense").arg(db);
        case LossEstimate::Kind::Above:
            return Words::tr("above about %1 dB against dense").arg(db);
        case LossEstimate::Kind::Below:
            return Words::tr("below about %1 dB against dense").arg(db);
    }
    return {};
}

QString lossBasisText(const LossEstimate& estimate) {
    if (estimate.kind == LossEstimate::Kind::None) return {};
    if (estimate.kind == LossEstimate::Kind::TwoForms) {
        return Words::tr("The steps so far reused in another way; what both together cost was never measured.");
    }
    if (estimate.points.empty()) {
        return Words::tr("No clip of this model, size, frames and steps was measured against its dense twin\nwith this form. Compare "
                         "measures one, the Sweep page several.");
    }
    // The nearest ones, in order.
    std::vector<LossPoint> points = estimate.points;
    std::stable_sort(points.begin(), points.end(), [&](const LossPoint& a, const LossPoint& b) {
        return std::abs(a.run_savings - estimate.run_savings) < std::abs(b.run_savings - estimate.run_savings);
    });
    points.resize(std::min(points.size(), kPointsInText));
    std::stable_sort(points.begin(), points.end(), [](const LossPoint& a, const LossPoint& b) { return a.run_savings < b.run_savings; });
    QStringList lines{Words::tr("Estimated from what was measured with this form, model, size, frames and steps,\n"
                                "over the attention savings of the whole run, here about %1:")
                          .arg(percentText(estimate.run_savings))};
    for (const LossPoint& point : points) lines << pointText(point);
    if (estimate.points.size() > points.size()) {
        lines << Words::tr("and %1 more").arg(estimate.points.size() - points.size());
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace timeripple::ui
