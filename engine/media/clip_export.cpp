// The export door: checks what is asked, writes the part, reads it back, and lets the target appear.
#include "engine/api/clip_export.h"

#include "engine/api/log.h"
#include "engine/base/text.h"
#include "engine/media/frame_decoder.h"
#include "engine/media/part_file.h"
#include "engine/media/png.h"
#include "engine/media/video_writer.h"

#include <cctype>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

Error bad(std::string sentence) {
    return {ErrorCode::BadRequest, std::move(sentence), ""};
}

Status check(const FrameSequence& frames, const ExportOptions& options) {
    if (frames.frames < 1 || frames.width < 1 || frames.height < 1)
        return bad("There are no frames to export. Generate a clip first.");
    if (frames.rgb.size() != frames.frame_bytes() * std::size_t(frames.frames)) {
        return Error{ErrorCode::Internal, "The clip's frames are incomplete. Generate it again.", "size of rgb"};
    }
    if (options.crf < 0 || options.crf > 51) {
        return bad("The setting crf is " + std::to_string(options.crf) +
                   ", but must be from 0 (best) to 51. Usual is 18.");
    }
    if (options.loops < 1 || options.loops > 1000) {
        return bad("The setting loops is " + std::to_string(options.loops) + ", but must be from 1 to 1000.");
    }
    const double fps = options.fps > 0 ? options.fps : frames.fps;
    if (!std::isfinite(options.fps) || !(fps >= 0.1 && fps <= 240)) {
        return bad("The setting fps is " + detail::number_text(fps) + ", but must be from 0.1 to 240. Usual is 16.");
    }
    return {};
}

std::string recipe_text(const Recipe* recipe, const ExportOptions& options) {
    if (!recipe || !options.embed_recipe) return {};
    if (options.embed_prompt) return to_json(*recipe, false);
    Recipe shortened = *recipe;
    shortened.request.prompt.clear();
    shortened.request.negative_prompt.clear();
    return to_json(shortened, false);
}

// Opens what was written as a player would, and counts.
Status check_written(const std::string& part, const std::string& target, const FrameSequence& frames, int expected) {
    auto decoder = media::FrameDecoder::open(part);
    Status problem;
    int count = 0;
    while (decoder.ok()) {
        auto more = decoder->skip();
        if (!more) {
            problem = more.error();
            break;
        }
        if (!*more) break;
        ++count;
    }
    const bool sound = decoder.ok() && problem.ok() && count == expected && decoder->width() >= frames.width &&
                       decoder->height() >= frames.height;
    if (sound) return {};
    const std::string detail = !decoder.ok()   ? decoder.error().message
                               : !problem.ok() ? problem.error().message
                                               : std::to_string(count) + " of " + std::to_string(expected) + " frames";
    return Error{ErrorCode::Io,
                 "The written file did not read back as it should, so " + target +
                     " was left as it was. Try again, or "
                     "choose another disk.",
                 detail};
}

Status export_video(const FrameSequence& frames, const std::string& comment, const std::string& path,
                    const ExportOptions& options, const ExportProgress& progress, std::stop_token stop) {
    media::PartFile file(path);
    if (auto status = file.prepare(); !status) return status;
    if (auto status = media::write_video(frames, options, comment, file.part(), path, progress, stop); !status)
        return status;
    if (auto status = check_written(file.part(), path, frames, frames.frames * options.loops); !status) return status;
    return file.commit();
}

Status export_pictures(const FrameSequence& frames, const std::string& comment, const std::string& path,
                       const ExportOptions& options, const ExportProgress& progress, std::stop_token stop) {
    media::PartFolder folder(path);
    if (auto status = folder.prepare(); !status) return status;
    const int total = frames.frames * options.loops;
    for (int index = 0; index < total; ++index) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, "The export was cancelled.", ""};
        auto png = media::encode_png(frames.frame(index % frames.frames), frames.width, frames.height, comment);
        if (!png) return png.error();
        const std::string file = folder.part() + "/" + media::frame_file_name(index);
        if (auto status = media::write_whole_file(file, png->data(), png->size(), path); !status) return status;
        if (progress) progress(index + 1, total);
    }
    return folder.commit();
}

}  // namespace

