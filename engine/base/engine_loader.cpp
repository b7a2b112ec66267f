// Opens libtr_engine at run time. The programs never link it: help, inspection, player and export do not wait for
// LibTorch, and libraries that LibTorch brings stay out of the program's global scope (RTLD_LOCAL).
#include "engine/api/engine.h"
#include "engine/api/log.h"
#include "engine/pipeline/factory.h"

#include <climits>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <mutex>
#include <unistd.h>
#include <vector>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibraryName = "libtr_engine.so";
constexpr const char* kWayOut = "Run installer/run.sh once more; it builds the program and its engine together.";

using MakeEngine = decltype(&timeripple_make_engine);

Error missing(std::string message, std::string detail = {}) {
    log_error("loader", detail.empty() ? message : message + " (" + detail + ")");
    return {ErrorCode::EngineMissing, std::move(message), std::move(detail)};
}

fs::path folder_of_program() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path() : program.parent_path();
}

// Folder of this library: the engine is installed beside it.
fs::path folder_of_base_library() {
    Dl_info info{};
    if (!dladdr(reinterpret_cast<const void*>(&open_engine), &info) || !info.dli_fname) return {};
    std::error_code error;
    const fs::path library = fs::canonical(info.dli_fname, error);
    return error ? fs::path() : library.parent_path();
}

Result<fs::path> find_library() {
    std::error_code error;
    if (const char* named = std::getenv("TIMERIPPLE_ENGINE"); named && *named) {
        const fs::path path = fs::absolute(named, error);
        if (!fs::is_regular_file(path, error)) {
            return missing("TIMERIPPLE_ENGINE names " + path.string() +
                           ", which is not a file. Correct it or unset it.");
        }
        return path;
    }
    std::vector<fs::path> tried;
    for (const fs::path& folder : {folder_of_base_library(), folder_of_program() / ".." / "lib"}) {
        if (folder.empty()) continue;
        const fs::path path = (folder / kLibraryName).lexically_normal();
        if (fs::is_regular_file(path, error)) return path;
        tried.push_back(path);
    }
    const std::string where = tried.empty() ? std::string(kLibraryName) : tried.front().string();
    return missing("The engine library " + where + " is missing. " + kWayOut);
}

Result<MakeEngine> open_library() {
    auto found = find_library();
    if (!found) return found.error();
    const std::string path = found->string();
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char* reason = dlerror();
        return missing("The engine library " + path +
                           " cannot be opened: it is damaged, or a library that it needs (LibTorch) is "
                           "missing. " +
                           kWayOut,
                       reason ? reason : "");
    }
    // From here on the library stays open whatever happens: a library with LibTorch cannot be unloaded.
    auto make = reinterpret_cast<MakeEngine>(dlsym(library, "timeripple_make_engine"));
    if (!make) return missing("The file " + path + " is a library, but not TimeRipple's engine. " + kWayOut);
    log_info("loader", "opened " + path);
    return make;
}

}  // namespace

Result<std::unique_ptr<Engine>> open_engine() {
    static std::mutex mutex;
    static MakeEngine make = nullptr;
    try {
        std::scoped_lock lock(mutex);
        if (!make) {
            auto opened = open_library();
            if (!opened) return opened.error();
            make = *opened;
        }
        const char* own_id = nullptr;
        if (Engine* engine = make(build_id().c_str(), &own_id)) return std::unique_ptr<Engine>(engine);
        make = nullptr;
        return missing("The engine library is of another build (" + std::string(own_id ? own_id : "unknown") +
                       ") than this program (" + build_id() + "). " + kWayOut);
    } catch (const std::exception& error) {
        return missing(std::string("The engine could not start. ") + kWayOut, error.what());
    } catch (...) {
        return missing(std::string("The engine could not start. ") + kWayOut);
    }
}

}  // namespace timeripple::engine
