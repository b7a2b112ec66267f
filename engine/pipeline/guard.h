#pragma once
// The one place where exceptions end. Everything behind the door runs inside guarded().

#include "engine/api/result.h"

#include <string>

namespace timeripple::engine {

// Call inside a catch block: the exception in flight as an Error.
Error error_in_flight();

// T is the value type of the Result.
template <typename T, typename Work>
Result<T> guarded(Work&& work) noexcept {
    try {
        return work();
    } catch (...) {
        try {
            return error_in_flight();
        } catch (...) {
            return Error{ErrorCode::OutOfMemory, {}, {}};  // not even a sentence could be stored
        }
    }
}

}  // namespace timeripple::engine
