// The export door: checks what is asked, writes the part, reads it back, and lets the target appear.
#include "engine/api/clip_export.h"

#include "engine/api/log.h"
#include "engine/base/text.h"
#include "engine/media/frame_decoder.h"
#include "engine/media/frame_order.h"
#include "engine/media/gif_writer.h"
#include "engine/media/part_file.h"
#include "engine/media/png.h"
#include "engine/media/video_writer.h"
#include "engine/media/webp.h"

#include <algorithm>
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

Status check(const FrameSource& source, const ExportOptions& options) {
    if (source.frames < 1 || source.width < 1 || source.height < 1 || !source.paint)
        return bad("There are no frames to export. Generate a clip first.");
    if (options.crf < 0 || options.crf > 51) {
        return bad("The setting crf is " + std::to_string(options.crf) +
                   ", but must be from 0 (best) to 51. Usual is 18.");
    }
    if (options.loops < 1 || options.loops > 1000) {
        return bad("The setting loops is " + std::to_string(options.loops) + ", but must be from 1 to 1000.");
    }
    const double fps = options.fps > 0 ? options.fps : source.fps;
    if (!std::isfinite(options.fps) || !(fps >= 0.1 && fps <= 240)) {
        return bad("The setting fps is " + detail::number_text(fps) + ", but must be from 0.1 to 240. Usual is 16.");
    }
    constexpr int kSmallestAv1 = 64, kLargestWebP = 16383;
    if (options.format == ExportFormat::Mp4Av1 && std::min(source.width, source.height) < kSmallestAv1)
        return bad("AV1 needs pictures of at least 64 x 64 pixels. Choose a larger size or another format.");
    if (options.format == ExportFormat::WebP && std::max(source.width, source.height) > kLargestWebP)
        return bad("WebP pictures have at most 16383 pixels on a side. Choose a smaller size or another format.");
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

// Decodes what was written as a player would: how many frames there are, each at least as large as what was given.
Result<int> count_written(const std::string& part, const FrameSource& source, ExportFormat format) {
    if (format == ExportFormat::WebP) {
        auto clip = media::read_webp(part, std::size_t(-1));
        if (!clip) return clip.error();
        return clip->width == source.width && clip->height == source.height ? clip->frames : 0;
    }
    auto decoder = media::FrameDecoder::open(part);
    if (!decoder) return decoder.error();
    int count = 0;
    for (;; ++count) {
        auto more = decoder->skip();
        if (!more) return more.error();
        if (!*more) break;
    }
    return decoder->width() >= source.width && decoder->height() >= source.height ? count : 0;
}

Status check_written(const std::string& part, const std::string& target, const FrameSource& source, ExportFormat format,
                     int expected) {
    const auto count = count_written(part, source, format);
    if (count.ok() && *count == expected) return {};
    return Error{
        ErrorCode::Io,
        "The written file did not read back as it should, so " + target +
            " was left as it was. Try again, or "
            "choose another disk.",
        count.ok() ? std::to_string(*count) + " of " + std::to_string(expected) + " frames" : count.error().message};
}

Status export_file(const media::FrameOrder& order, const std::string& comment, const std::string& path,
                   const ExportOptions& options, const ExportProgress& progress, std::stop_token stop) {
    media::PartFile file(path);
    if (auto status = file.prepare(); !status) return status;
    const auto write = options.format == ExportFormat::WebP  ? media::write_webp
                       : options.format == ExportFormat::Gif ? media::write_gif
                                                             : media::write_video;
    if (auto status = write(order, options, comment, file.part(), path, progress, stop); !status) return status;
    if (auto status = check_written(file.part(), path, order.source(), options.format, order.total()); !status)
        return status;
    return file.commit();
}

Status export_pictures(const media::FrameOrder& order, const std::string& comment, const std::string& path,
                       const ExportProgress& progress, std::stop_token stop) {
    media::PartFolder folder(path);
    if (auto status = folder.prepare(); !status) return status;
    std::vector<std::uint8_t> rgb(order.frame_bytes());
    for (int index = 0; index < order.total(); ++index) {
        if (stop.stop_requested()) return media::export_cancelled();
        if (auto status = order.paint(index, rgb.data()); !status) return status;
        auto png = media::encode_png(rgb.data(), order.source().width, order.source().height, comment);
        if (!png) return png.error();
        const std::string file = folder.part() + "/" + media::frame_file_name(index);
        if (auto status = media::write_whole_file(file, png->data(), png->size(), path); !status) return status;
        if (progress) progress(index + 1, order.total());
    }
    return folder.commit();
}

// A source over frames that lie in memory.
FrameSource source_of(const FrameSequence& frames) {
    FrameSource source{frames.frames, frames.height, frames.width, frames.fps, {}};
    source.paint = [&frames](int index, std::uint8_t* rgb) {
        std::memcpy(rgb, frames.frame(index), frames.frame_bytes());
        return true;
    };
    return source;
}

bool complete(const FrameSequence& frames) {
    return frames.rgb.size() == frames.frame_bytes() * std::size_t(std::max(0, frames.frames));
}

const Error kIncomplete{ErrorCode::Internal, "The clip's frames are incomplete. Generate it again.", "size of rgb"};

}  // namespace

