#pragma once
// Which frame of a source comes when: repetitions, and the way back. What all writers read their frames from.

#include "engine/api/clip_export.h"

#include <cstdint>

namespace timeripple::engine::media {

inline Error export_cancelled() {
    return {ErrorCode::Cancelled, "The export was cancelled.", ""};
}

class FrameOrder {
  public:
    // Both outlive the order; they were checked.
    FrameOrder(const FrameSource& source, const ExportOptions& options)
        : source_(source),
          once_(exported_frames(source.frames, options) / options.loops),
          total_(once_ * options.loops),
          fps_(options.fps > 0 ? options.fps : source.fps) {}

    const FrameSource& source() const { return source_; }
    int total() const { return total_; }
    double fps() const { return fps_; }
    std::size_t frame_bytes() const { return std::size_t(source_.width) * source_.height * 3; }

    // Position `index` of the file, 0..total-1, as packed RGB.
    Status paint(int index, std::uint8_t* rgb) const {
        int frame = index % once_;
        if (frame >= source_.frames) frame = 2 * source_.frames - 2 - frame;
        if (source_.paint(frame, rgb)) return {};
        return Error{ErrorCode::Internal, "Frame " + std::to_string(frame + 1) + " of the export could not be painted.",
                     ""};
    }

  private:
    const FrameSource& source_;
    int once_;
    int total_;
    double fps_;
};

}  // namespace timeripple::engine::media
