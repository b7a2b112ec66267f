#include "engine/base/text.h"

#include <cmath>
#include <cstdio>

namespace timeripple::engine::detail {

std::string bytes_text(std::uint64_t bytes) {
    static const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB"};
    double value = static_cast<double>(bytes);
    int unit = 0;
    while (value >= 999.5 && unit < 4) {
        value /= 1000.0;
        ++unit;
    }
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
    return buffer;
}

bool is_valid_utf8(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const int extra = lead < 0x80                   ? 0
                          : lead >= 0xC2 && lead < 0xE0 ? 1
                          : lead >= 0xE0 && lead < 0xF0 ? 2
                          : lead >= 0xF0 && lead < 0xF5 ? 3
                                                        : -1;
        if (extra < 0 || i + extra >= text.size()) return false;
        std::uint32_t code = extra == 0 ? lead : lead & (0x3F >> extra);
        for (int k = 1; k <= extra; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xC0) != 0x80) return false;
            code = code << 6 | (next & 0x3F);
        }
        const bool overlong = (extra == 2 && code < 0x800) || (extra == 3 && code < 0x10000);
        if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        i += extra + 1;
    }
    return true;
}

std::string for_sentence(std::string_view text, std::size_t limit) {
    const bool cut = text.size() > limit;
    std::size_t size = cut ? limit : text.size();
    while (cut && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        --size;
    std::string result(text.substr(0, size));
    if (!is_valid_utf8(result)) {
        for (char& c : result) {
            if (static_cast<unsigned char>(c) >= 0x80) c = '?';
        }
    }
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto byte = static_cast<unsigned char>(result[i]);
        // C1 controls too (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F): terminals obey them.
        if (byte == 0xC2 && i + 1 < result.size() && static_cast<unsigned char>(result[i + 1]) < 0xA0) {
            result.replace(i, 2, " ");
        } else if (byte < 0x20 || byte == 0x7F) {
            result[i] = ' ';
        }
    }
    return cut ? result + "..." : result;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n\f\v");
    if (first == std::string_view::npos) return {};
    const auto last = text.find_last_not_of(" \t\r\n\f\v");
    return std::string(text.substr(first, last - first + 1));
}

}  // namespace timeripple::engine::detail
