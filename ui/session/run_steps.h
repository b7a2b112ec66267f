#pragma once
// The first steps of a run.

#include "ui/session/run_record.h"

namespace timeripple::ui {

// Statistics, previews and maps of the steps up to this one: what a run that goes on from there begins with.
RunRecordPtr upToStep(const RunRecord& run, int step);

}  // namespace timeripple::ui
