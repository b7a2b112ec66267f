#pragma once
// PNG pictures: encoded by libav, text chunks (the recipe) by us: libav's encoder writes none.

#include "engine/api/frame.h"
#include "engine/api/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace timeripple::engine::media {

// 8-bit RGB, lossless. `comment` goes into an iTXt chunk "Comment" (UTF-8); empty: none.
Result<std::vector<std::uint8_t>> encode_png(const std::uint8_t* rgb, int width, int height,
                                             const std::string& comment);

// The text of the first "Comment" chunk (iTXt uncompressed, or tEXt) of a PNG file; none where it has none.
// BadFile where the file is no PNG or is damaged.
Result<std::optional<std::string>> read_png_comment(const std::string& path);

bool is_png_file(const std::string& path);

}  // namespace timeripple::engine::media
