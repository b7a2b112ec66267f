#include "engine/media/png.h"

extern "C" {
#include <libavutil/crc.h>
}

#include "engine/media/av.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace timeripple::engine::media {
namespace {

constexpr char kSignature[8] = {'\x89', 'P', 'N', 'G', '\r', '\n', '\x1a', '\n'};
constexpr std::size_t kHeaderEnd = 8 + 4 + 4 + 13 + 4;  // signature and IHDR
constexpr std::uint32_t kMaxTextBytes = 16u << 20;
constexpr char kKeyword[] = "Comment";

void append_u32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t read_u32(const std::uint8_t* p) {
    return std::uint32_t(p[0]) << 24 | std::uint32_t(p[1]) << 16 | std::uint32_t(p[2]) << 8 | p[3];
}

std::uint32_t crc_of(const std::uint8_t* data, std::size_t size) {
    return ~av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), 0xFFFFFFFFu, data, size);
}

// iTXt: keyword, 0, compression flag 0, method 0, language "", 0, translated keyword "", 0, text.
std::vector<std::uint8_t> text_chunk(const std::string& text) {
    std::vector<std::uint8_t> body = {'i', 'T', 'X', 't'};
    body.insert(body.end(), kKeyword, kKeyword + sizeof kKeyword);  // with its zero
    body.insert(body.end(), {0, 0, 0, 0});
    body.insert(body.end(), text.begin(), text.end());
    std::vector<std::uint8_t> chunk;
    append_u32(chunk, static_cast<std::uint32_t>(body.size() - 4));
    const std::uint32_t crc = crc_of(body.data(), body.size());
    chunk.insert(chunk.end(), body.begin(), body.end());
    append_u32(chunk, crc);
    return chunk;
}

// The text if this chunk is a comment that can be read.
std::optional<std::string> comment_in(const std::string& type, const std::vector<std::uint8_t>& body) {
    const std::size_t key = sizeof kKeyword;
    if (body.size() < key || std::memcmp(body.data(), kKeyword, key) != 0) return std::nullopt;
    if (type == "tEXt") {
        std::string text;  // Latin-1
        for (std::size_t i = key; i < body.size(); ++i) {
            if (body[i] < 0x80) {
                text += static_cast<char>(body[i]);
            } else {
                text += static_cast<char>(0xC0 | body[i] >> 6);
                text += static_cast<char>(0x80 | (body[i] & 0x3F));
            }
        }
        return text;
    }
    if (type != "iTXt" || body.size() < key + 2 || body[key] != 0) return std::nullopt;  // compressed ones are not ours
    auto at = body.begin() + static_cast<std::ptrdiff_t>(key) + 2;
    for (int skipped = 0; skipped < 2; ++skipped) {  // language, translated keyword
        at = std::find(at, body.end(), std::uint8_t(0));
        if (at == body.end()) return std::nullopt;
        ++at;
    }
    return std::string(at, body.end());
}

}  // namespace

Result<std::vector<std::uint8_t>> encode_png(const std::uint8_t* rgb, int width, int height,
                                             const std::string& comment) {
    quiet_libav();
    auto failed = [](int code) {
        return Error{ErrorCode::Io, "A frame could not be written as PNG.", av_reason(code)};
    };
    const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
    CodecPtr codec(encoder ? avcodec_alloc_context3(encoder) : nullptr);
    AvFramePtr frame(av_frame_alloc());
    PacketPtr packet(av_packet_alloc());
    if (!codec || !frame || !packet) return failed(AVERROR_ENCODER_NOT_FOUND);
    codec->width = frame->width = width;
    codec->height = frame->height = height;
    codec->pix_fmt = AV_PIX_FMT_RGB24;
    codec->color_range = frame->color_range = AVCOL_RANGE_JPEG;
    frame->format = AV_PIX_FMT_RGB24;
    codec->time_base = {1, 1};
    int code = avcodec_open2(codec.get(), encoder, nullptr);
    if (code >= 0) code = av_frame_get_buffer(frame.get(), 0);
    if (code < 0) return failed(code);
    for (int y = 0; y < height; ++y) {
        std::memcpy(frame->data[0] + std::ptrdiff_t(y) * frame->linesize[0], rgb + std::size_t(y) * width * 3,
                    std::size_t(width) * 3);
    }
    code = avcodec_send_frame(codec.get(), frame.get());
    if (code >= 0) code = avcodec_send_frame(codec.get(), nullptr);
    if (code >= 0) code = avcodec_receive_packet(codec.get(), packet.get());
    if (code < 0) return failed(code);
    std::vector<std::uint8_t> bytes(packet->data, packet->data + packet->size);
    if (bytes.size() < kHeaderEnd) return failed(AVERROR_UNKNOWN);
    if (!comment.empty()) {
        const auto chunk = text_chunk(comment);
        bytes.insert(bytes.begin() + kHeaderEnd, chunk.begin(), chunk.end());
    }
    return bytes;
}

Result<std::optional<std::string>> read_png_comment(const std::string& path) {
    auto damaged = [&path] { return Error{ErrorCode::BadFile, "The picture " + path + " is damaged.", ""}; };
    std::ifstream stream(path, std::ios::binary);
    char signature[8];
    if (!stream.read(signature, 8)) return Error{ErrorCode::BadFile, "The file " + path + " cannot be read.", ""};
    if (std::memcmp(signature, kSignature, 8) != 0)
        return Error{ErrorCode::BadFile, path + " is not a PNG picture.", ""};
    for (;;) {
        std::uint8_t head[8];
        if (!stream.read(reinterpret_cast<char*>(head), 8)) return damaged();
        const std::uint32_t size = read_u32(head);
        const std::string type(reinterpret_cast<char*>(head) + 4, 4);
        if (type == "IEND") return std::optional<std::string>();
        if (size > 0x7FFFFFFFu) return damaged();
        if ((type != "iTXt" && type != "tEXt") || size > kMaxTextBytes) {
            if (!stream.seekg(std::streamoff(size) + 4, std::ios::cur)) return damaged();
            continue;
        }
        std::vector<std::uint8_t> body(size);
        char crc[4];
        if (!stream.read(reinterpret_cast<char*>(body.data()), size) || !stream.read(crc, 4)) return damaged();
        if (auto text = comment_in(type, body)) return std::optional<std::string>(std::move(*text));
    }
}

bool is_png_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    char signature[8];
    return stream.read(signature, 8) && std::memcmp(signature, kSignature, 8) == 0;
}

}  // namespace timeripple::engine::media
