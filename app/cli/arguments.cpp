#include "app/cli/arguments.h"

#include <algorithm>
#include <charconv>

namespace timeripple::cli {
namespace {

// Letters to change, add or leave out to get from one word to the other.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

template <typename T>
bool parse_number(const std::string& text, T& value) {
    const char* begin = text.data() + (text.size() > 1 && text[0] == '+');
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(begin, end, value);
    return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

std::optional<std::string> nearest_word(const std::string& word, const std::vector<std::string>& candidates) {
    std::optional<std::string> best;
    std::size_t least = word.size() / 3 + 1;  // a third of the letters may be wrong
    for (const auto& candidate : candidates) {
        const std::size_t d = distance(word, candidate);
        if (d <= least && (!best || d < least)) {
            best = candidate;
            least = d;
        }
    }
    return best;
}

std::string Arguments::text(const std::string& name) const {
    const auto it = values_.find(name);
    return it == values_.end() ? std::string() : it->second;
}

bool Arguments::wrong(const char* name, const char* rule) {
    problem_ = std::string("The option ") + name + " needs " + rule + ", but got \"" + text(name).substr(0, 60) + "\".";
    return false;
}

bool Arguments::read(const char* name, int& value) {
    return !has(name) || parse_number(text(name), value) || wrong(name, "a whole number");
}

bool Arguments::read(const char* name, std::uint64_t& value) {
    return !has(name) || parse_number(text(name), value) ||
           wrong(name, "a whole number from 0 to 18446744073709551615");
}

bool Arguments::read(const char* name, double& value) {
    return !has(name) || parse_number(text(name), value) || wrong(name, "a number");
}

Arguments Arguments::parse(const Command& command, const std::vector<std::string>& words) {
    Arguments arguments;
    auto find = [&command](const std::string& name) -> const Option* {
        for (const auto& option : command.options) {
            if (name == option.name) return &option;
        }
        return nullptr;
    };
    bool only_positionals = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (only_positionals || word.size() < 2 || word[0] != '-') {
            arguments.positionals_.push_back(word);
            continue;
        }
        if (word == "--") {
            only_positionals = true;
            continue;
        }
        const auto equals = word.compare(0, 2, "--") == 0 ? word.find('=') : std::string::npos;
        const std::string name = word.substr(0, equals);
        const Option* option = find(name);
        if (!option) {
            std::vector<std::string> known;
            for (const auto& one : command.options)
                known.push_back(one.name);
            const auto meant = nearest_word(name, known);
            arguments.problem_ =
                "The option " + name + " is not known." + (meant ? " Did you mean " + *meant + "?" : "");
            return arguments;
        }
        if (!option->placeholder) {
            if (equals != std::string::npos) {
                arguments.problem_ = "The option " + name + " takes no value.";
                return arguments;
            }
            arguments.values_[name] = "yes";
        } else if (equals != std::string::npos) {
            arguments.values_[name] = word.substr(equals + 1);
        } else if (i + 1 < words.size() && !find(words[i + 1])) {
            arguments.values_[name] = words[++i];
        } else {
            arguments.problem_ = "The option " + name + " needs a value: " + name + " " + option->placeholder + ".";
            return arguments;
        }
    }
    const int given = static_cast<int>(arguments.positionals_.size());
    if (given > command.positionals) {
        arguments.problem_ = "The word \"" + arguments.positionals_[std::size_t(command.positionals)].substr(0, 60) +
                             "\" is one too many. " + "A text of several words needs quotes.";
    } else if (given < command.positionals) {
        arguments.problem_ = std::string("The command ") + command.name + " needs " + command.positional_name + ".";
    }
    return arguments;
}

}  // namespace timeripple::cli
