#pragma once
// One call of ripple attention on tensors from a file, and what the definition says about it.

#include "engine/api/attention_file.h"

#include <stop_token>

namespace timeripple::engine {

// Throws EngineFailure. The output is complete or not there.
AttentionFileReport run_attention_file(const AttentionFileRequest& request, std::stop_token stop);

}  // namespace timeripple::engine
