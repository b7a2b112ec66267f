#pragma once
// Decodes the video stream of one file, frame by frame.

#include "engine/api/result.h"
#include "engine/media/av.h"

#include <memory>
#include <string>

namespace timeripple::engine::media {

class FrameDecoder {
  public:
    // The sentence names the file: not there, no video in it, damaged.
    static Result<FrameDecoder> open(const std::string& path);

    // Size and rate as the container says; the frames themselves decide once they come.
    int width() const { return codec_->width; }
    int height() const { return codec_->height; }
    double fps() const { return fps_; }

    // The next decoded frame (owned by the decoder, valid until the next call), null at the end.
    Result<AVFrame*> next();
    // As next(), without a look at the picture: false at the end.
    Result<bool> skip();

    // The frame as packed RGB; `to` has room for width x height x 3 bytes of the frame.
    Status to_rgb(const AVFrame& frame, std::uint8_t* to);

  private:
    FrameDecoder() = default;
    Error damaged(int code) const;

    std::string path_;
    InputPtr input_;
    CodecPtr codec_;
    AvFramePtr frame_;
    PacketPtr packet_;
    ScalerPtr scaler_;
    int stream_ = -1;
    double fps_ = 0.0;
    bool draining_ = false;
    int scaler_width_ = 0, scaler_height_ = 0, scaler_format_ = -1;
};

}  // namespace timeripple::engine::media
