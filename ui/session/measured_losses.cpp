#include "ui/session/measured_losses.h"

#include <unordered_set>

namespace timeripple::ui {
namespace {

// The same setting with the same result: a sweep's point that was made a preset.
bool sameMeasurement(const LossPoint& a, const LossPoint& b) {
    return a.clip_id == 0 && b.clip_id == 0 && a.key == b.key && a.settings == b.settings && a.clips == b.clips && a.psnr_db == b.psnr_db;
}

void put(std::vector<LossPoint>& points, const LossPoint& point) {
    std::erase_if(points, [&](const LossPoint& p) { return sameMeasurement(p, point); });
    points.push_back(point);
}

}  // namespace

void MeasuredLosses::add(const std::vector<LossPoint>& points) {
    if (points.empty()) return;
    std::unordered_set<quint64> clips;
    for (const LossPoint& point : points) clips.insert(point.clip_id);
    std::erase_if(points_, [&](const LossPoint& p) { return p.clip_id != 0 && clips.contains(p.clip_id); });
    for (const LossPoint& point : points) {
        if (point.clip_id != 0) {
            points_.push_back(point);
        } else {
            put(points_, point);
        }
    }
    Q_EMIT changed();
}

std::vector<LossPoint> MeasuredLosses::of(const engine::ModelInfo& model, const engine::GenerationRequest& request) const {
    const engine::PresetKey key = engine::preset_key(model, request);
    std::vector<LossPoint> result;
    for (const LossPoint& point : points_) {
        const bool same_weights = point.model_digest.empty() || model.digest.empty() || point.model_digest == model.digest;
        if (point.key == key && same_weights) result.push_back(point);
    }
    // What became a preset goes by the preset's name.
    for (const LossPoint& point : lossPointsOf(engine::presets_for(model, request), key)) put(result, point);
    return result;
}

}  // namespace timeripple::ui
