#include "engine/media/av.h"

#include "engine/api/log.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <sys/stat.h>

namespace timeripple::engine::media {
namespace {

void log_line(void* object, int level, const char* format, va_list arguments) {
    if (level > AV_LOG_ERROR) return;
    char line[1024];
    int prefix = 1;
    av_log_format_line2(object, level, format, arguments, line, sizeof line, &prefix);
    log_warning("libav", line);
}

int sws_matrix(AVColorSpace matrix) {
    switch (matrix) {
        case AVCOL_SPC_BT470BG:
        case AVCOL_SPC_SMPTE170M:
            return SWS_CS_ITU601;
        case AVCOL_SPC_SMPTE240M:
            return SWS_CS_SMPTE240M;
        case AVCOL_SPC_FCC:
            return SWS_CS_FCC;
        case AVCOL_SPC_BT2020_NCL:
        case AVCOL_SPC_BT2020_CL:
            return SWS_CS_BT2020;
        default:
            return SWS_CS_ITU709;
    }
}

}  // namespace

std::string av_reason(int code) {
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, text, sizeof text);
    return text;
}

void quiet_libav() {
    static std::once_flag once;
    std::call_once(once, [] { av_log_set_callback(log_line); });
}

Result<InputPtr> open_input(const std::string& path, bool probe) {
    quiet_libav();
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) {
        return Error{ErrorCode::BadFile,
                     "The file " + path + " cannot be read: " + std::strerror(errno) + ". Check its name and place.",
                     ""};
    }
    if (!S_ISREG(info.st_mode)) return Error{ErrorCode::BadFile, path + " is not a file. Choose a clip.", ""};
    AVFormatContext* raw = nullptr;
    int code = avformat_open_input(&raw, file_url(path).c_str(), nullptr, nullptr);
    InputPtr input(raw);
    if (code >= 0 && probe) code = avformat_find_stream_info(input.get(), nullptr);
    if (code < 0) {
        if (code == AVERROR(EACCES) || code == AVERROR(EPERM)) {
            return Error{ErrorCode::BadFile, "The file " + path + " may not be read. Change its permissions.",
                         av_reason(code)};
        }
        return Error{ErrorCode::BadFile, "The file " + path + " is not a clip that can be read, or it is damaged.",
                     av_reason(code)};
    }
    return input;
}

ScalerPtr make_converter(int width, int height, AVPixelFormat from, AVPixelFormat to, AVColorSpace matrix,
                         bool full_range) {
    const int flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
    ScalerPtr scaler(sws_getContext(width, height, from, width, height, to, flags, nullptr, nullptr, nullptr));
    if (!scaler) return scaler;
    // The default matrix is BT.601, whatever the frames are tagged: say which one. RGB is always full range.
    const bool to_yuv = from == AV_PIX_FMT_RGB24;
    const int* table = sws_getCoefficients(sws_matrix(matrix));
    sws_setColorspaceDetails(scaler.get(), table, to_yuv || full_range ? 1 : 0, table, to_yuv && !full_range ? 0 : 1, 0,
                             1 << 16, 1 << 16);
    return scaler;
}

}  // namespace timeripple::engine::media
