// Walks folders for models. Names only: what a place is, inspect_model() says.
#include "engine/api/model_scan.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

bool is_weight_file(const fs::path& path) {
    static const std::set<std::string> kSuffixes{".safetensors", ".gguf", ".pth", ".pt", ".ckpt"};
    return kSuffixes.contains(path.extension().string());
}

bool is_snapshot_store(const fs::path& folder) {
    std::error_code error;
    return folder.filename().string().rfind("models--", 0) == 0 && fs::is_directory(folder / "snapshots", error);
}

class Scan {
  public:
    explicit Scan(std::stop_token stop) : stop_(std::move(stop)) {}

    void visit(const fs::path& folder, int depth) {
        std::error_code error;
        if (stop_.stop_requested() || found_.size() >= kScanMost) return;
        const fs::path real = fs::canonical(folder, error);
        if (error || !seen_.insert(real).second) return;
        if (fs::exists(folder / "model_index.json", error)) {
            found_.insert(folder.string());
            return;  // its parts are not models of their own
        }
        if (is_snapshot_store(folder)) {
            visit_snapshots(folder);
            return;
        }
        for (const fs::path& entry : entries(folder)) {
            if (stop_.stop_requested() || found_.size() >= kScanMost) return;
            if (fs::is_directory(entry, error)) {
                if (depth < kScanDepth && entry.filename().string().front() != '.') visit(entry, depth + 1);
            } else if (is_weight_file(entry) && fs::is_regular_file(entry, error)) {
                found_.insert(entry.string());
            }
        }
    }

    std::vector<std::string> found() const { return {found_.begin(), found_.end()}; }

  private:
    // A cache keeps each revision as a folder of links; one that was not finished has no model_index.json.
    void visit_snapshots(const fs::path& store) {
        std::error_code error;
        bool complete = false;
        for (const fs::path& snapshot : entries(store / "snapshots")) {
            if (!fs::exists(snapshot / "model_index.json", error)) continue;
            found_.insert(snapshot.string());
            complete = true;
        }
        if (!complete) found_.insert(store.string());
    }

    static std::vector<fs::path> entries(const fs::path& folder) {
        std::error_code error;
        std::vector<fs::path> all;
        fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
        for (; !error && it != fs::directory_iterator(); it.increment(error)) all.push_back(it->path());
        std::sort(all.begin(), all.end());
        return all;
    }

    std::stop_token stop_;
    std::set<fs::path> seen_;  // real folders, so that a link in a circle ends
    std::set<std::string> found_;
};

}  // namespace

Result<std::vector<std::string>> find_models(const std::string& folder, std::stop_token stop) {
    try {
        std::error_code error;
        if (!fs::is_directory(folder, error)) {
            return Error{ErrorCode::BadFile,
                         "There is no folder " + folder + " (any more). Take it off the list, or connect the drive it is on.", ""};
        }
        fs::directory_iterator readable(folder, error);
        if (error) {
            return Error{ErrorCode::BadFile, "The folder " + folder + " cannot be read. Check its permissions.", error.message()};
        }
        Scan scan(std::move(stop));
        scan.visit(folder, 0);
        return scan.found();
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadFile, "The folder " + folder + " cannot be searched.", problem.what()};
    }
}

std::string hub_cache_folder() {
    auto value = [](const char* name) { return std::getenv(name) ? std::string(std::getenv(name)) : std::string(); };
    fs::path folder;
    if (const auto cache = value("HF_HUB_CACHE"); !cache.empty()) {
        folder = cache;
    } else if (const auto home = value("HF_HOME"); !home.empty()) {
        folder = fs::path(home) / "hub";
    } else if (const auto user = value("HOME"); !user.empty()) {
        folder = fs::path(user) / ".cache/huggingface/hub";
    }
    std::error_code error;
    return !folder.empty() && fs::is_directory(folder, error) ? folder.string() : std::string();
}

}  // namespace timeripple::engine
