#pragma once
// Calls into the engine that turn what they throw into an error: an engine should never throw, a bug in it must not end the program.

#include <exception>

#include "engine/api/log.h"
#include "engine/api/result.h"

namespace timeripple::ui {

inline engine::Error internalError(const char* what) {
    return {engine::ErrorCode::Internal, "The program met an error of its own. The run was stopped; nothing else is lost.", what};
}

template <typename T, typename Call>
engine::Result<T> guarded(Call call) {
    try {
        return call();
    } catch (const std::exception& e) {
        engine::log_error("session", e.what());
        return internalError(e.what());
    } catch (...) {
        return internalError("an exception of an unknown type");
    }
}

}  // namespace timeripple::ui
