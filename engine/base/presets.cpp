// Named ripple settings: measured ones from files, careful defaults where nothing was measured.
#include "engine/api/presets.h"

#include "engine/api/log.h"
#include "engine/base/resource_paths.h"
#include "engine/base/settings_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;
using detail::JsonFields;

constexpr int kPresetVersion = 1;

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

std::vector<RipplePreset> careful_presets(int steps) {
    const std::string note = "Careful default, not measured for this model, size and number of steps.";
    return {{"Faithful", careful(0.05, 0.1, steps), note},
            {"Balanced", careful(0.1, 0.2, steps), note},
            {"Draft", careful(0.2, 0.3, steps), note}};
}

// Whether a preset was made for this run. What it leaves out suits every run.
bool suits(const JsonFields& preset, const ModelInfo& model, const GenerationRequest& request) {
    std::string name;
    preset.read("model", name);
    if (!name.empty() && name != model.name) return false;
    auto equal = [&preset](const char* key, int value) {
        int wanted = 0;
        preset.read(key, wanted);
        return wanted == 0 || wanted == value;
    };
    return equal("width", request.width) && equal("height", request.height) && equal("frames", request.frames) &&
           equal("steps", request.steps);
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

void add_file(std::vector<RipplePreset>& presets, const fs::path& file, const ModelInfo& model,
              const GenerationRequest& request) {
    const std::string what = "The presets in " + file.string();
    const auto object = detail::parse_json(detail::read_text_file(file.string(), 4u << 20), what);
    const JsonFields fields(object, what);
    fields.check_version(kPresetVersion, "schema");
    const auto* list = fields.find("presets");
    if (!list || !list->is_array()) fields.wrong("presets", "must be a list");
    for (const auto& element : *list) {
        const JsonFields one(element, what);
        if (!suits(one, model, request)) continue;
        RipplePreset preset;
        one.read("name", preset.name);
        one.read("description", preset.description);
        const auto settings = one.object("settings");
        if (preset.name.empty() || !settings) one.wrong(preset.name.empty() ? "name" : "settings", "must be given");
        preset.settings = detail::read_ripple_settings(*settings);
        if (const auto status = validate(preset.settings); !status) {
            throw detail::JsonProblem(what + ", \"" + preset.name + "\": " + status.error().message);
        }
        add(presets, std::move(preset));
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
        auto candidate = presets;
        try {
            add_file(candidate, file, model, request);
            presets = std::move(candidate);
        } catch (const std::exception& problem) {
            log_warning("presets", problem.what());
        }
    }
}

}  // namespace

std::vector<RipplePreset> presets_for(const ModelInfo& model, const GenerationRequest& request) {
    auto presets = careful_presets(std::max(1, request.steps));
    if (const auto resources = detail::resources_folder()) add_folder(presets, *resources / "presets", model, request);
    if (const auto data = detail::user_data_folder()) add_folder(presets, *data / "presets", model, request);
    return presets;
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
