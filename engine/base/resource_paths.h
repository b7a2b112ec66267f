#pragma once
#include <filesystem>
#include <optional>

namespace timeripple::engine::detail {

// The folder resources/: TIMERIPPLE_RESOURCES, or beside the program (installed or in a build folder of the source
// tree).
std::optional<std::filesystem::path> resources_folder();

// XDG_DATA_HOME/timeripple or ~/.local/share/timeripple; not made. None where there is no home.
std::optional<std::filesystem::path> user_data_folder();

}  // namespace timeripple::engine::detail
