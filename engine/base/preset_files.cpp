// Presets from and to files, with what was measured.
#include "engine/base/preset_files.h"

#include "engine/api/run_stats.h"
#include "engine/base/resource_paths.h"
#include "engine/base/settings_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kPresetVersion = 1;
constexpr std::size_t kMaxFileBytes = 4u << 20;

json json_of(const RipplePreset& preset) {
    json object = {{"name", preset.name}, {"settings", detail::json_of(preset.settings)}};
    if (!preset.measured) object["description"] = preset.description;
    if (!preset.key.model.empty()) object["model"] = preset.key.model;
    auto add = [&object](const char* key, int value) {
        if (value != 0) object[key] = value;
    };
    add("width", preset.key.width);
    add("height", preset.key.height);
    add("frames", preset.key.frames);
    add("steps", preset.key.steps);
    if (preset.measured) object["measured"] = detail::json_of(*preset.measured);
    return object;
}

// "Pond", 256 x 256, 33, 20 give "pond-256x256x33-20.json".
std::string file_name(const PresetKey& key) {
    std::string name;
    for (const unsigned char c : key.model)
        name += std::isalnum(c) ? char(std::tolower(c)) : '_';
    return name.substr(0, 60) + "-" + std::to_string(key.width) + "x" + std::to_string(key.height) + "x" +
           std::to_string(key.frames) + "-" + std::to_string(key.steps) + ".json";
}

}  // namespace

namespace detail {

json json_of(const RippleMeasurement& measured) {
    auto savings = [](const Savings& value) { return json{{"steady", value.steady}, {"run", value.run}}; };
    return {{"clips", measured.clips},
            {"psnr_mean_db", measured.psnr_mean_db},
            {"psnr_min_db", measured.psnr_min_db},
            {"ssim", measured.ssim},
            {"score_savings", savings(measured.score)},
            {"attention_savings", savings(measured.attention)},
            {"speedup_denoising", measured.speedup_denoising},
            {"speedup_step", measured.speedup_step},
            {"device", measured.device_name},
            {"threads", measured.threads},
            {"date", measured.date},
            {"model_digest", measured.model_digest}};
}

Savings read_savings(const JsonFields& fields, const char* key) {
    Savings value;
    if (const auto object = fields.object(key)) {
        object->read("steady", value.steady);
        object->read("run", value.run);
    }
    return value;
}

RippleMeasurement read_measurement(const JsonFields& fields) {
    RippleMeasurement measured;
    fields.read("clips", measured.clips);
    fields.read("psnr_mean_db", measured.psnr_mean_db);
    fields.read("psnr_min_db", measured.psnr_min_db);
    fields.read("ssim", measured.ssim);
    measured.score = read_savings(fields, "score_savings");
    measured.attention = read_savings(fields, "attention_savings");
    fields.read("speedup_denoising", measured.speedup_denoising);
    fields.read("speedup_step", measured.speedup_step);
    fields.read("device", measured.device_name);
    fields.read("threads", measured.threads);
    fields.read("date", measured.date);
    fields.read("model_digest", measured.model_digest);
    return measured;
}

std::vector<RipplePreset> read_presets(const fs::path& file) {
    const std::string what = "The presets in " + file.string();
    const auto object = parse_json(read_text_file(file.string(), kMaxFileBytes), what);
    const JsonFields fields(object, what);
    fields.check_version(kPresetVersion, "schema");
    const auto* list = fields.find("presets");
    if (!list || !list->is_array()) fields.wrong("presets", "must be a list");
    std::vector<RipplePreset> presets;
    for (const auto& element : *list) {
        const JsonFields one(element, what);
        RipplePreset preset;
        one.read("name", preset.name);
        one.read("description", preset.description);
        one.read("model", preset.key.model);
        one.read("width", preset.key.width);
        one.read("height", preset.key.height);
        one.read("frames", preset.key.frames);
        one.read("steps", preset.key.steps);
        const auto settings = one.object("settings");
        if (preset.name.empty() || !settings) one.wrong(preset.name.empty() ? "name" : "settings", "must be given");
        preset.settings = read_ripple_settings(*settings);
        if (const auto status = validate(preset.settings); !status) {
            throw JsonProblem(what + ", \"" + preset.name + "\": " + status.error().message);
        }
        if (const auto measured = one.object("measured")) {
            preset.measured = read_measurement(*measured);
            if (preset.description.empty()) preset.description = text_of(*preset.measured);
        }
        presets.push_back(std::move(preset));
    }
    return presets;
}

}  // namespace detail

std::string text_of(const RippleMeasurement& measured) {
    char numbers[200];
    std::snprintf(numbers, sizeof numbers, "%.1f dB mean, %.1f dB worst of %d clip%s, ", measured.psnr_mean_db,
                  measured.psnr_min_db, measured.clips, measured.clips == 1 ? "" : "s");
    char speed[60] = "speed not measured (";
    const double factor = measured.speedup_denoising;
    if (factor > 0)
        std::snprintf(speed, sizeof speed, "%.2fx %s (", factor < 1 ? 1 / factor : factor, factor < 1 ? "slower" : "faster");
    std::string where = detail::for_sentence(measured.device_name);
    if (measured.threads > 0) {
        where += (where.empty() ? "" : ", ") + std::to_string(measured.threads) +
                 (measured.threads == 1 ? " thread" : " threads");
    }
    if (!measured.date.empty()) where += (where.empty() ? "" : ", ") + detail::for_sentence(measured.date);
    return std::string(numbers) + speed + where + ")";
}

Result<std::vector<RipplePreset>> load_presets(const std::string& path) {
    try {
        return detail::read_presets(path);
    } catch (const detail::JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The presets could not be read.", problem.what()};
    }
}

Result<std::string> save_preset(const RipplePreset& preset, const std::string& path) {
    try {
        if (preset.name.empty()) return Error{ErrorCode::BadRequest, "A preset needs a name.", ""};
        if (const auto status = validate(preset.settings); !status) return status.error();
        fs::path file = path;
        std::error_code error;
        if (path.empty()) {
            const auto data = detail::user_data_folder();
            if (!data) {
                return Error{ErrorCode::Io,
                             "There is no home folder to keep presets in. Set HOME, or name a file with -o.", ""};
            }
            fs::create_directories(*data / "presets", error);
            file = *data / "presets" / file_name(preset.key);
        }
        std::vector<RipplePreset> presets;
        if (fs::exists(file, error)) presets = detail::read_presets(file);
        const auto same = std::find_if(presets.begin(), presets.end(), [&](const RipplePreset& other) {
            return other.name == preset.name && other.key == preset.key;
        });
        if (same != presets.end()) {
            *same = preset;
        } else {
            presets.push_back(preset);
        }
        json object = {{"schema", kPresetVersion}, {"presets", json::array()}};
        for (const auto& one : presets)
            object["presets"].push_back(json_of(one));
        if (auto status = save_text(detail::dump_json(object, 1) + "\n", file.string()); !status) return status.error();
        return file.string();
    } catch (const detail::JsonProblem& problem) {
        return Error{ErrorCode::BadFile,
                     std::string(problem.what()) + " Nothing was changed; choose another file with -o.", ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The preset could not be saved.", problem.what()};
    }
}

}  // namespace timeripple::engine
