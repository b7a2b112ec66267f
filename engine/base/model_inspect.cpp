// What a path is: a folder that can run, a folder that cannot (and why), or a single file. No weights are read.
#include "engine/base/model_parts.h"
#include "engine/base/strict_json.h"
#include "engine/base/text.h"

#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <vector>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;
using detail::JsonFields;

constexpr const char* kLayout =
    "A model is a folder in diffusers layout: model_index.json, scheduler, text_encoder, tokenizer, transformer, vae.";

GenerationRequest wan_defaults() {
    GenerationRequest request;
    request.width = 832;
    request.height = 480;
    request.frames = 81;
    request.fps = 16;
    request.steps = 50;
    request.guidance_scale = 5.0;
    request.flow_shift = 3.0;
    request.scheduler = SchedulerKind::UniPC;
    return request;
}

// The one snapshot of a hub cache folder (models--owner--name/snapshots/<revision>), if this is such a folder.
fs::path snapshot_in(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder / "snapshots", error)) {
        if (fs::is_regular_file(entry.path() / "model_index.json", error)) found.push_back(entry.path());
    }
    return found.size() == 1 ? found.front() : fs::path();
}

// "Wan2.1-T2V-1.3B-Diffusers" of .../models--Wan-AI--Wan2.1-T2V-1.3B-Diffusers/snapshots/<revision>.
std::string folder_name(const fs::path& folder) {
    if (folder.parent_path().filename() == "snapshots") {
        const std::string cache = folder.parent_path().parent_path().filename().string();
        const auto at = cache.rfind("--");
        if (at != std::string::npos) return cache.substr(at + 2);
    }
    return folder.filename().string();
}

// A folder without model_index.json: say what else it is.
std::string problem_of_plain_folder(const fs::path& folder, std::string& family) {
    std::error_code error;
    family = "no model folder";
    if (fs::is_regular_file(folder.parent_path() / "model_index.json", error)) {
        family = "one part of a model";
        return "The folder " + folder.string() +
               " is one part of a model. Choose the folder above it: " + folder.parent_path().string() + ".";
    }
    if (fs::is_directory(folder / "snapshots", error)) {
        family = "a hub cache";
        return "The folder " + folder.string() +
               " is a hub cache without one complete snapshot. Choose a folder below snapshots/, or "
               "download the model again.";
    }
    std::vector<fs::path> below;
    bool pth = false;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (fs::is_regular_file(entry.path() / "model_index.json", error)) below.push_back(entry.path());
        const auto name = entry.path().filename().string();
        pth = pth || name == "Wan2.1_VAE.pth" || name.find("models_t5_") == 0;
    }
    if (pth) {
        family = "Wan in its original layout";
        return "The folder " + folder.string() +
               " is Wan in the original layout of its authors, with pickle files that are never opened here. "
               "Download the folder whose name ends in -Diffusers.";
    }
    if (!below.empty())
        return "The folder " + folder.string() + " has no model_index.json, but " + below.front().string() +
               " has. Choose that.";
    return "The folder " + folder.string() + " has no model_index.json. " + kLayout;
}

// The pipeline's class decides the family; read_parts() then looks at every part.
void judge_pipeline(const fs::path& folder, ModelInfo& info) {
    const std::string what = "The file " + (folder / "model_index.json").string();
    const auto object =
        detail::parse_json(detail::read_text_file((folder / "model_index.json").string(), 1u << 20), what);
    const JsonFields fields(object, what);
    std::string pipeline;
    fields.read("_class_name", pipeline);
    if (pipeline != "WanPipeline") {
        info.family = pipeline.empty() ? "no diffusers pipeline" : detail::for_sentence(pipeline);
        info.problem = "The folder " + folder.string() + " holds a " + info.family +
                       ". This program runs WanPipeline (Wan2.1 text to video); choose such a folder.";
        return;
    }
    const auto* second = fields.find("transformer_2");
    const bool has_second = second && second->is_array() && second->size() == 2 && !(*second)[1].is_null();
    bool expand = false;
    fields.read("expand_timesteps", expand);
    if (has_second || expand) {
        info.family = "Wan2.2";
        info.problem = "The folder " + folder.string() +
                       " holds a Wan2.2 model, which is not supported. Choose a Wan2.1 text-to-video model.";
        return;
    }
    info.family = "Wan2.1";
    detail::read_parts(folder, info);
    if (info.layers == 30 && info.heads == 12 && info.head_dim == 128) info.name = "Wan2.1 T2V 1.3B";
    if (info.layers == 40 && info.heads == 40 && info.head_dim == 128) info.name = "Wan2.1 T2V 14B";
    detail::read_companion(folder, info);
    info.defaults.model_path = info.path;
    info.supported = info.problem.empty();
}

ModelInfo inspect(const std::string& path) {
    ModelInfo info;
    info.defaults = wan_defaults();
    struct stat status {};
    if (path.empty() || stat(path.c_str(), &status) != 0) {
        throw detail::JsonProblem("There is no model at " + (path.empty() ? std::string("an empty path") : path) +
                                  ": " + std::strerror(path.empty() ? ENOENT : errno) +
                                  ". Check the name, or leave it out to use Pond.");
    }
    fs::path place = fs::canonical(path);
    if (S_ISDIR(status.st_mode)) {
        std::error_code error;
        if (!fs::exists(place / "model_index.json", error)) {
            if (const auto snapshot = snapshot_in(place); !snapshot.empty()) place = snapshot;
        }
        info.path = place.string();
        info.name = folder_name(place);
        if (!fs::exists(place / "model_index.json", error)) {
            info.problem = problem_of_plain_folder(place, info.family);
        } else {
            judge_pipeline(place, info);
        }
        return info;
    }
    if (!S_ISREG(status.st_mode)) {
        throw detail::JsonProblem(path + " is neither a file nor a folder. " + kLayout);
    }
    info.path = place.string();
    info.name = fs::path(path).filename().string();
    if (fs::path(path).filename() == "model_index.json") return inspect(fs::absolute(path).parent_path().string());
    auto verdict = detail::judge_single_file(fs::absolute(path).lexically_normal());
    info.family = std::move(verdict.family);
    info.problem = std::move(verdict.problem);
    info.components.push_back(std::move(verdict.component));
    return info;
}

}  // namespace

Result<ModelInfo> inspect_model(const std::string& path) {
    try {
        return inspect(path);
    } catch (const detail::JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadFile, "The path " + path + " cannot be looked at. Check its permissions.",
                     problem.what()};
    }
}

}  // namespace timeripple::engine
