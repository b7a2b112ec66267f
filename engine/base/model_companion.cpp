// `<name>.json` beside a model (pond.json): what a small model of our own says about itself.
#include "engine/base/model_parts.h"
#include "engine/base/strict_json.h"

#include <algorithm>
#include <cctype>

namespace timeripple::engine {
namespace detail {
namespace {

namespace fs = std::filesystem;

constexpr int kCompanionVersion = 1;

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    auto finish = [&] {
        while (!word.empty() && (word.back() == '\'' || word.back() == '-'))
            word.pop_back();
        if (!word.empty()) words.push_back(std::move(word));
        word.clear();
    };
    for (unsigned char c : text) {
        const bool inner = !word.empty() && (c == '\'' || c == '-');
        if (std::isalnum(c) || c >= 0x80 || inner) {
            word += static_cast<char>(std::tolower(c));  // ASCII alone: other scripts stay as they are
        } else {
            finish();
        }
    }
    finish();
    return words;
}

}  // namespace

bool read_companion(const fs::path& folder, ModelInfo& info) {
    std::error_code error;
    fs::path file = folder / (folder.filename().string() + ".json");
    if (!fs::is_regular_file(file, error)) return false;
    const std::string what = "The file " + file.string();
    const auto object = parse_json(read_text_file(file.string(), 4u << 20), what);
    const JsonFields fields(object, what);
    fields.check_version(kCompanionVersion, "schema");
    fields.read("name", info.name);
    fields.read("licence", info.licence);
    if (const auto usual = fields.object("default")) {
        usual->read("width", info.defaults.width);
        usual->read("height", info.defaults.height);
        usual->read("frames", info.defaults.frames);
        usual->read("fps", info.defaults.fps);
        usual->read("steps", info.defaults.steps);
        usual->read("guidance", info.defaults.guidance_scale);
        usual->read("shift", info.defaults.flow_shift);
        usual->read_word("scheduler", info.defaults.scheduler);
    }
    fields.read("examples", info.vocabulary.examples);
    auto& known = info.vocabulary.known_words;
    auto learn = [&known](const std::string& text) {
        for (auto& word : words_of(text))
            known.push_back(std::move(word));
    };
    std::vector<std::string> more;
    fields.read("words", more);
    if (const auto groups = fields.object("vocabulary")) {
        for (const auto& [name, list] : groups->raw().items()) {
            Vocabulary::Group group;
            group.name = name;
            groups->read(name.c_str(), group.words);
            more.insert(more.end(), group.words.begin(), group.words.end());
            info.vocabulary.groups.push_back(std::move(group));
        }
        more.insert(more.end(), info.vocabulary.examples.begin(), info.vocabulary.examples.end());
    }
    for (const auto& text : more)
        learn(text);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    return true;
}

}  // namespace detail

std::vector<std::string> unknown_words(const Vocabulary& vocabulary, const std::string& prompt) {
    std::vector<std::string> unknown;
    if (vocabulary.known_words.empty()) return unknown;
    for (auto& word : detail::words_of(prompt)) {
        const auto& known = vocabulary.known_words;
        const bool seen = std::find(known.begin(), known.end(), word) != known.end() ||
                          std::find(unknown.begin(), unknown.end(), word) != unknown.end();
        if (!seen) unknown.push_back(std::move(word));
    }
    return unknown;
}

}  // namespace timeripple::engine
