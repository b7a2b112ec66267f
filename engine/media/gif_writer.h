#pragma once
// Frames to an animated GIF: one palette, the recipe in a comment extension. libav writes frames; it writes no comment.

#include "engine/media/frame_order.h"

#include <optional>

namespace timeripple::engine::media {

// As write_video(). Every frame of the source is painted twice: once for the palette.
Status write_gif(const FrameOrder& order, const ExportOptions& options, const std::string& comment,
                 const std::string& part, const std::string& target, const ExportProgress& progress,
                 std::stop_token stop);

bool is_gif_file(const std::string& path);
// The text of the last comment extension; none where there is none. BadFile where the file is damaged.
Result<std::optional<std::string>> read_gif_comment(const std::string& path);

}  // namespace timeripple::engine::media
