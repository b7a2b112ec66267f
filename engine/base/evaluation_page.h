#pragma once
#include "engine/api/evaluation.h"

#include <string>

namespace timeripple::engine::detail {

// The report as one HTML page that needs nothing else: a table, two plots, what the numbers mean. Light and dark.
std::string evaluation_page(const EvaluationReport& report);

}  // namespace timeripple::engine::detail
