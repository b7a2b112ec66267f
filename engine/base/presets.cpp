// Named ripple settings: measured ones from files, careful defaults where nothing was measured.
#include "engine/api/presets.h"

#include "engine/api/log.h"
#include "engine/base/preset_files.h"
#include "engine/base/resource_paths.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <iterator>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

// Steps 10 and 20 of 50, as the paper has them, at any number of steps. Thresholds are on the careful side of what a
// small trained model showed (design notes: 45 % of attention at 0.2, 77 % at 0.3, mean reference).
RippleSettings careful(double theta_min, double theta_max, int steps) {
    RippleSettings settings;
    settings.schedule.theta_min = theta_min;
    settings.schedule.theta_max = theta_max;
    settings.schedule.i_min = std::max(1, int(std::lround(0.2 * steps)));
    settings.schedule.i_max = std::max(settings.schedule.i_min, int(std::lround(0.4 * steps)));
    return settings;
}

std::vector<RipplePreset> careful_presets(const ModelInfo& model, const GenerationRequest& request) {
    const int steps = std::max(1, request.steps);
    const std::string note = "Careful default. " + calibration_offer(model, request);
    auto preset = [&](const char* name, double theta_min, double theta_max) {
        RipplePreset made;
        made.name = name;
        made.settings = careful(theta_min, theta_max, steps);
        made.description = note;
        return made;
    };
    return {preset("Faithful", 0.05, 0.1), preset("Balanced", 0.1, 0.2), preset("Draft", 0.2, 0.3)};
}

// Whether a preset was made for this run. What it leaves out suits every run.
bool suits(const PresetKey& key, const PresetKey& run) {
    auto fits = [](int wanted, int value) { return wanted == 0 || wanted == value; };
    return (key.model.empty() || key.model == run.model) && fits(key.width, run.width) &&
           fits(key.height, run.height) && fits(key.frames, run.frames) && fits(key.steps, run.steps);
}

// The measurement is of other weights: the settings may still be good, its numbers are no longer true.
void compare_weights(RipplePreset& preset, const ModelInfo& model) {
    if (!preset.measured || preset.measured->model_digest.empty() || model.digest.empty() ||
        preset.measured->model_digest == model.digest) {
        return;
    }
    preset.description = "Found with other weights of " + model.name + ", which gave " + text_of(*preset.measured) +
                         ". Not measured with these: run timeripple calibrate.";
    preset.measured.reset();
}

// A preset of a known name replaces it; others come after.
void add(std::vector<RipplePreset>& presets, RipplePreset preset) {
    const auto same =
        std::find_if(presets.begin(), presets.end(), [&](const auto& p) { return p.name == preset.name; });
    if (same != presets.end()) {
        *same = std::move(preset);
    } else {
        presets.push_back(std::move(preset));
    }
}

// Every *.json of the folder in the order of names; a damaged one is left out with a line in the log.
void add_folder(std::vector<RipplePreset>& presets, const fs::path& folder, const ModelInfo& model,
                const GenerationRequest& request) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        try {
            for (auto& preset : detail::read_presets(file)) {
                if (!suits(preset.key, preset_key(model, request))) continue;
                compare_weights(preset, model);
                add(presets, std::move(preset));
            }
        } catch (const std::exception& problem) {
            log_warning("presets", problem.what());
        }
    }
}

// Those that come with the program, then the user's.
void add_kept(std::vector<RipplePreset>& presets, const ModelInfo& model, const GenerationRequest& request) {
    if (const auto resources = detail::resources_folder()) add_folder(presets, *resources / "presets", model, request);
    if (const auto data = detail::user_data_folder()) add_folder(presets, *data / "presets", model, request);
}

}  // namespace

PresetKey preset_key(const ModelInfo& model, const GenerationRequest& request) {
    return {model.name, request.width, request.height, request.frames, request.steps};
}

std::string calibration_offer(const ModelInfo& model, const GenerationRequest& request) {
    auto number = [](int value) { return std::to_string(value); };
    return "Nothing was measured for " + (model.name.empty() ? "this model" : detail::for_sentence(model.name)) +
           " at " + number(request.width) + " x " + number(request.height) + ", " + number(request.frames) +
           " frames, " + number(request.steps) + " steps. timeripple calibrate --budget-db 33 --width " +
           number(request.width) + " --height " + number(request.height) + " --frames " + number(request.frames) +
           " --steps " + number(request.steps) + " finds settings for it.";
}

std::vector<RipplePreset> presets_for(const ModelInfo& model, const GenerationRequest& request) {
    auto presets = careful_presets(model, request);
    add_kept(presets, model, request);
    return presets;
}

std::string free_preset_name(const RipplePreset& preset, const std::string& path) {
    std::vector<RipplePreset> known;
    if (path.empty()) {
        ModelInfo model;
        model.name = preset.key.model;
        GenerationRequest request;
        request.width = preset.key.width;
        request.height = preset.key.height;
        request.frames = preset.key.frames;
        request.steps = preset.key.steps;
        add_kept(known, model, request);
    } else if (auto held = load_presets(path)) {
        std::copy_if(held->begin(), held->end(), std::back_inserter(known),
                     [&](const RipplePreset& other) { return other.key == preset.key; });
    }
    const auto taken = [&](const std::string& name) {
        return std::any_of(known.begin(), known.end(), [&](const RipplePreset& other) {
            return other.name == name && other.settings != preset.settings;
        });
    };
    std::string name = preset.name;
    for (int number = 2; taken(name); ++number)
        name = preset.name + " " + std::to_string(number);
    return name;
}

Result<RipplePreset> find_preset(const ModelInfo& model, const GenerationRequest& request, const std::string& name) {
    auto lower = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        return text;
    };
    std::string known;
    for (const auto& preset : presets_for(model, request)) {
        if (lower(preset.name) == lower(name)) return preset;
        known += (known.empty() ? "" : ", ") + preset.name;
    }
    return Error{ErrorCode::BadRequest,
                 "There is no preset \"" + detail::for_sentence(name) + "\". Known here: " + known + ".", ""};
}

}  // namespace timeripple::engine
