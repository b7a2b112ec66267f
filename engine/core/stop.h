#pragma once
#include "engine/weights/weight_source.h"

#include <stop_token>

namespace timeripple::engine {

// Cancellation travels as an exception inside the engine and becomes ErrorCode::Cancelled at the door.
inline void throw_if_stopped(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw EngineFailure({ErrorCode::Cancelled, "Cancelled.", {}});
    }
}

}  // namespace timeripple::engine
