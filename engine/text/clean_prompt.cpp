#include "engine/text/clean_prompt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace timeripple::engine {
namespace {

struct Entity {
    std::string_view name;
    std::string_view text;
};
constexpr Entity kEntities[] = {
#include "engine/text/html_entities.inc"
};

const Entity* find_entity(std::string_view name) {
    const auto found =
        std::lower_bound(std::begin(kEntities), std::end(kEntities), name,
                         [](const Entity& entity, std::string_view wanted) { return entity.name < wanted; });
    return found != std::end(kEntities) && found->name == name ? found : nullptr;
}

// Length of the UTF-8 character at `at`; 1 for a byte that begins none.
std::size_t character_length(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (at + length > text.size()) {
        return 1;
    }
    for (std::size_t k = 1; k < length; ++k) {
        if ((static_cast<unsigned char>(text[at + k]) & 0xC0) != 0x80) {
            return 1;
        }
    }
    return length;
}

std::uint32_t code_point(std::string_view character) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i]));
    };
    switch (character.size()) {
        case 2:
            return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
        case 3:
            return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
        case 4:
            return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
        default:
            return byte(0);
    }
}

void append_utf8(std::string& text, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

// Numbers that HTML reads as Windows-1252.
constexpr std::array<std::uint16_t, 32> kWindows1252{0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                     0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                     0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                     0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

void append_numbered(std::string& text, std::uint32_t code) {
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) {
        append_utf8(text, 0xFFFD);
    } else if (code >= 0x80 && code < 0xA0) {
        append_utf8(text, kWindows1252[code - 0x80]);
    } else if (code == '\r') {
        text += '\r';
    } else if (code < 0x09 || code == 0x0B || (code >= 0x0E && code < 0x20) || code == 0x7F ||
               (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE) {
        return;  // HTML drops control characters and non-characters
    } else {
        append_utf8(text, code);
    }
}

bool is_digit(char c, bool hexadecimal) {
    return (c >= '0' && c <= '9') || (hexadecimal && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
}

// text[at] is '&' and text[at + 1] is '#'. Returns how many characters were used, 0 if this is no reference.
std::size_t unescape_number(std::string_view text, std::size_t at, std::string& result) {
    std::size_t i = at + 2;
    const bool hexadecimal = i < text.size() && (text[i] == 'x' || text[i] == 'X');
    i += hexadecimal ? 1 : 0;
    const std::size_t first = i;
    std::uint32_t code = 0;
    for (; i < text.size() && is_digit(text[i], hexadecimal); ++i) {
        const char c = text[i];
        const std::uint32_t digit = static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        code = std::min<std::uint32_t>(code * (hexadecimal ? 16 : 10) + digit, 0x110000);
    }
    if (i == first) {
        return 0;
    }
    append_numbered(result, code);
    return i + (i < text.size() && text[i] == ';' ? 1 : 0) - at;
}

// text[at] is '&'. Takes up to 32 characters and a semicolon; the longest beginning of them that is a name counts.
std::size_t unescape_name(std::string_view text, std::size_t at, std::string& result) {
    std::size_t end = at + 1;
    for (int count = 0; count < 32 && end < text.size(); ++count) {
        if (std::string_view("\t\n\f <&#;").find(text[end]) != std::string_view::npos) {
            break;
        }
        end += character_length(text, end);
    }
    if (end == at + 1) {
        return 0;
    }
    if (end < text.size() && text[end] == ';') {
        ++end;
    }
    const std::string_view name = text.substr(at + 1, end - at - 1);
    for (std::size_t length = name.size(); length >= 2; --length) {
        if (const Entity* entity = find_entity(name.substr(0, length))) {
            result += entity->text;
            result += name.substr(length);
            return end - at;
        }
    }
    result += '&';
    result += name;
    return end - at;
}

// What Python's str.isspace() takes for white space.
bool is_space(std::uint32_t code) {
    return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
           code == 0x205F || code == 0x3000;
}

}  // namespace

std::string html_unescape(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        std::size_t used = 0;
        if (text[i] == '&' && i + 1 < text.size()) {
            used = text[i + 1] == '#' ? unescape_number(text, i, result) : unescape_name(text, i, result);
        }
        if (used == 0) {
            result += text[i];
            used = 1;
        }
        i += used;
    }
    return result;
}

std::string clean_prompt(std::string_view text) {
    const std::string plain = html_unescape(html_unescape(text));
    std::string result;
    result.reserve(plain.size());
    bool gap = false;
    for (std::size_t i = 0; i < plain.size();) {
        const std::string_view character = std::string_view(plain).substr(i, character_length(plain, i));
        i += character.size();
        // A lone byte above 0x7F is broken UTF-8, not the character of that number.
        const bool broken = character.size() == 1 && static_cast<unsigned char>(character[0]) >= 0x80;
        if (!broken && is_space(code_point(character))) {
            gap = true;
            continue;
        }
        if (gap && !result.empty()) {
            result += ' ';
        }
        gap = false;
        result += character;
    }
    return result;
}

}  // namespace timeripple::engine
