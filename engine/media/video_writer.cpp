#include "engine/media/video_writer.h"

#include "engine/media/av.h"
#include "engine/media/part_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace timeripple::engine::media {
namespace {

Error encoder_error(const std::string& target, const std::string& what, int code) {
    const int system = -code;
    if (system == ENOSPC || system == EDQUOT || system == EFBIG || system == EACCES || system == EPERM ||
        system == EROFS || system == EIO) {
        return write_error(target, system);
    }
    return {ErrorCode::Io, target + " could not be written: " + what + " failed. Nothing was changed at the target.",
            av_reason(code)};
}

// What is asked of one encoder. Options are those of libav's private ones.
struct Coding {
    const char* encoder;
    const char* container;
    AVPixelFormat pixels;
    std::vector<std::pair<const char*, std::string>> options;
};

Coding coding_of(const ExportOptions& options, int frames) {
    // CRF 0 means lossless to x264 and x265, which their usual profiles do not know; 1 is the finest that every player
    // shows.
    const std::string crf = std::to_string(std::max(1, options.crf));
    switch (options.format) {
        case ExportFormat::Mp4H265: {
            // x265 gives clips shorter than its reordering arbitrary decoding times; these few frames need none.
            constexpr int kReordered = 8;
            const char* parameters = frames <= kReordered ? "log-level=error:bframes=0" : "log-level=error";
            return {"libx265", "mp4", AV_PIX_FMT_YUV420P, {{"crf", crf}, {"preset", "medium"}, {"x265-params", parameters}}};
        }
        case ExportFormat::Mp4Av1: {
            constexpr int kBest = 1, kWorst = 63;  // SVT-AV1's scale for H.264's 0..51
            const int scaled = std::clamp(options.crf * kWorst / 51, kBest, kWorst);
            return {"libsvtav1", "mp4", AV_PIX_FMT_YUV420P10, {{"crf", std::to_string(scaled)}, {"preset", "6"}}};
        }
        case ExportFormat::MovProRes:
            return {"prores_ks", "mov", AV_PIX_FMT_YUV422P10, {{"profile", "hq"}, {"vendor", "apl0"}}};
        case ExportFormat::MkvFfv1:
            return {"ffv1", "matroska", AV_PIX_FMT_BGR0, {{"slicecrc", "1"}}};
        default:
            return {"libx264", "mp4", AV_PIX_FMT_YUV420P, {{"crf", crf}, {"preset", "medium"}, {"profile", "high"}}};
    }
}

// One video file while it is being written. close() must be called on success: only then all errors are known.
class Output {
  public:
    explicit Output(std::string target) : target_(std::move(target)) {}
    ~Output() {
        if (context_) {
            avio_closep(&context_->pb);
            avformat_free_context(context_);
        }
    }

    Status open(const FrameOrder& order, const Coding& coding, const std::string& comment, const std::string& part);
    Status write(const std::uint8_t* rgb, std::int64_t index);
    Status close();

  private:
    Status fail(const char* what, int code) const { return encoder_error(target_, what, code); }
    void set_yuv(AVPixelFormat pixels);
    void set_lossless_rgb();
    Status drain();
    void fill_yuv(const std::uint8_t* rgb);
    void fill_bgr0(const std::uint8_t* rgb);

