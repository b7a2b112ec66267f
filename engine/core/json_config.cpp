#include "engine/core/json_config.h"

#include "engine/weights/input_file.h"
#include "engine/weights/weight_source.h"

#include <cmath>

namespace timeripple::engine {
namespace {

constexpr std::size_t kMaxConfigBytes = 4u << 20;
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxItems = 4096;

std::string number_text(double value) {
    nlohmann::json number = value;
    return number.dump();
}

// Nesting is bounded before parsing: the parser recurses.
bool too_deep(const std::string& text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kMaxDepth) {
                return true;
            }
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

}  // namespace

JsonConfig::JsonConfig(std::string text, std::string file) : text_(std::move(text)), file_(std::move(file)) {
    if (!too_deep(text_)) {
        json_ = nlohmann::json::parse(text_, nullptr, /*allow_exceptions=*/false);
    }
    if (!json_.is_object()) {
        throw EngineFailure(
            {ErrorCode::BadFile,
             "\"" + file_ + "\" is not a JSON object. Fetch the model folder again; the file is damaged.",
             {}});
    }
}

JsonConfig JsonConfig::from_file(const std::string& path) {
    Result<std::string> text = read_whole_file(path, kMaxConfigBytes);
    if (!text) {
        throw EngineFailure(text.error());
    }
    return JsonConfig(std::move(text).value(), path);
}

const nlohmann::json* JsonConfig::find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
}

bool JsonConfig::is_null(const char* key) const {
    return find(key) == nullptr;
}

void JsonConfig::fail(const std::string& key, const std::string& problem) const {
    throw EngineFailure(
        {ErrorCode::BadFile,
         "\"" + key + "\" in \"" + file_ + "\" " + problem + " Fetch the folder again or correct the file.",
         {}});
}

void JsonConfig::unsupported(const std::string& key, const std::string& problem) const {
    throw EngineFailure({ErrorCode::WrongModel,
                         "\"" + key + "\" in \"" + file_ + "\" " + problem + " Choose a Wan2.1 text-to-video folder.",
                         {}});
}

std::int64_t JsonConfig::integer(const char* key, std::int64_t fallback, std::int64_t low, std::int64_t high) const {
    const nlohmann::json* value = find(key);
    if (!value) {
        return fallback;
    }
    if (!value->is_number_integer() ||
        (value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t(high)) ||
        value->get<std::int64_t>() < low || value->get<std::int64_t>() > high) {
        fail(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high) + ".");
    }
    return value->get<std::int64_t>();
}

double JsonConfig::number(const char* key, double fallback, double low, double high) const {
    const nlohmann::json* value = find(key);
    if (!value) {
        return fallback;
    }
    if (!value->is_number() || !(value->get<double>() >= low && value->get<double>() <= high)) {
        fail(key, "must be a number from " + number_text(low) + " to " + number_text(high) + ".");
    }
    return value->get<double>();
}

bool JsonConfig::boolean(const char* key, bool fallback) const {
    const nlohmann::json* value = find(key);
    if (value && !value->is_boolean()) {
        fail(key, "must be true or false.");
    }
    return value ? value->get<bool>() : fallback;
}

std::string JsonConfig::string(const char* key, const std::string& fallback) const {
    const nlohmann::json* value = find(key);
    if (value && !value->is_string()) {
        fail(key, "must be a string.");
    }
    return value ? value->get<std::string>() : fallback;
}

std::vector<std::int64_t> JsonConfig::integers(const char* key, const std::vector<std::int64_t>& fallback,
                                               std::int64_t low, std::int64_t high) const {
    const nlohmann::json* value = find(key);
    if (!value) {
        return fallback;
    }
    std::vector<std::int64_t> result;
    bool good = value->is_array() && value->size() <= kMaxItems;
    for (std::size_t i = 0; good && i < value->size(); ++i) {
        const nlohmann::json& item = (*value)[i];
        good = item.is_number_integer() &&
               !(item.is_number_unsigned() && item.get<std::uint64_t>() > std::uint64_t(high)) &&
               item.get<std::int64_t>() >= low && item.get<std::int64_t>() <= high;
        if (good) {
            result.push_back(item.get<std::int64_t>());
        }
    }
    if (!good) {
        fail(key, "must be a list of whole numbers from " + std::to_string(low) + " to " + std::to_string(high) + ".");
    }
    return result;
}

std::vector<double> JsonConfig::numbers(const char* key, const std::vector<double>& fallback) const {
    const nlohmann::json* value = find(key);
    if (!value) {
        return fallback;
    }
    std::vector<double> result;
    bool good = value->is_array() && value->size() <= kMaxItems;
    for (std::size_t i = 0; good && i < value->size(); ++i) {
        const nlohmann::json& item = (*value)[i];
        good = item.is_number() && std::isfinite(item.get<double>());
        if (good) {
            result.push_back(item.get<double>());
        }
    }
    if (!good) {
        fail(key, "must be a list of numbers.");
    }
    return result;
}

std::vector<bool> JsonConfig::booleans(const char* key, const std::vector<bool>& fallback) const {
    const nlohmann::json* value = find(key);
    if (!value) {
        return fallback;
    }
    std::vector<bool> result;
    bool good = value->is_array() && value->size() <= kMaxItems;
    for (std::size_t i = 0; good && i < value->size(); ++i) {
        good = (*value)[i].is_boolean();
        if (good) {
            result.push_back((*value)[i].get<bool>());
        }
    }
    if (!good) {
        fail(key, "must be a list of true and false.");
    }
    return result;
}

}  // namespace timeripple::engine