Result<ExportFormat> export_format_of(const std::string& path) {
    if (path.empty())
        return bad(
            "No file is named for the clip. Give a name that ends in .mp4, .mkv, .mov, .webp or .gif, or a folder for "
            "PNG frames.");
    std::error_code error;
    if (path.back() == '/' || fs::is_directory(path, error)) return ExportFormat::PngSequence;
    std::string suffix = fs::path(path).extension().string();
    for (char& c : suffix)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (suffix.empty()) return ExportFormat::PngSequence;
    if (suffix == ".mp4") return ExportFormat::Mp4H264;
    if (suffix == ".mkv") return ExportFormat::MkvFfv1;
    if (suffix == ".mov") return ExportFormat::MovProRes;
    if (suffix == ".webp") return ExportFormat::WebP;
    if (suffix == ".gif") return ExportFormat::Gif;
    return bad("The file " + path + " ends in " + suffix +
               ", which is not known. Use .mp4 (H.264), .mkv (lossless), .mov (ProRes), .webp, "
               ".gif, or a name without a suffix for a folder of PNG frames.");
}

Status check_export_target(const std::string& path, ExportFormat format) {
    if (path.empty() || path.find('\0') != std::string::npos) return bad("No file is named for the clip.");
    try {
        return format == ExportFormat::PngSequence ? media::PartFolder(path).check() : media::PartFile(path).check();
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Io, "The place " + path + " cannot be looked at.", problem.what()};
    }
}

int exported_frames(int frames, const ExportOptions& options) {
    const int once = options.ping_pong && frames > 2 ? 2 * frames - 2 : frames;
    return once * options.loops;
}

Status export_frames(const FrameSource& source, const Recipe* recipe, const std::string& path,
                     const ExportOptions& options, const ExportProgress& progress, std::stop_token stop) {
    try {
        if (auto status = check(source, options); !status) return status;
        if (path.empty() || path.find('\0') != std::string::npos) return bad("No file is named for the clip.");
        const std::string comment = recipe_text(recipe, options);
        const media::FrameOrder order(source, options);
        Status status = options.format == ExportFormat::PngSequence
                            ? export_pictures(order, comment, path, progress, stop)
                            : export_file(order, comment, path, options, progress, stop);
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

Status export_frames(const FrameSequence& frames, const Recipe* recipe, const std::string& path,
                     const ExportOptions& options, const ExportProgress& progress, std::stop_token stop) {
    if (!complete(frames)) return kIncomplete;
    return export_frames(source_of(frames), recipe, path, options, progress, stop);
}

Status save_picture(const FrameSequence& frames, int index, const Recipe* recipe, const std::string& path) {
    try {
        if (!complete(frames)) return kIncomplete;
        if (index < 0 || index >= frames.frames) return bad("There is no frame to save. Generate a clip first.");
        auto png = media::encode_png(frames.frame(index), frames.width, frames.height, recipe_text(recipe, {}));
        if (!png) return png.error();
        media::PartFile file(path);
        if (auto status = file.prepare(); !status) return status;
        if (auto status = media::write_whole_file(file.part(), png->data(), png->size(), path); !status) return status;
        return file.commit();
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Io, "The picture " + path + " could not be written.", problem.what()};
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
