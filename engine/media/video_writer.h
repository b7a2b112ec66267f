#pragma once
// Frames to one video file with libav*: MP4 (H.264 High, H.265 Main, AV1 Main 10 bit), MOV (ProRes 422 HQ): 4:2:0 or
// 4:2:2, bt709, limited range, index in front; MKV (FFV1, RGB, lossless).

#include "engine/media/frame_order.h"

#include <stop_token>
#include <string>

namespace timeripple::engine::media {

// Writes to `part` and closes it; every return code is looked at. `target` is for sentences, `comment` for the
// container.
Status write_video(const FrameOrder& order, const ExportOptions& options, const std::string& comment,
                   const std::string& part, const std::string& target, const ExportProgress& progress,
                   std::stop_token stop);

}  // namespace timeripple::engine::media
