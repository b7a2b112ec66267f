#pragma once
// Every loss that is known to this window: sweeps, searches, comparisons of the history. Measured presets come from their files. GUI
// thread only.

#include <QObject>
#include <vector>

#include "engine/api/model_info.h"
#include "ui/session/loss_estimate.h"

namespace timeripple::ui {

class MeasuredLosses final : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;

    // One of the same clip, or of the same setting with the same result, is replaced.
    void add(const std::vector<LossPoint>& points);
    // With these weights, at this size, frames and steps; measured presets of theirs first.
    std::vector<LossPoint> of(const engine::ModelInfo& model, const engine::GenerationRequest& request) const;

  Q_SIGNALS:
    void changed();

  private:
    std::vector<LossPoint> points_;
};

}  // namespace timeripple::ui
