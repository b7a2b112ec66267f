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

// Mp4H265 and Mp4Av1 are as small as H.264 at a third to half of its bytes; MovProRes (422 HQ, 10 bit) is for cutting
// programs; WebP (24-bit colour) and Gif (255 colours) move in pages and messages.
enum class ExportFormat { Mp4H264, MkvFfv1, PngSequence, Mp4H265, Mp4Av1, MovProRes, WebP, Gif };

struct ExportOptions {
    ExportFormat format = ExportFormat::Mp4H264;
    int crf = 18;              // on H.264's scale, 0 (best) to 51; H.265, AV1 and WebP translate it, the others ignore it
    double fps = 0.0;          // 0: the sequence's own
    bool embed_recipe = true;
    bool embed_prompt = true;  // false: prompt and negative prompt are left out of the embedded recipe
    int loops = 1;             // how many times the clip is repeated in the file
    bool ping_pong = false;    // every repetition goes there and back, without showing an end twice
    bool play_forever = true;  // WebP and GIF begin again at their end
};

// Frames that are made one at a time, so that a composed clip never lies in memory as a whole.
struct FrameSource {
    int frames = 0;
    int height = 0;
    int width = 0;
    double fps = 0.0;
    // Writes frame `index` (0-based, any order, maybe more than once) as [height, width, 3] to `rgb`; called on the thread of
    // export_frames(). False: the frame could not be made, the export ends with an error.
    std::function<bool(int index, std::uint8_t* rgb)> paint;
};

using ExportProgress = std::function<void(int done_frames, int total_frames)>;

// Format from the suffix: .mp4 (H.264), .mkv (FFV1), .mov (ProRes), .webp, .gif; a folder or a name without suffix is a PNG
// sequence. BadRequest names the known ones.
Result<ExportFormat> export_format_of(const std::string& path);

// Whether a file (or a folder of frames) can be made here, without making it: to be asked before a long run.
Status check_export_target(const std::string& path, ExportFormat format);

// Frames in the file: with repetitions and the way back.
int exported_frames(int frames, const ExportOptions& options);

// An existing target is replaced only by the final rename. PNG frames are frame_00000.png and so on in folder `path`.
Status export_frames(const FrameSource& source, const Recipe* recipe, const std::string& path, const ExportOptions& options,
                     const ExportProgress& progress = {}, std::stop_token stop = {});
Status export_frames(const FrameSequence& frames, const Recipe* recipe, const std::string& path,
                     const ExportOptions& options, const ExportProgress& progress = {}, std::stop_token stop = {});

// One frame as a PNG picture, the recipe in its text chunk (null: none). Complete or not there.
Status save_picture(const FrameSequence& frames, int index, const Recipe* recipe, const std::string& path);

// Two clips of equal size in one picture, `gap` pixels apart, as a new sequence. BadRequest if sizes or counts differ.
Result<FrameSequence> side_by_side(const FrameSequence& left, const FrameSequence& right, int gap = 8);

}  // namespace timeripple::engine
