// A command line as it stands in a shell, back into a request: the way back of command_line_of().
#include "engine/api/recipe.h"

#include "engine/base/settings_json.h"
#include "engine/base/text.h"

#include <algorithm>
#include <optional>

namespace timeripple::engine {
namespace {

using detail::JsonProblem;
using nlohmann::json;

enum class Kind { Text, Number, Json, Flag, Output, File };

struct SettingOption {
    const char* option;
    const char* key;  // in the request's JSON
    Kind kind;
};
constexpr SettingOption kOptions[] = {{"--prompt", "prompt", Kind::Text},
                                      {"--negative", "negative_prompt", Kind::Text},
                                      {"--model", "model", Kind::Text},
                                      {"--width", "width", Kind::Number},
                                      {"--height", "height", Kind::Number},
                                      {"--frames", "frames", Kind::Number},
                                      {"--fps", "fps", Kind::Number},
                                      {"--steps", "steps", Kind::Number},
                                      {"--guidance", "guidance", Kind::Number},
                                      {"--shift", "shift", Kind::Number},
                                      {"--scheduler", "scheduler", Kind::Text},
                                      {"--seed", "seed", Kind::Number},
                                      {"--dtype", "dtype", Kind::Text},
                                      {"--device", "device", Kind::Text},
                                      {"--kernel", "kernel", Kind::Text},
                                      {"--threads", "threads", Kind::Number},
                                      {"--attention", "attention", Kind::Text},
                                      {"--preset", "preset", Kind::Text},
                                      {"--ripple", "ripple", Kind::Json},
                                      {"--changes", "attention_changes", Kind::Json},
                                      {"--vae-tiling", "vae_tiling", Kind::Flag},
                                      {"--latents", "latents", Kind::Text},
                                      // What the window does not need.
                                      {"-o", "", Kind::Output},
                                      {"--crf", "", Kind::Output},
                                      {"--save-frames", "", Kind::Output},
                                      {"--save-latents", "", Kind::Output},
                                      {"--stats", "", Kind::Output},
                                      {"--checkpoints", "", Kind::Output},
                                      {"--json", "", Kind::Flag},
                                      // What is not in the text itself.
                                      {"--prompt-file", "", Kind::File},
                                      {"--recipe", "", Kind::File},
                                      {"--resume", "", Kind::File},
                                      {"--fork", "", Kind::File}};

// As a POSIX shell takes a line apart; variables and globs stay as they are written.
std::vector<std::string> shell_words(const std::string& text) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == '\'' ? c != '\'' : quote == '"' && c != '"' && c != '\\') {
            *word += c;
        } else if (quote != 0 && c == quote) {
            quote = 0;
        } else if (c == '\\' && i + 1 < text.size()) {
            const char next = text[++i];
            if (next == '\n') continue;  // the line goes on
            if (!word) word.emplace();
            if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`') *word += c;
            *word += next;
        } else if (c == '\'' || c == '"') {
            quote = c;
            if (!word) word.emplace();
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (word) words.push_back(std::move(*word));
            word.reset();
        } else {
            if (!word) word.emplace();
            *word += c;
        }
    }
    if (quote != 0) throw JsonProblem(std::string("In the command line a quote ") + quote + " is never closed.");
    if (word) words.push_back(std::move(*word));
    return words;
}

// Where the options begin: after "timeripple generate", "./installer/run.sh compare" or the like.
std::size_t first_option(const std::vector<std::string>& words) {
    for (std::size_t i = 1; i < std::min<std::size_t>(words.size(), 4); ++i) {
        const std::string& program = words[i - 1];
        const bool ours = program.ends_with("timeripple") || program.ends_with("run.sh") || program.ends_with("run");
        if (ours && (words[i] == "generate" || words[i] == "compare")) return i + 1;
    }
    throw JsonProblem("The text is no command line of this program: one begins with \"timeripple generate\".");
}

json value_of(const SettingOption& option, const std::string& text) {
    if (option.kind == Kind::Text) return text;
    const json value = json::parse(text, nullptr, false);
    const bool fits = option.kind == Kind::Number ? value.is_number() : value.is_object() || value.is_array();
    if (fits) return value;
    throw JsonProblem(std::string("The option ") + option.option +
                      (option.kind == Kind::Number ? " needs a number" : " needs JSON, not a file,") + ", but got \"" +
                      detail::for_sentence(text.substr(0, 60)) + "\".");
}

json with_options(json object, const std::vector<std::string>& words, std::size_t begin) {
    for (std::size_t i = begin; i < words.size(); ++i) {
        const auto equals = words[i].starts_with("--") ? words[i].find('=') : std::string::npos;
        const std::string name = words[i].substr(0, equals);
        const auto* option = std::find_if(std::begin(kOptions), std::end(kOptions), [&](const auto& o) { return name == o.option; });
        if (option == std::end(kOptions)) {
            throw JsonProblem("The command line has \"" + detail::for_sentence(name.substr(0, 60)) + "\", which is no option of a run.");
        }
        if (option->kind == Kind::File) {
            throw JsonProblem("The command line takes settings from a file (" + name + "). Open that file instead.");
        }
        if (option->kind == Kind::Flag) {
            if (*option->key) object[option->key] = true;
            continue;
        }
        if (equals == std::string::npos && i + 1 >= words.size()) throw JsonProblem("The option " + name + " has no value.");
        const std::string text = equals == std::string::npos ? words[++i] : words[i].substr(equals + 1);
        if (option->kind == Kind::Output || (name == "--seed" && text == "new")) continue;
        object[option->key] = value_of(*option, text);
        if (name == "--preset" || name == "--ripple") object["attention"] = word_of(AttentionMode::Ripple);
        if (name == "--ripple") object["preset"] = "";
    }
    return object;
}

}  // namespace

Result<GenerationRequest> request_of_command_line(const std::string& text, const GenerationRequest& usual) {
    constexpr std::size_t kMaxBytes = 1u << 20;
    try {
        if (text.size() > kMaxBytes) throw JsonProblem("The text is too long for a command line.");
        const auto words = shell_words(text);
        const std::size_t begin = first_option(words);
        GenerationRequest request = usual;
        request.attention = AttentionMode::Dense;  // unless it says another
        request.preset_name.clear();
        request.attention_changes.clear();
        if (words[begin - 1] == "compare") {
            request.attention = AttentionMode::Ripple;
            request.preset_name = "Balanced";
        }
        const json object = with_options(detail::json_of(request), words, begin);
        return detail::read_request(detail::JsonFields(object, "The command line"));
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadRequest, problem.what(), ""};
    }
}

}  // namespace timeripple::engine
