#include "engine/media/webp.h"

#include "engine/base/text.h"
#include "engine/media/part_file.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

namespace timeripple::engine::media {
namespace {

constexpr char kBefore[] =
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
    "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:description><rdf:Alt>"
    "<rdf:li xml:lang=\"x-default\">";
constexpr char kAfter[] = "</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>";
constexpr std::pair<char, const char*> kEntities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};

std::string escaped(const std::string& text) {
    std::string result;
    for (char c : text) {
        const char* entity = nullptr;
        for (const auto& [plain, name] : kEntities) {
            if (c == plain) entity = name;
        }
        entity ? result += entity : result += c;
    }
    return result;
}

std::string unescaped(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        bool found = false;
        for (const auto& [plain, name] : kEntities) {
            if (text.compare(at, std::strlen(name), name) != 0) continue;
            result += plain;
            at += std::strlen(name);
            found = true;
            break;
        }
        if (!found) result += text[at++];
    }
    return result;
}

std::vector<std::uint8_t> bytes_of(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

struct Deleter {
    void operator()(WebPAnimEncoder* p) const { WebPAnimEncoderDelete(p); }
    void operator()(WebPAnimDecoder* p) const { WebPAnimDecoderDelete(p); }
    void operator()(WebPMux* p) const { WebPMuxDelete(p); }
};

struct Data {
    WebPData data{};
    Data() { WebPDataInit(&data); }
    ~Data() { WebPDataClear(&data); }
    Data(const Data&) = delete;
    Data& operator=(const Data&) = delete;
};

struct Picture {
    WebPPicture picture{};
    bool ready = WebPPictureInit(&picture) != 0;
    ~Picture() { WebPPictureFree(&picture); }
    Picture() = default;
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;
};

// Loop count and recipe are chunks of the container.
bool add_chunks(Data& file, const std::string& comment, bool forever) {
    std::unique_ptr<WebPMux, Deleter> mux(WebPMuxCreate(&file.data, 1));
    if (!mux) return false;
    WebPMuxAnimParams animation{};
    if (WebPMuxGetAnimationParams(mux.get(), &animation) == WEBP_MUX_OK) {  // a single frame is no animation
        animation.loop_count = forever ? 0 : 1;
        if (WebPMuxSetAnimationParams(mux.get(), &animation) != WEBP_MUX_OK) return false;
    }
    if (!comment.empty()) {
        const std::string xmp = kBefore + escaped(comment) + kAfter;
        const WebPData chunk{reinterpret_cast<const std::uint8_t*>(xmp.data()), xmp.size()};
        if (WebPMuxSetChunk(mux.get(), "XMP ", &chunk, 1) != WEBP_MUX_OK) return false;
    }
    WebPDataClear(&file.data);
    return WebPMuxAssemble(mux.get(), &file.data) == WEBP_MUX_OK;
}

}  // namespace

Status write_webp(const FrameOrder& order, const ExportOptions& options, const std::string& comment,
                  const std::string& part, const std::string& target, const ExportProgress& progress,
                  std::stop_token stop) {
    const int width = order.source().width, height = order.source().height;
    auto fail = [&](const std::string& what) {
        return Error{ErrorCode::Io,
                     target + " could not be written: the WebP encoder failed. Nothing was changed at the target.",
                     what};
    };
    WebPConfig config;
    WebPAnimEncoderOptions settings;
    if (!WebPConfigInit(&config) || !WebPAnimEncoderOptionsInit(&settings)) return fail("another version of libwebp");
    config.lossless = options.crf == 0;
    config.quality = options.crf == 0 ? 60.0f : 100.0f - 0.55f * float(options.crf);
    config.method = 3;
    config.use_sharp_yuv = 1;
    std::unique_ptr<WebPAnimEncoder, Deleter> encoder(WebPAnimEncoderNew(width, height, &settings));
    if (!encoder) return fail("no encoder");
    std::vector<std::uint8_t> rgb(order.frame_bytes());
    auto time_of = [&](int index) { return int(std::lround(index * 1000.0 / order.fps())); };
    for (int index = 0; index < order.total(); ++index) {
        if (stop.stop_requested()) return export_cancelled();
        if (auto status = order.paint(index, rgb.data()); !status) return status;
        Picture frame;
        frame.picture.width = width;
        frame.picture.height = height;
        frame.picture.use_argb = 1;
        if (!frame.ready || !WebPPictureImportRGB(&frame.picture, rgb.data(), width * 3) ||
            !WebPAnimEncoderAdd(encoder.get(), &frame.picture, time_of(index), &config))
            return fail(WebPAnimEncoderGetError(encoder.get()));
        if (progress) progress(index + 1, order.total());
    }
    if (stop.stop_requested()) return export_cancelled();
    Data file;
    if (!WebPAnimEncoderAdd(encoder.get(), nullptr, time_of(order.total()), nullptr) ||
        !WebPAnimEncoderAssemble(encoder.get(), &file.data))
        return fail(WebPAnimEncoderGetError(encoder.get()));
    if (!add_chunks(file, comment, options.play_forever)) return fail("chunks");
    return write_whole_file(part, file.data.bytes, file.data.size, target);
}

