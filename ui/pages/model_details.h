#pragma once
// One model in full: what it is, what is missing, what it needs on this machine, and the settings that would fit. Made anew for each
// model and each change of settings.

#include <QWidget>
#include <vector>

#include "engine/api/device_info.h"
#include "ui/models/model_library.h"

class QVBoxLayout;

namespace timeripple::ui {

class ModelDetails final : public QWidget {
    Q_OBJECT
  public:
    // `request`: the settings that the memory is estimated for; `chosen`: this model is the one in use and these are its settings.
    ModelDetails(const ModelEntry& entry, const engine::GenerationRequest& request, bool chosen,
                 const std::vector<engine::DeviceInfo>& devices, QWidget* parent = nullptr);

  Q_SIGNALS:
    void useRequested();
    void settingsRequested(const timeripple::engine::GenerationRequest& request);

  private:
    void addProblem(QVBoxLayout* column, const ModelEntry& entry);
    void addParts(QVBoxLayout* column, const engine::ModelInfo& info);
    void addMemory(QVBoxLayout* column, const engine::ModelInfo& info, const engine::GenerationRequest& request, bool chosen,
                   const std::vector<engine::DeviceInfo>& devices);
};

}  // namespace timeripple::ui
