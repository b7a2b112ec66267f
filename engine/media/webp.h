#pragma once
// Animated WebP with libwebp itself: libav 5 writes no metadata into it and does not decode animations.

#include "engine/media/frame_order.h"

#include <optional>

namespace timeripple::engine::media {

// As write_video(). CRF 0 is lossless; else quality 100 falls to 72 at CRF 51.
Status write_webp(const FrameOrder& order, const ExportOptions& options, const std::string& comment,
                  const std::string& part, const std::string& target, const ExportProgress& progress,
                  std::stop_token stop);

bool is_webp_file(const std::string& path);
// All frames of a WebP picture or animation, on black where it is transparent.
Result<FrameSequence> read_webp(const std::string& path, std::size_t max_bytes);
// The recipe as it was given to write_webp() (it travels as description in an XMP chunk); none where there is none.
Result<std::optional<std::string>> read_webp_comment(const std::string& path);

}  // namespace timeripple::engine::media
