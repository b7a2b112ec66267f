// timeripple: the command line. No Qt, no Torch; the engine is opened when a run begins.
#include <cstdio>

#include "engine/api/engine.h"

int main() {
    std::printf("%s\n", timeripple::engine::version_text().c_str());
    return 0;
}
