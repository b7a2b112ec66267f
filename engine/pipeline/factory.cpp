#include "engine/pipeline/factory.h"

#include "engine/pipeline/engine.h"
#include "timeripple_version.h"

#include <cstring>
#include <new>

extern "C" timeripple::engine::Engine* timeripple_make_engine(const char* build_id, const char** own_build_id) {
    // Compiled into this library: build_id() is the base library's.
    static const char kOwn[] = TIMERIPPLE_BUILD_ID;
    if (own_build_id) {
        *own_build_id = kOwn;
    }
    if (!build_id || std::strcmp(build_id, kOwn) != 0) {
        return nullptr;
    }
    return new (std::nothrow) timeripple::engine::StudioEngine();
}
