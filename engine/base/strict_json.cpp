#include "engine/base/strict_json.h"

#include "engine/base/text.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <sys/stat.h>

namespace timeripple::engine::detail {

using nlohmann::json;

namespace {
constexpr int kMaxDepth = 12;
}

json parse_json(std::string_view text, const std::string& what) {
    auto check_depth = [&what](int depth, json::parse_event_t, json&) {
        if (depth > kMaxDepth) throw JsonProblem(what + " is nested too deeply to be one of ours.");
        return true;
    };
    try {
        return json::parse(text.begin(), text.end(), check_depth);
    } catch (const json::parse_error& error) {
        throw JsonProblem(what + " is not sound JSON: it breaks at byte " + std::to_string(error.byte) +
                          ". Write it anew or correct it there.");
    } catch (const json::exception& error) {
        throw JsonProblem(what + " is not sound JSON (" + for_sentence(error.what()) +
                          "). Write it anew or correct it.");
    }
}

std::string read_text_file(const std::string& path, std::size_t max_bytes) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) {
        throw JsonProblem("The file " + path + " cannot be read: " + std::strerror(errno) +
                          ". Check its name and place.");
    }
    if (!S_ISREG(info.st_mode)) throw JsonProblem(path + " is not a file. Name a file.");
    if (static_cast<std::uint64_t>(info.st_size) > max_bytes) {
        throw JsonProblem("The file " + path + " has " + bytes_text(info.st_size) +
                          ", too much for what it should be.");
    }
    std::ifstream stream(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(info.st_size), '\0');
    if (!stream || !stream.read(text.data(), static_cast<std::streamsize>(text.size()))) {
        throw JsonProblem("The file " + path + " cannot be read. Check its permissions.");
    }
    return text;
}

std::string dump_json(const json& value, int indent) {
    return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

JsonFields::JsonFields(const json& object, std::string what) : object_(object), what_(std::move(what)) {
    if (!object_.is_object()) throw JsonProblem(what_ + " is JSON, but not an object { }. Is it another file?");
}

void JsonFields::check_version(int newest, const char* key) const {
    int version = 0;
    read(key, version);
    if (version < 1) throw JsonProblem(what_ + " has no \"" + key + "\". Is it a file of another program?");
    if (version > newest) {
        throw JsonProblem(what_ + " is of version " + std::to_string(version) + ", but this program reads up to " +
                          std::to_string(newest) + ". Update TimeRipple Studio.");
    }
}

const json* JsonFields::find(const char* key) const {
    const auto it = object_.find(key);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
}

void JsonFields::wrong(const char* key, const std::string& rule) const {
    const json* value = find(key);
    throw JsonProblem(what_ + ": \"" + key + "\" " + rule + ", but is " +
                      (value ? for_sentence(dump_json(*value), 60) : "absent") + ".");
}

void JsonFields::read(const char* key, bool& value) const {
    const json* found = find(key);
    if (!found) return;
    if (!found->is_boolean()) wrong(key, "must be true or false");
    value = found->get<bool>();
}

void JsonFields::read(const char* key, std::int64_t& value) const {
    const json* found = find(key);
    if (!found) return;
    const bool fits = found->is_number_integer() &&
                      !(found->is_number_unsigned() &&
                        found->get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max()));
    if (!fits) wrong(key, "must be a whole number");
    value = found->get<std::int64_t>();
}

void JsonFields::read(const char* key, int& value) const {
    std::int64_t wide = value;
    read(key, wide);
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
        wrong(key, "must be a smaller number");
    value = static_cast<int>(wide);
}

void JsonFields::read(const char* key, std::uint64_t& value) const {
    const json* found = find(key);
    if (!found) return;
    if (!found->is_number_unsigned()) wrong(key, "must be a whole number that is not negative");
    value = found->get<std::uint64_t>();
}

void JsonFields::read(const char* key, double& value) const {
    const json* found = find(key);
    if (!found) return;
    if (!found->is_number()) wrong(key, "must be a number");
    value = found->get<double>();
}

void JsonFields::read(const char* key, float& value) const {
    double wide = value;
    read(key, wide);
    value = static_cast<float>(wide);
}

void JsonFields::read(const char* key, std::string& value) const {
    const json* found = find(key);
    if (!found) return;
    if (!found->is_string()) wrong(key, "must be a text");
    value = found->get<std::string>();
}

template <typename T, typename Check>
void JsonFields::read_array(const char* key, std::vector<T>& values, Check check, const char* rule) const {
    const json* found = find(key);
    if (!found) return;
    if (!found->is_array()) wrong(key, rule);
    std::vector<T> result;
    for (const json& element : *found) {
        if (!check(element)) wrong(key, rule);
        result.push_back(element.get<T>());
    }
    values = std::move(result);
}

void JsonFields::read(const char* key, std::vector<int>& values) const {
    auto small = [](const json& e) {
        return e.is_number_integer() && !(e.is_number_unsigned() && e.get<std::uint64_t>() > 0x7fffffffU) &&
               e.get<std::int64_t>() >= std::numeric_limits<int>::min();
    };
    read_array(key, values, small, "must be a list of whole numbers");
}

void JsonFields::read(const char* key, std::vector<double>& values) const {
    read_array(
        key, values, [](const json& e) { return e.is_number(); }, "must be a list of numbers");
}

void JsonFields::read(const char* key, std::vector<bool>& values) const {
    read_array(
        key, values, [](const json& e) { return e.is_boolean(); }, "must be a list of true and false");
}

void JsonFields::read(const char* key, std::vector<std::string>& values) const {
    read_array(
        key, values, [](const json& e) { return e.is_string(); }, "must be a list of texts");
}

std::optional<JsonFields> JsonFields::object(const char* key) const {
    const json* found = find(key);
    if (!found) return std::nullopt;
    if (!found->is_object()) wrong(key, "must be an object");
    return JsonFields(*found, what_ + ", \"" + key + "\"");
}

std::vector<JsonFields> JsonFields::objects(const char* key) const {
    std::vector<JsonFields> list;
    const json* found = find(key);
    if (!found) return list;
    if (!found->is_array()) wrong(key, "must be a list of objects");
    for (const json& element : *found)
        list.emplace_back(element, what_ + ", \"" + key + "\"");
    return list;
}

}  // namespace timeripple::engine::detail