Result<ExportFormat> export_format_of(const std::string& path) {
    if (path.empty())
        return bad("No file is named for the clip. Give a name that ends in .mp4 or .mkv, or a folder for PNG frames.");
    std::error_code error;
    if (path.back() == '/' || fs::is_directory(path, error)) return ExportFormat::PngSequence;
    std::string suffix = fs::path(path).extension().string();
    for (char& c : suffix)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (suffix.empty()) return ExportFormat::PngSequence;
    if (suffix == ".mp4") return ExportFormat::Mp4H264;
    if (suffix == ".mkv") return ExportFormat::MkvFfv1;
    return bad("The file " + path + " ends in " + suffix +
               ", which is not known. Use .mp4 (H.264), .mkv (lossless), or a name without "
               "a suffix for a folder of PNG frames.");
}

Status check_export_target(const std::string& path, ExportFormat format) {
    if (path.empty() || path.find('\0') != std::string::npos) return bad("No file is named for the clip.");
    try {
        return format == ExportFormat::PngSequence ? media::PartFolder(path).check() : media::PartFile(path).check();
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Io, "The place " + path + " cannot be looked at.", problem.what()};
    }
}

Status export_frames(const FrameSequence& frames, const Recipe* recipe, const std::string& path,
                     const ExportOptions& options, const ExportProgress& progress, std::stop_token stop) {
    try {
        if (auto status = check(frames, options); !status) return status;
        if (path.empty() || path.find('\0') != std::string::npos) return bad("No file is named for the clip.");
        const std::string comment = recipe_text(recipe, options);
        Status status = options.format == ExportFormat::PngSequence
                            ? export_pictures(frames, comment, path, options, progress, stop)
                            : export_video(frames, comment, path, options, progress, stop);
        if (status.ok()) {
            log_info("export", "wrote " + path);
        } else if (status.error().code != ErrorCode::Cancelled) {
            log_error("export", status.error().message + " (" + status.error().detail + ")");
        }
        return status;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory,
                     "There is not enough memory to export the clip. Close other programs and try again.", ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Internal, "The export failed.", problem.what()};
    }
}

Result<FrameSequence> side_by_side(const FrameSequence& left, const FrameSequence& right, int gap) {
    if (left.frames != right.frames || left.width != right.width || left.height != right.height) {
        auto size = [](const FrameSequence& f) {
            return std::to_string(f.width) + " x " + std::to_string(f.height) + " x " + std::to_string(f.frames);
        };
        return bad("The two clips differ in size or length (" + size(left) + " and " + size(right) +
                   "). Choose two of one size.");
    }
    if (gap < 0 || gap > 1024) return bad("The gap is " + std::to_string(gap) + ", but must be from 0 to 1024 pixels.");
    try {
        constexpr std::uint8_t kGapGrey = 128;
        FrameSequence both;
        both.frames = left.frames;
        both.height = left.height;
        both.width = 2 * left.width + gap;
        both.fps = left.fps;
        both.rgb.assign(both.frame_bytes() * std::size_t(both.frames), kGapGrey);
        const std::size_t row = std::size_t(left.width) * 3, skip = std::size_t(gap) * 3;
        for (int f = 0; f < left.frames; ++f) {
            for (int y = 0; y < left.height; ++y) {
                std::uint8_t* to = both.frame(f) + std::size_t(y) * both.width * 3;
                std::memcpy(to, left.frame(f) + y * row, row);
                std::memcpy(to + row + skip, right.frame(f) + y * row, row);
            }
        }
        return both;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory, "There is not enough memory for both clips side by side.", ""};
    }
}

}  // namespace timeripple::engine
