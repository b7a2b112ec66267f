#pragma once
// Base of our SAX readers: everything is refused unless a reader allows it. nlohmann's DOM would take the last of two
// equal keys, read -1 as 2^64-1 and 1.9 as 1; its SAX interface shows all of that.

#include "engine/base/text.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace timeripple::engine {

class StrictSax {
  public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using string_t = nlohmann::json::string_t;
    using binary_t = nlohmann::json::binary_t;

    explicit StrictSax(int max_depth) : max_depth_(max_depth) {}
    virtual ~StrictSax() = default;

    // What is wrong, without the file's name; empty while nothing is.
    const std::string& problem() const { return problem_; }

    virtual bool null() { return refuse("holds null where it may not"); }
    virtual bool boolean(bool) { return refuse("holds true or false where it may not"); }
    virtual bool number_integer(number_integer_t) { return refuse("holds a negative number"); }
    virtual bool number_unsigned(number_unsigned_t) { return refuse("holds a number where it may not"); }
    virtual bool number_float(number_float_t, const string_t& text) {
        return refuse("holds " + detail::for_sentence(text, 40) + ", which is not a whole number below 2^64");
    }
    virtual bool string(string_t&) { return refuse("holds a text where it may not"); }
    virtual bool binary(binary_t&) { return refuse("holds binary data"); }
    virtual bool key(string_t&) { return refuse("holds a key where it may not"); }

    bool start_object(std::size_t) { return enter() && object_begins(); }
    bool start_array(std::size_t) { return enter() && array_begins(); }
    bool end_object() {
        --depth_;
        return object_ends();
    }
    bool end_array() {
        --depth_;
        return array_ends();
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        return refuse("is not valid JSON at byte " + std::to_string(position));
    }

  protected:
    // Called with depth() already that of the inside (1: the outermost value), and again after leaving.
    virtual bool object_begins() { return refuse("holds an object where it may not"); }
    virtual bool array_begins() { return refuse("holds a list where it may not"); }
    virtual bool object_ends() { return true; }
    virtual bool array_ends() { return true; }

    int depth() const { return depth_; }
    bool refuse(std::string problem) {
        if (problem_.empty()) {
            problem_ = std::move(problem);
        }
        return false;
    }

  private:
    bool enter() {
        if (++depth_ > max_depth_) {
            return refuse("is nested deeper than " + std::to_string(max_depth_) + " levels");
        }
        return true;
    }

    std::string problem_;
    int max_depth_;
    int depth_ = 0;
};

// The problem in words that follow a subject ("its header"), or empty. The whole text must be one JSON value.
inline std::string parse_strictly(const std::string& text, StrictSax& sax) {
    // nlohmann takes a NUL for the end of its input and would not look at what follows.
    if (text.find('\0') != std::string::npos) {
        return "is not valid JSON: it holds a NUL byte";
    }
    if (nlohmann::json::sax_parse(text, &sax) && sax.problem().empty()) {
        return {};
    }
    return sax.problem().empty() ? "is not valid JSON" : sax.problem();
}

}  // namespace timeripple::engine
