#include "ui/session/run_steps.h"

namespace timeripple::ui {

RunRecordPtr upToStep(const RunRecord& run, int step) {
    auto part = std::make_shared<RunRecord>();
    part->model = run.model;
    part->delta = run.delta;
    for (const auto& stats : run.steps) {
        if (stats.step <= step) part->steps.push_back(stats);
    }
    part->previews.insert(run.previews.begin(), run.previews.upper_bound(step));
    part->token_maps.insert(run.token_maps.begin(), run.token_maps.upper_bound(step));
    return part;
}

}  // namespace timeripple::ui
