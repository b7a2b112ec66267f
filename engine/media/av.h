#pragma once
// Owners and small helpers for libav*. C headers, so: extern "C", and every object has exactly one owner.

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/opt.h>

#include <libswscale/swscale.h>
}

#include "engine/api/result.h"

#include <memory>
#include <string>

namespace timeripple::engine::media {

struct AvDeleter {
    void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
    void operator()(AVFrame* p) const { av_frame_free(&p); }
    void operator()(AVPacket* p) const { av_packet_free(&p); }
    void operator()(SwsContext* p) const { sws_freeContext(p); }
};
using CodecPtr = std::unique_ptr<AVCodecContext, AvDeleter>;
using AvFramePtr = std::unique_ptr<AVFrame, AvDeleter>;
using PacketPtr = std::unique_ptr<AVPacket, AvDeleter>;
using ScalerPtr = std::unique_ptr<SwsContext, AvDeleter>;

struct InputDeleter {
    void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
};
using InputPtr = std::unique_ptr<AVFormatContext, InputDeleter>;

// libav's words for an error code.
std::string av_reason(int code);

// Sends libav's own messages to our log instead of the terminal. Cheap; every entry point calls it.
void quiet_libav();

// A path as a URL of the file protocol, so that "a:b.mp4" is no protocol of its own.
inline std::string file_url(const std::string& path) {
    return "file:" + path;
}

// Opens a container. With `probe` the streams are read too. The sentence names the file.
Result<InputPtr> open_input(const std::string& path, bool probe);

// A converter between packed RGB and YUV with the right matrix and range; null where libswscale knows none.
// Sizes are equal on both sides.
ScalerPtr make_converter(int width, int height, AVPixelFormat from, AVPixelFormat to, AVColorSpace matrix,
                         bool full_range);

}  // namespace timeripple::engine::media
