#pragma once
// What a search over many runs tells: one line a measured setting, and the time to go; JSON lines with --json.

#include "app/cli/progress.h"
#include "engine/api/calibration.h"

#include <nlohmann/json_fwd.hpp>

namespace timeripple::cli {

class SearchProgress : public engine::CalibrationObserver {
  public:
    explicit SearchProgress(bool as_json) : as_json_(as_json) {}
    void on_point(const engine::SettingsPoint& point) override;
    void on_progress(int done, int total, double remaining_seconds) override;
    void on_notice(const std::string& text) override;
    void finish();

  private:
    bool as_json_;
    bool painted_ = false;
    std::string last_notice_;
};

nlohmann::json measurement_json(const engine::RippleMeasurement& measured);

}  // namespace timeripple::cli
