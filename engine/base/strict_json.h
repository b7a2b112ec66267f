#pragma once
// Reading JSON that may come from anywhere: depth and size are capped, every type is checked before a value is taken
// (nlohmann would read -1 as 2^64-1 and 1.9 as 1), unknown keys are tolerated, null counts as absent.

#include "engine/api/setting_names.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace timeripple::engine::detail {

// A sentence about a JSON text. Thrown inside the base library only; its public functions make an Error of it.
class JsonProblem : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// `what` begins the sentences: "The recipe". Throws JsonProblem.
nlohmann::json parse_json(std::string_view text, const std::string& what);

// The whole file as text; JsonProblem where it cannot be read or is larger than `max_bytes`.
std::string read_text_file(const std::string& path, std::size_t max_bytes = 16u << 20);

// UTF-8 that is not valid is replaced, never thrown about.
std::string dump_json(const nlohmann::json& value, int indent = -1);

// One object of a JSON text. read() leaves the value as it is where the key is absent.
class JsonFields {
  public:
    JsonFields(const nlohmann::json& object, std::string what);

    // Throws where "version" is missing, no whole number, or above `newest`.
    void check_version(int newest, const char* key = "version") const;

    bool has(const char* key) const { return find(key) != nullptr; }
    void read(const char* key, bool& value) const;
    void read(const char* key, int& value) const;
    void read(const char* key, std::int64_t& value) const;
    void read(const char* key, std::uint64_t& value) const;
    void read(const char* key, double& value) const;
    void read(const char* key, float& value) const;
    void read(const char* key, std::string& value) const;
    void read(const char* key, std::vector<int>& values) const;
    void read(const char* key, std::vector<double>& values) const;
    void read(const char* key, std::vector<bool>& values) const;
    void read(const char* key, std::vector<std::string>& values) const;

    // A setting that is written as one of a few words.
    template <typename T>
    void read_word(const char* key, T& value) const {
        std::string word;
        read(key, word);
        if (word.empty()) return;
        const auto found = from_word<T>(word);
        if (!found) wrong(key, "must be one of " + std::string(known_words<T>()));
        value = *found;
    }

    std::optional<JsonFields> object(const char* key) const;
    std::vector<JsonFields> objects(const char* key) const;  // a list; empty where the key is absent
    const nlohmann::json& raw() const { return object_; }
    const nlohmann::json* find(const char* key) const;
    [[noreturn]] void wrong(const char* key, const std::string& rule) const;

  private:
    template <typename T, typename Check>
    void read_array(const char* key, std::vector<T>& values, Check check, const char* rule) const;

    const nlohmann::json& object_;
    std::string what_;
};

}  // namespace timeripple::engine::detail
