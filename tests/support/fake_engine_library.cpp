// The fake engine behind the symbol that the loader looks for. Compiled a second time with another build id, to be
// refused.
#include "engine/pipeline/factory.h"
#include "tests/support/fake_engine.h"

#include <string>

timeripple::engine::Engine* timeripple_make_engine(const char* build_id, const char** own_build_id) {
#ifdef TIMERIPPLE_FAKE_BUILD_ID
    static const std::string own = TIMERIPPLE_FAKE_BUILD_ID;
#else
    static const std::string own = timeripple::engine::build_id();
#endif
    if (own_build_id) *own_build_id = own.c_str();
    if (!build_id || own != build_id) return nullptr;
    return new timeripple::engine::FakeEngine;
}
