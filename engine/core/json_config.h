#pragma once
// Reading a component's config.json: every miss is one sentence that names the file, the key and the way out.

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace timeripple::engine {

class JsonConfig {
  public:
    // `file` is only for messages. Throws EngineFailure(BadFile) where the text is no JSON object.
    JsonConfig(std::string text, std::string file);
    // Reads the file. Throws EngineFailure(BadFile) where it cannot be read or is larger than a config ever is.
    static JsonConfig from_file(const std::string& path);

    const std::string& file() const { return file_; }
    const std::string& text() const { return text_; }

    // A missing or null key gives the fallback; another type or a number outside [low, high] throws.
    std::int64_t integer(const char* key, std::int64_t fallback, std::int64_t low, std::int64_t high) const;
    double number(const char* key, double fallback, double low, double high) const;
    bool boolean(const char* key, bool fallback) const;
    std::string string(const char* key, const std::string& fallback) const;
    std::vector<std::int64_t> integers(const char* key, const std::vector<std::int64_t>& fallback, std::int64_t low,
                                       std::int64_t high) const;
    std::vector<double> numbers(const char* key, const std::vector<double>& fallback) const;
    std::vector<bool> booleans(const char* key, const std::vector<bool>& fallback) const;
    bool is_null(const char* key) const;

    [[noreturn]] void fail(const std::string& key, const std::string& problem) const;         // BadFile
    [[noreturn]] void unsupported(const std::string& key, const std::string& problem) const;  // WrongModel

  private:
    const nlohmann::json* find(const char* key) const;

    std::string text_;
    std::string file_;
    nlohmann::json json_;
};

}  // namespace timeripple::engine
