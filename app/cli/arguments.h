#pragma once
// A small argument parser: options from a table, so that help and parsing cannot differ. No exceptions; a wrong use is
// a sentence.

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace timeripple::cli {

struct Option {
    const char* name;         // "--width"
    const char* placeholder;  // "W"; null: a flag without a value
    const char* help;
    const char* group = "";  // headline in the help
};

struct Command {
    const char* name;
    const char* usage;    // after the name: "--prompt TEXT -o clip.mp4 [options]"
    const char* summary;  // one line
    const char* text;     // more, for its own help
    std::vector<Option> options;
    int positionals = 0;  // exactly so many
    const char* positional_name = "";
};

class Arguments {
  public:
    bool has(const std::string& name) const { return values_.count(name) > 0; }
    // The value, or "" where the option was not given.
    std::string text(const std::string& name) const;
    const std::vector<std::string>& positionals() const { return positionals_; }

    // Reads numbers; false with a sentence in problem() where the text is no such number. Absent options leave `value`
    // as it is.
    bool read(const char* name, int& value);
    bool read(const char* name, std::uint64_t& value);
    bool read(const char* name, double& value);
    const std::string& problem() const { return problem_; }

    // The arguments after the command's name. On wrong use problem() is not empty.
    static Arguments parse(const Command& command, const std::vector<std::string>& words);

  private:
    bool wrong(const char* name, const char* rule);

    std::map<std::string, std::string> values_;
    std::vector<std::string> positionals_;
    std::string problem_;
};

// The candidate that differs least from `word`, if it is near enough to be meant.
std::optional<std::string> nearest_word(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace timeripple::cli