bool is_webp_file(const std::string& path) {
    char head[12] = {};
    std::ifstream stream(path, std::ios::binary);
    return stream.read(head, 12) && std::memcmp(head, "RIFF", 4) == 0 && std::memcmp(head + 8, "WEBP", 4) == 0;
}

Result<FrameSequence> read_webp(const std::string& path, std::size_t max_bytes) {
    const auto bytes = bytes_of(path);
    const WebPData data{bytes.data(), bytes.size()};
    const Error damaged{ErrorCode::BadFile, "The clip " + path + " is damaged and cannot be decoded to its end.",
                        "WebP"};
    WebPAnimDecoderOptions settings;
    if (!WebPAnimDecoderOptionsInit(&settings)) return damaged;
    settings.color_mode = MODE_RGBA;
    std::unique_ptr<WebPAnimDecoder, Deleter> decoder(WebPAnimDecoderNew(&data, &settings));
    WebPAnimInfo info{};
    if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info)) return damaged;
    FrameSequence clip;
    clip.width = int(info.canvas_width);
    clip.height = int(info.canvas_height);
    if (clip.frame_bytes() * info.frame_count > max_bytes) {
        return Error{ErrorCode::BadFile,
                     "The clip " + path + " needs more than " + detail::bytes_text(max_bytes) +
                         " of memory. Cut it shorter or make it smaller.",
                     ""};
    }
    int end = 0;
    while (WebPAnimDecoderHasMoreFrames(decoder.get())) {
        std::uint8_t* rgba = nullptr;
        if (!WebPAnimDecoderGetNext(decoder.get(), &rgba, &end)) return damaged;
        clip.rgb.resize(clip.frame_bytes() * std::size_t(clip.frames + 1));
        std::uint8_t* to = clip.frame(clip.frames++);
        for (std::size_t i = 0; i < std::size_t(clip.width) * clip.height; ++i, to += 3, rgba += 4)
            std::memcpy(to, rgba, 3);
    }
    if (clip.frames != int(info.frame_count) || clip.frames < 1) return damaged;
    clip.fps = end > 0 ? clip.frames * 1000.0 / end : 16.0;
    return clip;
}

Result<std::optional<std::string>> read_webp_comment(const std::string& path) {
    const auto bytes = bytes_of(path);
    const WebPData data{bytes.data(), bytes.size()};
    std::unique_ptr<WebPMux, Deleter> mux(WebPMuxCreate(&data, 0));
    if (!mux)
        return Error{ErrorCode::BadFile, "The clip " + path + " is damaged and cannot be read to its end.", "WebP"};
    WebPData chunk{};
    if (WebPMuxGetChunk(mux.get(), "XMP ", &chunk) != WEBP_MUX_OK) return std::optional<std::string>();
    const std::string xmp(reinterpret_cast<const char*>(chunk.bytes), chunk.size);
    const auto from = xmp.find("<rdf:li xml:lang=\"x-default\">"), to = xmp.find("</rdf:li>");
    if (from == std::string::npos || to == std::string::npos || to < from) return std::optional<std::string>();
    const auto begin = xmp.find('>', from) + 1;
    return std::optional(unescaped(xmp.substr(begin, to - begin)));
}

}  // namespace timeripple::engine::media
