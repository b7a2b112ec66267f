#include "engine/api/clip_reader.h"

#include "engine/base/text.h"
#include "engine/media/frame_decoder.h"
#include "engine/media/part_file.h"
#include "engine/media/webp.h"

#include <algorithm>
#include <filesystem>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;

// Appends all frames of one file to `clip`.
Status append_frames(const std::string& path, FrameSequence& clip, std::size_t max_bytes) {
    auto decoder = media::FrameDecoder::open(path);
    if (!decoder) return decoder.error();
    if (clip.frames == 0) clip.fps = decoder->fps();
    for (;;) {
        auto frame = decoder->next();
        if (!frame) return frame.error();
        if (!*frame) return {};
        const AVFrame& picture = **frame;
        if (clip.frames == 0) {
            clip.width = picture.width;
            clip.height = picture.height;
        } else if (clip.width != picture.width || clip.height != picture.height) {
            return Error{ErrorCode::BadFile, "The frames of " + path + " change their size, which is not supported.",
                         ""};
        }
        const std::size_t needed = clip.frame_bytes() * (std::size_t(clip.frames) + 1);
        if (needed > max_bytes) {
            return Error{ErrorCode::BadFile,
                         "The clip " + path + " needs more than " + detail::bytes_text(max_bytes) +
                             " of memory. Cut it shorter or make it smaller.",
                         ""};
        }
        clip.rgb.resize(needed);
        ++clip.frames;
        if (auto status = decoder->to_rgb(picture, clip.frame(clip.frames - 1)); !status) return status;
    }
}

std::vector<std::string> frame_files(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (media::is_frame_file_name(entry.path().filename().string())) files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;  // frame_100000 after frame_99999
    });
    return files;
}

}  // namespace

Result<FrameSequence> read_clip_frames(const std::string& path, std::size_t max_bytes) {
    try {
        FrameSequence clip;
        std::error_code error;
        if (fs::is_directory(path, error)) {
            const auto files = frame_files(path);
            if (files.empty()) {
                return Error{ErrorCode::BadFile, "The folder " + path + " holds no frames (frame_00000.png and so on).",
                             ""};
            }
            for (const auto& file : files) {
                if (auto status = append_frames(file, clip, max_bytes); !status) return status.error();
            }
            clip.fps = 16.0;
            return clip;
        }
        if (media::is_webp_file(path)) return media::read_webp(path, max_bytes);
        if (auto status = append_frames(path, clip, max_bytes); !status) return status.error();
        if (clip.frames == 0) return Error{ErrorCode::BadFile, "The clip " + path + " holds no frames.", ""};
        return clip;
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::OutOfMemory, "There is not enough memory to open " + path + ".", ""};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::BadFile, "The clip " + path + " cannot be read.", problem.what()};
    }
}

}  // namespace timeripple::engine
