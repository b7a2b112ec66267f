#include "engine/media/gif_writer.h"

#include "engine/media/av.h"
#include "engine/media/palette.h"
#include "engine/media/part_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace timeripple::engine::media {
namespace {

constexpr std::uint8_t kExtension = 0x21, kComment = 0xFE, kPicture = 0x2C, kTrailer = 0x3B;

struct Container {
    AVFormatContext* context = nullptr;
    ~Container() {
        if (context) {
            avio_closep(&context->pb);
            avformat_free_context(context);
        }
    }
};

Error failure(const std::string& target, const char* what, int code) {
    const int system = -code;
    if (system == ENOSPC || system == EDQUOT || system == EFBIG || system == EACCES || system == EPERM ||
        system == EROFS || system == EIO)
        return write_error(target, system);
    return {ErrorCode::Io, target + " could not be written: " + what + " failed. Nothing was changed at the target.",
            av_reason(code)};
}

std::vector<std::uint8_t> comment_blocks(const std::string& text) {
    std::vector<std::uint8_t> bytes{kExtension, kComment};
    for (std::size_t at = 0; at < text.size(); at += 255) {
        const std::size_t size = std::min<std::size_t>(255, text.size() - at);
        bytes.push_back(std::uint8_t(size));
        bytes.insert(bytes.end(), text.begin() + std::ptrdiff_t(at), text.begin() + std::ptrdiff_t(at + size));
    }
    bytes.push_back(0);
    return bytes;
}

std::vector<std::uint8_t> bytes_of(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// The comment goes in front of the trailer, libav's last byte.
Status append_comment(const std::string& part, const std::string& comment, const std::string& target) {
    auto bytes = bytes_of(part);
    if (bytes.empty() || bytes.back() != kTrailer)
        return Error{ErrorCode::Io, target + " could not be written: the GIF has no end.", ""};
    bytes.pop_back();
    const auto blocks = comment_blocks(comment);
    bytes.insert(bytes.end(), blocks.begin(), blocks.end());
    bytes.push_back(kTrailer);
    return write_whole_file(part, bytes.data(), bytes.size(), target);
}

Status learn_colours(const FrameOrder& order, Palette& palette, std::vector<std::uint8_t>& rgb,
                     const std::stop_token& stop) {
    const FrameSource& source = order.source();
    for (int frame = 0; frame < source.frames; ++frame) {
        if (stop.stop_requested()) return export_cancelled();
        if (auto status = order.paint(frame, rgb.data()); !status) return status;
        palette.learn(rgb.data(), std::size_t(source.width) * source.height);
    }
    palette.choose();
    return {};
}

}  // namespace

Status write_gif(const FrameOrder& order, const ExportOptions& options, const std::string& comment,
                 const std::string& part, const std::string& target, const ExportProgress& progress,
                 std::stop_token stop) {
    quiet_libav();
    const int width = order.source().width, height = order.source().height;
    std::vector<std::uint8_t> rgb(order.frame_bytes());
    Palette palette;
    if (auto status = learn_colours(order, palette, rgb, stop); !status) return status;

    auto fail = [&](const char* what, int code) { return failure(target, what, code); };
    const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_GIF);
    if (!encoder)
        return Error{ErrorCode::Io,
                     "FFmpeg on this machine has no GIF encoder. Install Debian's libavcodec-extra, or export WebP.",
                     ""};
    Container file;
    int code = avformat_alloc_output_context2(&file.context, nullptr, "gif", file_url(part).c_str());
    if (code < 0) return fail("opening the container", code);
    AVStream* stream = avformat_new_stream(file.context, nullptr);
    CodecPtr codec(avcodec_alloc_context3(encoder));
    AvFramePtr frame(av_frame_alloc());
    PacketPtr packet(av_packet_alloc());
    if (!stream || !codec || !frame || !packet) return fail("reserving memory", AVERROR(ENOMEM));
    const AVRational rate = av_d2q(order.fps(), 100'000);
    codec->width = width;
    codec->height = height;
    codec->pix_fmt = AV_PIX_FMT_PAL8;
    codec->framerate = rate;
    codec->time_base = av_inv_q(rate);
    stream->avg_frame_rate = rate;
    code = avcodec_open2(codec.get(), encoder, nullptr);
    if (code >= 0) code = avcodec_parameters_from_context(stream->codecpar, codec.get());
    if (code < 0) return fail("opening the encoder", code);
    frame->format = AV_PIX_FMT_PAL8;
    frame->width = width;
    frame->height = height;
    code = avio_open2(&file.context->pb, file_url(part).c_str(), AVIO_FLAG_WRITE, nullptr, nullptr);
    if (code < 0) return fail("opening the file", code);
    AVDictionary* muxer_options = nullptr;
    av_dict_set(&muxer_options, "loop", options.play_forever ? "0" : "-1", 0);
    code = avformat_write_header(file.context, &muxer_options);
    av_dict_free(&muxer_options);
    if (code < 0) return fail("writing the header", code);

    auto drain = [&]() -> Status {
        for (;;) {
            int got = avcodec_receive_packet(codec.get(), packet.get());
            if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
            if (got < 0) return fail("the encoder", got);
            packet->stream_index = stream->index;
            packet->duration = 1;
            av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
            got = av_interleaved_write_frame(file.context, packet.get());
            if (got < 0) return fail("writing a frame", got);
        }
    };
    for (int index = 0; index < order.total(); ++index) {
        if (stop.stop_requested()) return export_cancelled();
        if (auto status = order.paint(index, rgb.data()); !status) return status;
        // A fresh buffer: the encoder keeps the last frame to find what changed.
        av_frame_unref(frame.get());
        frame->format = AV_PIX_FMT_PAL8;
        frame->width = width;
        frame->height = height;
        code = av_frame_get_buffer(frame.get(), 0);
        if (code < 0) return fail("reserving memory", code);
        std::memset(frame->data[1], 0, 256 * sizeof(std::uint32_t));  // the last one stays transparent
        for (std::size_t i = 0; i < palette.colours().size(); ++i) {
            const std::uint32_t colour = 0xFF000000u | palette.colours()[i];
            std::memcpy(frame->data[1] + 4 * i, &colour, 4);
        }
        for (int y = 0; y < height; ++y) {
            std::uint8_t* to = frame->data[0] + std::ptrdiff_t(y) * frame->linesize[0];
            const std::uint8_t* from = rgb.data() + std::size_t(y) * width * 3;
            for (int x = 0; x < width; ++x)
                to[x] = palette.index(from + 3 * x, x, y);
        }
        frame->pts = index;
        code = avcodec_send_frame(codec.get(), frame.get());
        if (code < 0) return fail("the encoder", code);
        if (auto status = drain(); !status) return status;
        if (progress) progress(index + 1, order.total());
    }
    if (stop.stop_requested()) return export_cancelled();
    code = avcodec_send_frame(codec.get(), nullptr);
    if (code < 0) return fail("the encoder", code);
    if (auto status = drain(); !status) return status;
    code = av_write_trailer(file.context);
    if (code < 0) return fail("finishing the file", code);
    const int late = file.context->pb->error;
    code = avio_closep(&file.context->pb);
    if (late < 0) return fail("writing", late);
    if (code < 0) return fail("closing the file", code);
    return comment.empty() ? Status() : append_comment(part, comment, target);
}

bool is_gif_file(const std::string& path) {
    char head[6] = {};
    std::ifstream stream(path, std::ios::binary);
    return stream.read(head, 6) && (std::memcmp(head, "GIF89a", 6) == 0 || std::memcmp(head, "GIF87a", 6) == 0);
}

Result<std::optional<std::string>> read_gif_comment(const std::string& path) {
    const Error damaged{ErrorCode::BadFile, "The clip " + path + " is damaged and cannot be read to its end.", ""};
    const auto bytes = bytes_of(path);
    std::optional<std::string> text;
    std::size_t at = 13;
    auto colours = [](std::uint8_t flags) { return flags & 0x80 ? std::size_t(3) << ((flags & 7) + 1) : 0; };
    if (bytes.size() < at) return damaged;
    at += colours(bytes[10]);
    for (;;) {
        if (at >= bytes.size()) return damaged;
        if (bytes[at] == kTrailer) return text;
        bool comment = false;
        if (bytes[at] == kExtension && at + 1 < bytes.size()) {
            comment = bytes[at + 1] == kComment;
            at += 2;
        } else if (bytes[at] == kPicture && at + 9 < bytes.size()) {
            at += 10 + colours(bytes[at + 9]) + 1;  // and the size of LZW codes
        } else {
            return damaged;
        }
        if (comment) text.emplace();
        for (;;) {  // sub-blocks
            if (at >= bytes.size()) return damaged;
            const std::size_t size = bytes[at++];
            if (size == 0) break;
            if (at + size > bytes.size()) return damaged;
            if (comment) text->append(bytes.begin() + std::ptrdiff_t(at), bytes.begin() + std::ptrdiff_t(at + size));
            at += size;
        }
    }
}

}  // namespace timeripple::engine::media
