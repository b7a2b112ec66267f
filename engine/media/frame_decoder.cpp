#include "engine/media/frame_decoder.h"

#include <cstring>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace timeripple::engine::media {
namespace {

constexpr double kUsualFps = 16.0;  // where a file says nothing, as pictures do
constexpr int kMaxExtent = 16'384;

void unpack_bgr0(const AVFrame& frame, std::uint8_t* to) {
    for (int y = 0; y < frame.height; ++y) {
        const std::uint8_t* from = frame.data[0] + std::ptrdiff_t(y) * frame.linesize[0];
        for (int x = 0; x < frame.width; ++x, from += 4, to += 3) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
}

void copy_rgb24(const AVFrame& frame, std::uint8_t* to) {
    const std::size_t row = std::size_t(frame.width) * 3;
    for (int y = 0; y < frame.height; ++y, to += row) {
        std::memcpy(to, frame.data[0] + std::ptrdiff_t(y) * frame.linesize[0], row);
    }
}

bool is_full_range(const AVFrame& frame) {
    switch (frame.format) {
        case AV_PIX_FMT_YUVJ420P:
        case AV_PIX_FMT_YUVJ422P:
        case AV_PIX_FMT_YUVJ444P:
            return true;
        default:
            return frame.color_range == AVCOL_RANGE_JPEG;
    }
}

}  // namespace

Error FrameDecoder::damaged(int code) const {
    return {ErrorCode::BadFile, "The clip " + path_ + " is damaged and cannot be decoded to its end.", av_reason(code)};
}

Result<FrameDecoder> FrameDecoder::open(const std::string& path) {
    auto input = open_input(path, true);
    if (!input) return input.error();
    FrameDecoder decoder;
    decoder.path_ = path;
    decoder.input_ = std::move(*input);
    const AVCodec* codec = nullptr;
    decoder.stream_ = av_find_best_stream(decoder.input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (decoder.stream_ < 0 || !codec) {
        return Error{ErrorCode::BadFile, "The file " + path + " holds no video that can be decoded.",
                     av_reason(decoder.stream_)};
    }
    AVStream* stream = decoder.input_->streams[decoder.stream_];
    decoder.codec_.reset(avcodec_alloc_context3(codec));
    decoder.frame_.reset(av_frame_alloc());
    decoder.packet_.reset(av_packet_alloc());
    if (!decoder.codec_ || !decoder.frame_ || !decoder.packet_) return decoder.damaged(AVERROR(ENOMEM));
    int code = avcodec_parameters_to_context(decoder.codec_.get(), stream->codecpar);
    decoder.codec_->thread_count = 0;
    decoder.codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;  // say "damaged" rather than conceal it
    if (code >= 0) code = avcodec_open2(decoder.codec_.get(), codec, nullptr);
    if (code < 0) return decoder.damaged(code);
    const AVRational rate = av_guess_frame_rate(decoder.input_.get(), stream, nullptr);
    decoder.fps_ = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : kUsualFps;
    return decoder;
}

Result<AVFrame*> FrameDecoder::next() {
    for (;;) {
        int code = avcodec_receive_frame(codec_.get(), frame_.get());
        if (code == AVERROR_EOF) return static_cast<AVFrame*>(nullptr);
        if (code >= 0) {
            if (frame_->width < 1 || frame_->height < 1 || frame_->width > kMaxExtent || frame_->height > kMaxExtent) {
                return damaged(AVERROR_INVALIDDATA);
            }
            if (frame_->decode_error_flags || (frame_->flags & AV_FRAME_FLAG_CORRUPT))
                return damaged(AVERROR_INVALIDDATA);
            return frame_.get();
        }
        if (code != AVERROR(EAGAIN)) return damaged(code);
        if (draining_) return damaged(code);
        code = av_read_frame(input_.get(), packet_.get());
        if (code == AVERROR_EOF) {
            draining_ = true;
            code = avcodec_send_packet(codec_.get(), nullptr);
        } else if (code >= 0) {
            if (packet_->stream_index == stream_) {
                if (packet_->flags & AV_PKT_FLAG_CORRUPT) code = AVERROR_INVALIDDATA;
                if (code >= 0) code = avcodec_send_packet(codec_.get(), packet_.get());
            }
            av_packet_unref(packet_.get());
        }
        if (code < 0) return damaged(code);
    }
}

Result<bool> FrameDecoder::skip() {
    auto frame = next();
    if (!frame) return frame.error();
    return *frame != nullptr;
}

Status FrameDecoder::to_rgb(const AVFrame& frame, std::uint8_t* to) {
    if (frame.format == AV_PIX_FMT_BGR0 || frame.format == AV_PIX_FMT_BGRA) {
        unpack_bgr0(frame, to);
        return {};
    }
    if (frame.format == AV_PIX_FMT_RGB24) {
        copy_rgb24(frame, to);
        return {};
    }
    if (!scaler_ || scaler_width_ != frame.width || scaler_height_ != frame.height || scaler_format_ != frame.format) {
        scaler_ = make_converter(frame.width, frame.height, AVPixelFormat(frame.format), AV_PIX_FMT_RGB24,
                                 frame.colorspace, is_full_range(frame));
        if (!scaler_) return damaged(AVERROR(EINVAL));
        scaler_width_ = frame.width;
        scaler_height_ = frame.height;
        scaler_format_ = frame.format;
    }
    std::uint8_t* planes[1] = {to};
    const int strides[1] = {frame.width * 3};
    const int rows = sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
    if (rows != frame.height) return damaged(rows < 0 ? rows : AVERROR_UNKNOWN);
    return {};
}

}  // namespace timeripple::engine::media
