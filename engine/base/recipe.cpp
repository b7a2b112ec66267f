// The recipe of a clip as versioned JSON, and the request as a command line.
#include "engine/api/recipe.h"

#include "engine/base/settings_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace timeripple::engine {
namespace {

using detail::JsonFields;
using nlohmann::json;

constexpr const char* kSchema = "timeripple.recipe";

double median(std::vector<double> values) {
    if (values.empty()) return 0.0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// "/home/somebody/models/x" becomes "~/models/x": the file may be shown to others, and still works for its owner.
std::string without_home(const std::string& path) {
    const char* home = std::getenv("HOME");
    const std::string prefix = home ? home : "";
    if (prefix.size() < 2 || path.compare(0, prefix.size(), prefix) != 0) return path;
    if (path.size() == prefix.size()) return "~";
    return path[prefix.size()] == '/' ? "~" + path.substr(prefix.size()) : path;
}

std::string with_home(const std::string& path) {
    const char* home = std::getenv("HOME");
    return home && (path == "~" || path.compare(0, 2, "~/") == 0) ? home + path.substr(1) : path;
}

json json_of(const ClipQuality& quality) {
    return {{"psnr_db", quality.psnr_db},           {"ssim", quality.ssim},
            {"mean_psnr_db", quality.mean_psnr_db}, {"worst_psnr_db", quality.worst_psnr_db},
            {"worst_frame", quality.worst_frame},   {"mean_ssim", quality.mean_ssim}};
}

ClipQuality read_quality(const JsonFields& fields) {
    ClipQuality quality;
    fields.read("psnr_db", quality.psnr_db);
    fields.read("ssim", quality.ssim);
    fields.read("mean_psnr_db", quality.mean_psnr_db);
    fields.read("worst_psnr_db", quality.worst_psnr_db);
    fields.read("worst_frame", quality.worst_frame);
    fields.read("mean_ssim", quality.mean_ssim);
    return quality;
}

Recipe read_recipe_fields(const JsonFields& fields) {
    fields.check_version(kRecipeVersion);
    Recipe recipe;
    const auto request = fields.object("request");
    if (!request) throw detail::JsonProblem("The recipe has no \"request\". Is it a file of another program?");
    recipe.request = detail::read_request(*request);
    recipe.request.model_path = with_home(recipe.request.model_path);
    recipe.request.initial_latents_path = with_home(recipe.request.initial_latents_path);
    if (const auto made = fields.object("provenance")) recipe.provenance = detail::read_provenance(*made);
    if (const auto times = fields.object("seconds")) {
        times->read("load", recipe.times.load);
        times->read("text_encoding", recipe.times.text_encoding);
        times->read("denoising", recipe.times.denoising);
        times->read("decoding", recipe.times.decoding);
        times->read("total", recipe.times.total);
        times->read("median_dense_step", recipe.median_dense_step_seconds);
        times->read("median_ripple_step", recipe.median_ripple_step_seconds);
    }
    fields.read("resumed_step", recipe.resumed_step);
    if (const auto savings = fields.object("savings")) {
        savings->read("score", recipe.score_savings);
        savings->read("attention", recipe.attention_savings);
    }
    if (const auto quality = fields.object("quality")) recipe.quality = read_quality(*quality);
    return recipe;
}

std::string shell_quoted(const std::string& text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./:=,+").find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
    std::string quoted = "'";
    for (char c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

}  // namespace

Recipe recipe_of(const Clip& clip) {
    Recipe recipe;
    recipe.request = clip.request;
    recipe.provenance = clip.provenance;
    recipe.times = clip.times;
    recipe.resumed_step = clip.resumed_step;
    std::vector<double> dense, ripple;
    double score = 0.0, attention = 0.0;
    for (const auto& step : clip.steps) {
        (step.dense ? dense : ripple).push_back(step.seconds);
        score += step.score_savings();
        attention += step.attention_savings();
    }
    if (!clip.steps.empty()) {
        recipe.score_savings = static_cast<float>(score / double(clip.steps.size()));
        recipe.attention_savings = static_cast<float>(attention / double(clip.steps.size()));
    }
    recipe.median_dense_step_seconds = median(std::move(dense));
    recipe.median_ripple_step_seconds = median(std::move(ripple));
    return recipe;
}

std::string to_json(const Recipe& recipe, bool keep_paths) {
    GenerationRequest request = recipe.request;
    if (!keep_paths) {
        request.model_path = without_home(request.model_path);
        request.initial_latents_path = without_home(request.initial_latents_path);
    }
    json object = {{"schema", kSchema},
                   {"version", kRecipeVersion},
                   {"request", detail::json_of(request)},
                   {"provenance", detail::json_of(recipe.provenance)},
                   {"seconds",
                    {{"load", recipe.times.load},
                     {"text_encoding", recipe.times.text_encoding},
                     {"denoising", recipe.times.denoising},
                     {"decoding", recipe.times.decoding},
                     {"total", recipe.times.total},
                     {"median_dense_step", recipe.median_dense_step_seconds},
                     {"median_ripple_step", recipe.median_ripple_step_seconds}}},
                   {"savings", {{"score", recipe.score_savings}, {"attention", recipe.attention_savings}}}};
    if (recipe.resumed_step > 0) object["resumed_step"] = recipe.resumed_step;
    if (recipe.quality) object["quality"] = json_of(*recipe.quality);
    return detail::dump_json(object, 1);
}

Result<Recipe> recipe_from_json(const std::string& text) {
    const std::string what = "The recipe";
    try {
        json object = detail::parse_json(text, what);
        // Some tools write the JSON text as a JSON string once more.
        if (object.is_string()) object = detail::parse_json(object.get<std::string>(), what);
        const JsonFields fields(object, what);
        std::string schema;
        fields.read("schema", schema);
        // A bare request is a recipe without a past: hand-written files need no more.
        if (schema.empty() && !fields.has("request") && fields.has("prompt")) {
            Recipe recipe;
            recipe.request = detail::read_request(fields);
            return recipe;
        }
        if (schema != kSchema) {
            return Error{ErrorCode::BadFile,
                         "The JSON is not a recipe of TimeRipple Studio (its \"schema\" is \"" +
                             detail::for_sentence(schema) + "\", not \"" + kSchema + "\").",
                         ""};
        }
        return read_recipe_fields(fields);
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    }
}

std::string command_line_of(const GenerationRequest& request) {
    const GenerationRequest usual;
    std::string line = "timeripple generate";
    auto add = [&line](const char* option, const std::string& value) {
        line += std::string(" ") + option + " " + shell_quoted(value);
    };
    auto number = [](double value) { return detail::number_text(value); };
    if (!request.model_path.empty()) add("--model", request.model_path);
    add("--prompt", request.prompt);
    if (!request.negative_prompt.empty()) add("--negative", request.negative_prompt);
    // These have defaults of their own in every model: always said.
    add("--width", std::to_string(request.width));
    add("--height", std::to_string(request.height));
    add("--frames", std::to_string(request.frames));
    add("--fps", number(request.fps));
    add("--steps", std::to_string(request.steps));
    add("--guidance", number(request.guidance_scale));
    add("--shift", number(request.flow_shift));
    add("--scheduler", std::string(word_of(request.scheduler)));
    if (request.initial_latents_path.empty()) add("--seed", std::to_string(request.seed));
    if (request.precision != usual.precision) add("--dtype", std::string(word_of(request.precision)));
    if (request.device != usual.device) add("--device", std::string(word_of(request.device)));
    if (request.kernel != usual.kernel) add("--kernel", std::string(word_of(request.kernel)));
    if (request.threads != usual.threads) add("--threads", std::to_string(request.threads));
    if (request.attention != usual.attention) {
        add("--attention", std::string(word_of(request.attention)));
        add("--ripple", detail::dump_json(detail::json_of(request.ripple)));
    }
    if (!request.attention_changes.empty()) {
        add("--changes", detail::dump_json(detail::json_of(request)["attention_changes"]));
    }
    if (request.vae_tiling) line += " --vae-tiling";
    if (!request.initial_latents_path.empty()) add("--latents", request.initial_latents_path);
    return line;
}

}  // namespace timeripple::engine
