#pragma once
// Frames to a file. The target is a complete file or does not exist: everything goes to `name.part`, is checked, synced and
// renamed. Blocking; call it on a worker thread.

#include <functional>
#include <stop_token>
#include <string>

#include "engine/api/clip.h"
#include "engine/api/recipe.h"
#include "engine/api/result.h"

namespace timeripple::engine {

enum class ExportFormat { Mp4H264, MkvFfv1, PngSequence };

struct ExportOptions {
    ExportFormat format = ExportFormat::Mp4H264;
    int crf = 18;              // H.264 quality, 0..51
    double fps = 0.0;          // 0: the sequence's own
    bool embed_recipe = true;
    bool embed_prompt = true;  // false: prompt and negative prompt are left out of the embedded recipe
    int loops = 1;             // how many times the clip is repeated in the file
};

using ExportProgress = std::function<void(int done_frames, int total_frames)>;

// Format from the suffix: .mp4, .mkv; a folder or a name without suffix is a PNG sequence. BadRequest names the known ones.
Result<ExportFormat> export_format_of(const std::string& path);

// Whether a file (or a folder of frames) can be made here, without making it: to be asked before a long run.
Status check_export_target(const std::string& path, ExportFormat format);

// An existing target is replaced only by the final rename. PNG frames are frame_00000.png and so on in folder `path`.
Status export_frames(const FrameSequence& frames, const Recipe* recipe, const std::string& path,
                     const ExportOptions& options, const ExportProgress& progress = {}, std::stop_token stop = {});

// Two clips of equal size in one picture, `gap` pixels apart, as a new sequence. BadRequest if sizes or counts differ.
Result<FrameSequence> side_by_side(const FrameSequence& left, const FrameSequence& right, int gap = 8);

}  // namespace timeripple::engine
