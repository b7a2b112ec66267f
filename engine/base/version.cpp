#include "engine/api/engine.h"
#include "timeripple_version.h"

namespace timeripple::engine {

std::string build_id() {
    return TIMERIPPLE_BUILD_ID;
}

std::string version_text() {
    return "TimeRipple Studio " TIMERIPPLE_VERSION ", commit " TIMERIPPLE_COMMIT ", " TIMERIPPLE_BUILD_TYPE;
}

}  // namespace timeripple::engine
