#pragma once
// Speed-ups of an evaluation's rows from runs of their own, since those that measure quality may share a machine.

#include "engine/api/evaluation.h"
#include "engine/base/measuring.h"

namespace timeripple::engine::detail {

// The first `wanted` clips once more on the CPU with all its threads, dense and with every row's settings, at the row's
// size; fills the speed-ups of report.rows and where they were measured. Nothing to do for 0.
Status take_times(RunPool& pool, CalibrationObserver& observer, const Clips& clips, int wanted, EvaluationReport& report,
                  const std::stop_token& stop);

}  // namespace timeripple::engine::detail
