#include "app/cli/run_settings.h"

#include "engine/api/checkpoint.h"
#include "engine/api/presets.h"
#include "engine/api/recipe.h"
#include "engine/api/setting_names.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <sys/stat.h>

namespace timeripple::cli {
namespace {

using namespace engine;
namespace fs = std::filesystem;

// Carries the first problem out of the many small readers below.
struct Problem {
    Error error;
};

[[noreturn]] void fail(ErrorCode code, std::string sentence) {
    throw Problem{{code, std::move(sentence), ""}};
}
[[noreturn]] void wrong_use(std::string sentence) {
    fail(ErrorCode::BadRequest, std::move(sentence));
}

std::string read_file(const std::string& path, std::uintmax_t max_bytes, const char* option) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) {
        fail(ErrorCode::BadFile, std::string(option) + ": the file " + path +
                                     " cannot be read: " + std::strerror(errno) + ". Check its name.");
    }
    if (!S_ISREG(info.st_mode)) fail(ErrorCode::BadFile, std::string(option) + ": " + path + " is not a file.");
    if (std::uintmax_t(info.st_size) > max_bytes) {
        fail(ErrorCode::BadFile, std::string(option) + ": the file " + path + " has " + std::to_string(info.st_size) +
                                     " bytes, more than the " + std::to_string(max_bytes) +
                                     " that are accepted. Is it another file?");
    }
    std::ifstream stream(path, std::ios::binary);
    std::string text(std::size_t(info.st_size), '\0');
    if (!stream.read(text.data(), std::streamsize(text.size()))) {
        fail(ErrorCode::BadFile,
             std::string(option) + ": the file " + path + " cannot be read. Check its permissions.");
    }
    return text;
}

template <typename T>
void read_word(const Arguments& arguments, const char* name, T& value) {
    if (!arguments.has(name)) return;
    const auto word = from_word<T>(arguments.text(name));
    if (!word) {
        wrong_use(std::string("The option ") + name + " is one of " + std::string(known_words<T>()) + ", but got \"" +
                  arguments.text(name).substr(0, 60) + "\".");
    }
    value = *word;
}

void read_prompts(const Arguments& arguments, GenerationRequest& request) {
    if (arguments.has("--prompt") && arguments.has("--prompt-file"))
        wrong_use("Give --prompt or --prompt-file, not both.");
    if (arguments.has("--prompt")) request.prompt = arguments.text("--prompt");
    if (arguments.has("--prompt-file")) {
        request.prompt = read_file(arguments.text("--prompt-file"), 4 * kMaxPromptBytes, "--prompt-file");
        if (request.prompt.starts_with("\xEF\xBB\xBF")) request.prompt.erase(0, 3);
        while (!request.prompt.empty() && (request.prompt.back() == '\n' || request.prompt.back() == '\r'))
            request.prompt.pop_back();
    }
    if (arguments.has("--negative")) request.negative_prompt = arguments.text("--negative");
    const bool known = arguments.has("--recipe") || arguments.has("--resume") || arguments.has("--fork");
    if (!arguments.has("--prompt") && !arguments.has("--prompt-file") && !known) {
        wrong_use(
            "There is no prompt. Say what the clip shows: --prompt \"a large orange fish moves left in dark water\".");
    }
}

void read_seed(const Arguments& arguments, GenerationRequest& request) {
    if (arguments.text("--seed") == "new") {
        std::random_device device;
        request.seed = device();
        return;
    }
    auto copy = arguments;
    if (!copy.read("--seed", request.seed)) wrong_use(copy.problem() + " Or say --seed new.");
}

void read_numbers(const Arguments& arguments, GenerationRequest& request, int& crf) {
    auto copy = arguments;
    const bool sound = copy.read("--width", request.width) && copy.read("--height", request.height) &&
                       copy.read("--frames", request.frames) && copy.read("--fps", request.fps) &&
                       copy.read("--steps", request.steps) && copy.read("--guidance", request.guidance_scale) &&
                       copy.read("--shift", request.flow_shift) && copy.read("--threads", request.threads) &&
                       copy.read("--crf", crf);
    if (!sound) wrong_use(copy.problem());
    if (crf < 0 || crf > 51)
        wrong_use("The option --crf is " + std::to_string(crf) + ", but must be from 0 (best) to 51. Usual is 18.");
    read_word(arguments, "--scheduler", request.scheduler);
    read_word(arguments, "--dtype", request.precision);
    read_word(arguments, "--device", request.device);
    read_word(arguments, "--kernel", request.kernel);
    if (arguments.has("--vae-tiling")) request.vae_tiling = true;
    if (arguments.has("--latents")) {
        request.initial_latents_path = arguments.text("--latents");
        std::error_code error;
        if (!fs::is_regular_file(request.initial_latents_path, error)) {
            fail(ErrorCode::BadFile,
                 "--latents: there is no file " + request.initial_latents_path + ". Check its name.");
        }
    }
}

