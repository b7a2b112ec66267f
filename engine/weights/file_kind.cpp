#include "engine/weights/file_kind.h"

#include <cctype>
#include <string_view>

namespace timeripple::engine {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kConvert =
    " Such files are programs and are never opened here. Use the safetensors files of the same model, or convert it "
    "with a "
    "tool that you trust.";

bool contains_ignoring_case(std::string_view text, std::string_view word) {
    for (std::size_t i = 0; i + word.size() <= text.size(); ++i) {
        std::size_t k = 0;
        while (k < word.size() && std::tolower(static_cast<unsigned char>(text[i + k])) == word[k]) {
            ++k;
        }
        if (k == word.size()) {
            return true;
        }
    }
    return false;
}

// Protocol 2 and later begin with 0x80 and the version; protocols 0 and 1 are text that opens a mark, dict or global.
bool is_pickle(std::string_view text) {
    if (text.size() >= 2 && text[0] == '\x80' && text[1] >= 1 && text[1] <= 5) {
        return true;
    }
    return text.starts_with("(dp"sv) || text.starts_with("(lp"sv) || text.starts_with("ccollections\n"sv) ||
           text.starts_with("ctorch"sv) || text.starts_with("cposix\n"sv) || text.starts_with("cos\n"sv) ||
           text.starts_with("c__builtin__\n"sv) || text.starts_with("cbuiltins\n"sv) || text.starts_with("}q\x00"sv);
}

}  // namespace

std::string describe_foreign_file(const unsigned char* first_bytes, std::size_t count) {
    const std::string_view text(reinterpret_cast<const char*>(first_bytes), count);
    const std::string convert(kConvert);
    if (text.starts_with("PK\x03\x04"sv) || text.starts_with("PK\x05\x06"sv)) {
        return "this is a ZIP archive, most likely a PyTorch checkpoint (pickle inside), not safetensors." + convert;
    }
    if (is_pickle(text)) {
        return "this is a Python pickle (a .pt, .pth, .ckpt or .bin checkpoint), not safetensors." + convert;
    }
    if (text.starts_with("GGUF"sv) || text.starts_with("lmgg"sv) || text.starts_with("tjgg"sv) ||
        text.starts_with("fmgg"sv)) {
        return "this is a GGUF file, not safetensors. Download the model in diffusers layout instead.";
    }
    if (text.starts_with("\x7f"
                         "ELF"sv) ||
        text.starts_with("MZ"sv) || text.starts_with("#!"sv)) {
        return "this is a program, not safetensors. Do not run it; download the model again from its publisher.";
    }
    if (text.starts_with("version https://git-lfs"sv)) {
        return "this is a Git LFS pointer, not the file itself: the weights were not fetched. Run 'git lfs pull' in "
               "the model "
               "folder, or download the file from the model's page.";
    }
    const std::string_view head = text.substr(0, 256);
    if (contains_ignoring_case(head, "<!doctype"sv) || contains_ignoring_case(head, "<html"sv) ||
        contains_ignoring_case(head, "<?xml"sv)) {
        return "this is a web page, not safetensors: the download was answered with a login or error page. Open the "
               "model's "
               "page in a browser, accept its terms if asked, and download the file again.";
    }
    if (text.starts_with("\x89HDF\r\n\x1a\n"sv)) {
        return "this is an HDF5 file (Keras), not safetensors. Download the model in diffusers layout instead.";
    }
    if (text.starts_with("\x93NUMPY"sv)) {
        return "this is a NumPy array, not safetensors. Save it as safetensors first.";
    }
    if (text.starts_with("\x1f\x8b"sv) || text.starts_with("BZh"sv) ||
        text.starts_with("\xfd"
                         "7zXZ"sv) ||
        text.starts_with("\x28\xb5\x2f\xfd"sv) || text.starts_with("7z\xbc\xaf"sv) ||
        (text.size() >= 262 && text.substr(257, 5) == "ustar"sv)) {
        return "this is a packed archive, not safetensors. Unpack it and choose the folder inside.";
    }
    const std::size_t first = text.find_first_not_of(" \t\r\n"sv);
    if (first != std::string_view::npos && (text[first] == '{' || text[first] == '[')) {
        return "this is a JSON text, not safetensors. If it is a shard index, choose the folder that holds it instead.";
    }
    if (count >= 8 && text.find_first_not_of('\0') == std::string_view::npos) {
        return "the file begins with zeros only: the download was broken off. Download it again.";
    }
    return {};
}

}  // namespace timeripple::engine
