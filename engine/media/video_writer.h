#pragma once
// Frames to one video file with libav*: MP4 (H.264 High, yuv420p, bt709, limited range, faststart) or MKV (FFV1, RGB,
// lossless).

#include "engine/api/clip_export.h"

#include <stop_token>
#include <string>

namespace timeripple::engine::media {

// Writes to `part` and closes it; every return code is looked at. `target` is for sentences, `comment` for the
// container.
Status write_video(const FrameSequence& frames, const ExportOptions& options, const std::string& comment,
                   const std::string& part, const std::string& target, const ExportProgress& progress,
                   std::stop_token stop);

}  // namespace timeripple::engine::media