    std::string target_;
    AVFormatContext* context_ = nullptr;
    AVStream* stream_ = nullptr;
    CodecPtr codec_;
    AvFramePtr frame_;
    PacketPtr packet_;
    ScalerPtr scaler_;
    std::vector<std::uint8_t> padded_;  // the picture made even for 4:2:0
    int width_ = 0, height_ = 0;        // of the source
};

void Output::set_yuv(AVPixelFormat pixels) {
    codec_->pix_fmt = pixels;
    codec_->color_range = AVCOL_RANGE_MPEG;
    codec_->color_primaries = AVCOL_PRI_BT709;
    codec_->color_trc = AVCOL_TRC_BT709;
    codec_->colorspace = AVCOL_SPC_BT709;
    codec_->chroma_sample_location = AVCHROMA_LOC_LEFT;
    codec_->width = width_ + width_ % 2;
    codec_->height = height_ + height_ % 2;
}

void Output::set_lossless_rgb() {
    codec_->pix_fmt = AV_PIX_FMT_BGR0;
    codec_->color_range = AVCOL_RANGE_JPEG;
    codec_->colorspace = AVCOL_SPC_RGB;
    codec_->width = width_;
    codec_->height = height_;
    codec_->gop_size = 1;  // every frame stands alone
    codec_->level = 3;
}

Status Output::open(const FrameOrder& order, const Coding& coding, const std::string& comment,
                    const std::string& part) {
    width_ = order.source().width;
    height_ = order.source().height;
    const bool lossless = coding.pixels == AV_PIX_FMT_BGR0;
    const AVCodec* encoder = avcodec_find_encoder_by_name(coding.encoder);
    if (!encoder) {
        return Error{ErrorCode::Io,
                     std::string("FFmpeg on this machine has no ") + coding.encoder +
                         " encoder. Install Debian's libavcodec-extra, or export a PNG sequence.",
                     ""};
    }
    int code = avformat_alloc_output_context2(&context_, nullptr, coding.container, file_url(part).c_str());
    if (code < 0) return fail("opening the container", code);
    stream_ = avformat_new_stream(context_, nullptr);
    codec_.reset(avcodec_alloc_context3(encoder));
    frame_.reset(av_frame_alloc());
    packet_.reset(av_packet_alloc());
    if (!stream_ || !codec_ || !frame_ || !packet_) return fail("reserving memory", AVERROR(ENOMEM));

    const AVRational rate = av_d2q(order.fps(), 100'000);
    codec_->framerate = rate;
    codec_->time_base = av_inv_q(rate);
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = rate;
    if (context_->oformat->flags & AVFMT_GLOBALHEADER) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (lossless) {
        set_lossless_rgb();
    } else {
        set_yuv(coding.pixels);
    }
    for (const auto& [name, value] : coding.options) {
        code = av_opt_set(codec_->priv_data, name, value.c_str(), 0);
        if (code < 0) return fail("setting the encoder", code);
    }
    code = avcodec_open2(codec_.get(), encoder, nullptr);
    if (code < 0) return fail("opening the encoder", code);
    code = avcodec_parameters_from_context(stream_->codecpar, codec_.get());
    if (code < 0) return fail("describing the stream", code);
    if (encoder->id == AV_CODEC_ID_HEVC) stream_->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');  // what Apple plays

    frame_->format = codec_->pix_fmt;
    frame_->width = codec_->width;
    frame_->height = codec_->height;
    // Tags on the frame too: some encoders take them from there alone.
    frame_->color_range = codec_->color_range;
    frame_->color_primaries = codec_->color_primaries;
    frame_->color_trc = codec_->color_trc;
    frame_->colorspace = codec_->colorspace;
    frame_->chroma_location = codec_->chroma_sample_location;
    code = av_frame_get_buffer(frame_.get(), 0);
    if (code < 0) return fail("reserving memory", code);
    if (!lossless) {
        scaler_ =
            make_converter(codec_->width, codec_->height, AV_PIX_FMT_RGB24, codec_->pix_fmt, AVCOL_SPC_BT709, false);
        if (!scaler_) return fail("the colour conversion", AVERROR(EINVAL));
    }

    if (!comment.empty()) {
        code = av_dict_set(&context_->metadata, "comment", comment.c_str(), 0);
        if (code < 0) return fail("writing the recipe", code);
    }
    code = avio_open2(&context_->pb, file_url(part).c_str(), AVIO_FLAG_WRITE, nullptr, nullptr);
    if (code < 0) return fail("opening the file", code);
    AVDictionary* muxer_options = nullptr;
    // QuickTime's old comment atom ends at 64 kB; its newer metadata keys do not.
    const bool quicktime = std::strcmp(coding.container, "mov") == 0;
    if (!lossless)
        av_dict_set(&muxer_options, "movflags", quicktime ? "+faststart+use_metadata_tags" : "+faststart", 0);
    code = avformat_write_header(context_, &muxer_options);
    av_dict_free(&muxer_options);
    if (code < 0) return fail("writing the header", code);
    return {};
}

void Output::fill_yuv(const std::uint8_t* rgb) {
    const int width = codec_->width, height = codec_->height;
    const std::uint8_t* source = rgb;
    if (width != width_ || height != height_) {
        // An odd last column or row is repeated once.
        padded_.resize(std::size_t(width) * height * 3);
        for (int y = 0; y < height; ++y) {
            const std::uint8_t* row = rgb + std::size_t(std::min(y, height_ - 1)) * width_ * 3;
            std::uint8_t* to = padded_.data() + std::size_t(y) * width * 3;
            std::memcpy(to, row, std::size_t(width_) * 3);
            if (width != width_) std::memcpy(to + std::size_t(width_) * 3, row + std::size_t(width_ - 1) * 3, 3);
        }
        source = padded_.data();
    }
    const std::uint8_t* planes[1] = {source};
    const int strides[1] = {width * 3};
    sws_scale(scaler_.get(), planes, strides, 0, height, frame_->data, frame_->linesize);
}

void Output::fill_bgr0(const std::uint8_t* rgb) {
    for (int y = 0; y < height_; ++y) {
        std::uint8_t* to = frame_->data[0] + std::ptrdiff_t(y) * frame_->linesize[0];
        for (int x = 0; x < width_; ++x, rgb += 3, to += 4) {
            to[0] = rgb[2];
            to[1] = rgb[1];
            to[2] = rgb[0];
            to[3] = 0;
        }
    }
}

Status Output::write(const std::uint8_t* rgb, std::int64_t index) {
    int code = av_frame_make_writable(frame_.get());
    if (code < 0) return fail("reserving memory", code);
    if (scaler_) {
        fill_yuv(rgb);
    } else {
        fill_bgr0(rgb);
    }
    frame_->pts = index;
    code = avcodec_send_frame(codec_.get(), frame_.get());
    if (code < 0) return fail("the encoder", code);
    return drain();
}

Status Output::drain() {
    for (;;) {
        int code = avcodec_receive_packet(codec_.get(), packet_.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
        if (code < 0) return fail("the encoder", code);
        packet_->stream_index = stream_->index;
        packet_->duration = 1;
        av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
        code = av_interleaved_write_frame(context_, packet_.get());
        if (code < 0) return fail("writing a frame", code);
    }
}

Status Output::close() {
    int code = avcodec_send_frame(codec_.get(), nullptr);
    if (code < 0) return fail("the encoder", code);
    if (auto status = drain(); !status) return status;
    code = av_write_trailer(context_);
    if (code < 0) return fail("finishing the file", code);
    const int late = context_->pb->error;  // a failed flush that no call has reported
    code = avio_closep(&context_->pb);
    if (late < 0) return fail("writing", late);
    if (code < 0) return fail("closing the file", code);
    return {};
}

}  // namespace

Status write_video(const FrameOrder& order, const ExportOptions& options, const std::string& comment,
                   const std::string& part, const std::string& target, const ExportProgress& progress,
                   std::stop_token stop) {
    quiet_libav();
    Output output(target);
    if (auto status = output.open(order, coding_of(options, order.total()), comment, part); !status) return status;
    std::vector<std::uint8_t> rgb(order.frame_bytes());
    for (int index = 0; index < order.total(); ++index) {
        if (stop.stop_requested()) return export_cancelled();
        if (auto status = order.paint(index, rgb.data()); !status) return status;
        if (auto status = output.write(rgb.data(), index); !status) return status;
        if (progress) progress(index + 1, order.total());
    }
    if (stop.stop_requested()) return export_cancelled();
    return output.close();
}

}  // namespace timeripple::engine::media
