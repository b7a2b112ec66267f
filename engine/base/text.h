#pragma once
// Small text helpers of the base library.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace timeripple::engine::detail {

// Shortest text that reads back as the same number; "nan", "inf" for those.
inline std::string number_text(double value) {
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

// "1.4 GB", "312 MB": decimal units, two significant places at most.
std::string bytes_text(std::uint64_t bytes);

bool is_valid_utf8(std::string_view text);

// A name or value for a sentence: control characters replaced, cut to `limit` bytes at a character border.
std::string for_sentence(std::string_view text, std::size_t limit = 80);

std::string trimmed(std::string_view text);

}  // namespace timeripple::engine::detail
