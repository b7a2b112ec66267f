#pragma once
// Questions about single steps of a run.

#include <utility>

#include "ui/session/run_record.h"

namespace timeripple::ui {

// What computes this step (1-based): the request's attention or the latest change up to it. Lives as long as the request.
std::pair<engine::AttentionMode, const engine::RippleSettings*> attentionAt(const engine::GenerationRequest& request, int step);
// Statistics, previews and maps of the steps up to this one: what a run that goes on from there begins with.
RunRecordPtr upToStep(const RunRecord& run, int step);

}  // namespace timeripple::ui
