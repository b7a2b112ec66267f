#include "engine/pipeline/guard.h"

#include "engine/api/log.h"
#include "engine/weights/weight_source.h"

#include <c10/util/Exception.h>
#include <nlohmann/json.hpp>

#include <new>

namespace timeripple::engine {
namespace {

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

Error out_of_memory(std::string detail) {
    return {ErrorCode::OutOfMemory,
            "Memory ran out while the clip was made. Choose a smaller size or fewer frames, or switch VAE tiling on; "
            "closing "
            "other programs helps too.",
            std::move(detail)};
}

Error from_torch(const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    if (contains(text, "out of memory") || contains(text, "CUBLAS_STATUS_ALLOC_FAILED") || contains(text, "can't allocate memory") ||
        contains(text, "not enough memory")) {
        return out_of_memory(text);
    }
    return {ErrorCode::Internal,
            "The computation failed, which is a fault of this program. Please report it with the details.",
            error.what()};
}

Error translate() {
    try {
        throw;
    } catch (const EngineFailure& failure) {
        return failure.error();
    } catch (const c10::OutOfMemoryError& error) {
        return out_of_memory(error.what_without_backtrace());
    } catch (const c10::Error& error) {
        return from_torch(error);
    } catch (const std::bad_alloc& error) {
        return out_of_memory(error.what());
    } catch (const nlohmann::json::exception& error) {
        return {ErrorCode::BadFile, "A JSON file of the model folder is damaged. Fetch the folder again.",
                error.what()};
    } catch (const std::exception& error) {
        return {ErrorCode::Internal,
                "The engine failed, which is a fault of this program. Please report it with the details.",
                error.what()};
    } catch (...) {
        return {ErrorCode::Internal, "The engine failed, which is a fault of this program. Please report it.", {}};
    }
}

}  // namespace

Error error_in_flight() {
    Error error = translate();
    if (error.code != ErrorCode::Cancelled) {
        log_error("engine", error.detail.empty() ? error.message : error.message + " [" + error.detail + "]");
    }
    return error;
}

}  // namespace timeripple::engine
