#include "engine/base/resource_paths.h"

#include "engine/api/model_info.h"
#include "engine/api/resources.h"

#include <cstdlib>

namespace timeripple::engine {
namespace detail {

namespace fs = std::filesystem;

std::optional<fs::path> resources_folder() {
    std::error_code error;
    if (const char* named = std::getenv("TIMERIPPLE_RESOURCES"); named && *named) {
        const fs::path folder = fs::weakly_canonical(named, error);
        return fs::is_directory(folder, error) ? std::optional(folder) : std::nullopt;
    }
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
    // Installed (bin/ beside share/), or in build/<preset>/bin of the source tree.
    for (const char* place :
         {"../share/timeripple/resources", "../resources", "../../resources", "../../../resources"}) {
        const fs::path folder = fs::weakly_canonical(program / place, error);
        if (!error && fs::is_directory(folder / "models", error)) return folder;
    }
    return std::nullopt;
}

std::optional<fs::path> user_data_folder() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && data[0] == '/') return fs::path(data) / "timeripple";
    if (const char* home = std::getenv("HOME"); home && home[0] == '/')
        return fs::path(home) / ".local/share/timeripple";
    return std::nullopt;
}

}  // namespace detail

std::string resources_path() {
    try {
        const auto folder = detail::resources_folder();
        return folder ? folder->string() : std::string();
    } catch (const std::exception&) {
        return {};
    }
}

Result<std::string> builtin_model_path() {
    try {
        std::error_code error;
        if (const auto resources = detail::resources_folder()) {
            const auto pond = *resources / "models/pond";
            if (std::filesystem::is_regular_file(pond / "model_index.json", error)) return pond.string();
        }
        return Error{ErrorCode::BadFile,
                     "The built-in model Pond was not found beside the program. Run installer/run.sh again, name the "
                     "folder resources/ in "
                     "TIMERIPPLE_RESOURCES, or choose a model with --model.",
                     ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The built-in model could not be looked for.", problem.what()};
    }
}

}  // namespace timeripple::engine
