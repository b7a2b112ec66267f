#pragma once
// A file back to frames: our own decoder, frame exact.

#include <string>

#include "engine/api/frame.h"
#include "engine/api/result.h"

namespace timeripple::engine {

// Decodes all video frames to 8-bit RGB (bt709 limited unless tagged otherwise). Refuses with a sentence: no video stream,
// damaged file, more than `max_bytes` of frames. Blocking; call it on a worker thread.
Result<FrameSequence> read_clip_frames(const std::string& path, std::size_t max_bytes = std::size_t(4) << 30);

}  // namespace timeripple::engine