RippleSettings ripple_of(const std::string& given, const char* option) {
    const auto first = given.find_first_not_of(" \t\n");
    const bool inline_json = first != std::string::npos && given[first] == '{';
    auto read = ripple_settings_from_json(inline_json ? given : read_file(given, 1 << 20, option));
    if (!read) fail(read.error().code, std::string(option) + ": " + read.error().message);
    return *read;
}

void read_attention(const Arguments& arguments, bool compare, const ModelInfo& model, GenerationRequest& request) {
    const bool settings = arguments.has("--preset") || arguments.has("--ripple");
    if (arguments.has("--preset") && arguments.has("--ripple")) wrong_use("Give --preset or --ripple, not both.");
    if (settings) request.attention = AttentionMode::Ripple;
    const bool had_settings = settings || request.attention == AttentionMode::Ripple;
    read_word(arguments, "--attention", request.attention);
    if (settings && request.attention == AttentionMode::Dense && !compare) {
        wrong_use("--attention dense does not go with --preset or --ripple. Leave one of them out.");
    }
    if (compare) request.attention = AttentionMode::Ripple;
    if (request.attention == AttentionMode::Dense) return;
    if (arguments.has("--ripple")) {
        request.ripple = ripple_of(arguments.text("--ripple"), "--ripple");
        request.preset_name.clear();
    } else if (arguments.has("--preset") || !had_settings) {
        auto preset = find_preset(model, request, arguments.has("--preset") ? arguments.text("--preset") : "Balanced");
        if (!preset) wrong_use("--preset: " + preset.error().message);
        request.ripple = preset->settings;
        request.preset_name = preset->name;
    }
}

// A list as it stands in a recipe.
void read_attention_changes(const Arguments& arguments, GenerationRequest& request) {
    if (!arguments.has("--changes")) return;
    const std::string given = arguments.text("--changes");
    const auto first = given.find_first_not_of(" \t\n");
    const bool inline_json = first != std::string::npos && given[first] == '[';
    const std::string list = inline_json ? given : read_file(given, 1 << 20, "--changes");
    auto read = request_from_json("{\"version\": 1, \"attention_changes\": " + list + "}");
    if (!read) fail(read.error().code, "--changes: " + read.error().message);
    request.attention_changes = read->attention_changes;
}

Result<ModelInfo> inspect_chosen(const std::string& path) {
    if (!path.empty()) return inspect_model(path);
    auto builtin = builtin_model_path();
    if (!builtin) return builtin.error();
    return inspect_model(*builtin);
}

void read_outputs(const Arguments& arguments, bool compare, RunSettings& settings) {
    settings.output = arguments.text("-o");
    settings.frames = arguments.text("--save-frames");
    settings.latents = arguments.text("--save-latents");
    settings.stats = arguments.text("--stats");
    if (!compare && settings.output.empty() && settings.frames.empty() && settings.latents.empty()) {
        wrong_use("There is nothing to write. Say where the clip goes: -o clip.mp4.");
    }
    // Hours of work must not end at a folder that does not exist.
    auto check_clip = [](const char* option, const std::string& path) {
        if (path.empty()) return;
        const auto format = export_format_of(path);
        if (!format) wrong_use(std::string(option) + ": " + format.error().message);
        if (const auto status = check_export_target(path, *format); !status) {
            fail(status.error().code, std::string(option) + ": " + status.error().message);
        }
    };
    auto check_file = [](const char* option, const std::string& path) {
        if (path.empty()) return;
        if (const auto status = check_export_target(path, ExportFormat::Mp4H264); !status) {
            fail(status.error().code, std::string(option) + ": " + status.error().message);
        }
    };
    check_clip("-o", settings.output);
    check_clip("--save-frames",
               compare && !settings.frames.empty() ? with_suffix(settings.frames, "-dense") : settings.frames);
    check_file("--save-latents", settings.latents);
    check_file("--stats", settings.stats);
}

// The model that is named, or Pond.
ModelInfo read_model(const Arguments& arguments, const std::string& path) {
    if (arguments.has("--model") && path.empty())
        wrong_use("The option --model is empty. Name a folder, or leave it out to use Pond.");
    auto model = inspect_chosen(path);
    if (!model) fail(model.error().code, (arguments.has("--model") ? "--model: " : "") + model.error().message);
    if (!model->supported) fail(ErrorCode::WrongModel, model->problem);
    return *model;
}

