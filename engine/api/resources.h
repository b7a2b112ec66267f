#pragma once
// The folder resources/ that belongs to this program: models, presets, demos.

#include <string>

namespace timeripple::engine {

// TIMERIPPLE_RESOURCES, or beside the program; empty where there is none.
std::string resources_path();

}  // namespace timeripple::engine
