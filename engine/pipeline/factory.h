#pragma once
// The one symbol that libtr_engine exports by name. engine/base/engine_loader.cpp opens the library and calls it.

namespace timeripple::engine {
class Engine;
}

extern "C" {
// Returns a new Engine (owned by the caller), or null where `build_id` is another than this library's; then
// *own_build_id points to this library's id (static storage).
__attribute__((visibility("default"))) timeripple::engine::Engine* timeripple_make_engine(const char* build_id,
                                                                                          const char** own_build_id);
}