// The request of a checkpoint that the run goes on from, or nothing.
std::optional<GenerationRequest> read_checkpoints(const Arguments& arguments, RunOptions& options) {
    if (arguments.has("--checkpoints")) {
        options.checkpoint_folder = arguments.text("--checkpoints");
        std::error_code error;
        const bool stands = fs::is_directory(options.checkpoint_folder, error);
        const std::string target = stands ? (fs::path(options.checkpoint_folder) / checkpoint_file_name(1)).string()
                                          : options.checkpoint_folder;
        if (const auto status = check_export_target(target, ExportFormat::Mp4H264); !status) {
            fail(status.error().code, "--checkpoints: " + status.error().message);
        }
    }
    const bool fork = arguments.has("--fork");
    if (!fork && !arguments.has("--resume")) return std::nullopt;
    const char* option = fork ? "--fork" : "--resume";
    if (fork && arguments.has("--resume")) wrong_use("Give --resume or --fork, not both.");
    if (arguments.has("--recipe")) wrong_use(std::string("Give --recipe or ") + option + ", not both.");
    if (fork && !arguments.has("--attention") && !arguments.has("--preset") && !arguments.has("--ripple")) {
        wrong_use("A fork goes on with other attention: say which with --attention, --preset or --ripple.");
    }
    options.resume_from = arguments.text(option);
    options.fork = fork;
    auto checkpoint = inspect_checkpoint(options.resume_from);
    if (!checkpoint) fail(checkpoint.error().code, std::string(option) + ": " + checkpoint.error().message);
    GenerationRequest request = checkpoint->request;
    if (fork) {
        const AttentionChange now = attention_at(request, checkpoint->step);
        request.attention = now.mode;
        request.ripple = now.ripple;
        request.preset_name = now.preset_name;
        request.attention_changes.clear();
    }
    return request;
}

RunSettings read(const Arguments& arguments, bool compare) {
    RunSettings settings;
    settings.as_json = arguments.has("--json");
    GenerationRequest& request = settings.request;

    std::optional<GenerationRequest> recipe = read_checkpoints(arguments, settings.options);
    if (arguments.has("--recipe")) {
        auto found = read_recipe(arguments.text("--recipe"));
        if (!found) fail(found.error().code, "--recipe: " + found.error().message);
        recipe = found->request;
    }
    const std::string model_path = arguments.has("--model") ? arguments.text("--model")
                                   : recipe                 ? recipe->model_path
                                                            : "";
    settings.model = read_model(arguments, model_path);

    request = recipe ? *recipe : settings.model.defaults;
    request.model_path = model_path;
    read_prompts(arguments, request);
    read_seed(arguments, request);
    read_numbers(arguments, request, settings.crf);
    read_attention(arguments, compare, settings.model, request);
    read_attention_changes(arguments, request);
    if (const auto status = validate(request); !status) throw Problem{status.error()};
    read_outputs(arguments, compare, settings);

    const auto unknown = unknown_words(settings.model.vocabulary, request.prompt);
    if (!unknown.empty()) {
        std::string hint = settings.model.name + " was not trained on: ";
        for (std::size_t i = 0; i < unknown.size() && i < 12; ++i)
            hint += (i ? ", " : "") + unknown[i];
        settings.hints.push_back(hint + (unknown.size() > 12 ? ", ..." : "") + ". The clip may show something else.");
    }
    return settings;
}

BaseSettings read_base(const Arguments& arguments) {
    BaseSettings settings;
    settings.model = read_model(arguments, arguments.text("--model"));
    settings.request = settings.model.defaults;
    settings.request.model_path = arguments.text("--model");
    int crf = 18;
    read_seed(arguments, settings.request);
    read_numbers(arguments, settings.request, crf);
    auto with_prompt = settings.request;
    with_prompt.prompt = "x";
    if (const auto status = validate(with_prompt); !status) throw Problem{status.error()};
    return settings;
}

std::vector<std::string> prompt_lines(const std::string& path, const char* option) {
    std::vector<std::string> prompts;
    std::string line;
    std::istringstream text(read_file(path, 4 * kMaxPromptBytes, option));
    while (std::getline(text, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.find_first_not_of(" \t") != std::string::npos) prompts.push_back(line);
    }
    if (prompts.empty()) fail(ErrorCode::BadFile, std::string(option) + ": " + path + " holds no prompt.");
    return prompts;
}

// Problems of the readers above as values.
template <typename Read>
auto answer(Read&& read) -> Result<decltype(read())> {
    try {
        return read();
    } catch (const Problem& problem) {
        return problem.error;
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The settings could not be read.", problem.what()};
    }
}

}  // namespace

Result<RunSettings> read_run_settings(const Arguments& arguments, bool compare) {
    return answer([&] { return read(arguments, compare); });
}

Result<BaseSettings> read_base_settings(const Arguments& arguments) {
    return answer([&] { return read_base(arguments); });
}

Result<std::vector<std::string>> read_prompt_lines(const std::string& path, const char* option) {
    return answer([&] { return prompt_lines(path, option); });
}

Result<RippleSettings> read_ripple(const std::string& given, const char* option) {
    return answer([&] { return ripple_of(given, option); });
}

Status check_output(const char* option, const std::string& path) {
    const auto status = check_export_target(path, ExportFormat::Mp4H264);
    return status ? status
                  : Status(Error{status.error().code, std::string(option) + ": " + status.error().message, ""});
}

std::string with_suffix(const std::string& path, const std::string& suffix) {
    std::string trimmed = path;
    while (trimmed.size() > 1 && trimmed.back() == '/')
        trimmed.pop_back();
    const fs::path file(trimmed);
    return (file.parent_path() / (file.stem().string() + suffix + file.extension().string())).string();
}

}  // namespace timeripple::cli
