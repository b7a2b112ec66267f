#pragma once
// A cheap picture of latents while a run is still denoising: a linear map from one latent pixel to a patch of 2 x 2 RGB
// pixels, fitted by least squares from the folder's own autoencoder. One frame per latent frame.

#include "engine/api/frame.h"
#include "engine/vae/video_vae.h"

#include <ATen/core/Tensor.h>

#include <optional>
#include <stop_token>
#include <string>

namespace timeripple::engine {

class LatentPreview {
  public:
    static constexpr int kPatch = 2;  // pixels of the preview along an edge of a latent pixel

    // map: [channels + 1, kPatch * kPatch * 3] in fp32 on the host, the last row is the constant; values in [-1, 1].
    explicit LatentPreview(at::Tensor map) : map_(std::move(map)) {}

    // Encodes and decodes a few synthetic clips of a fixed seed: soft colours and moving shapes. Costs about as much as
    // decoding 20 frames of 96 x 96.
    static LatentPreview fit(const VaeEncoder& encoder, const VaeDecoder& decoder, std::stop_token stop);

    // Frames of latents [1, C, T, H, W] (normalised), each 2H x 2W.
    FrameSequence frames(const at::Tensor& latents, double fps) const;

    const at::Tensor& map() const { return map_; }

  private:
    at::Tensor map_;
};

// A key for the fitted map: hash of the config and of tensors that every training step moves.
std::string preview_key(WeightSource& vae, const VaeConfig& config, const std::string& config_text);

// Maps are kept in the user's cache folder (XDG_CACHE_HOME/timeripple). A damaged or missing file is no error: it is
// fitted again; a folder that cannot be written is none either.
std::optional<LatentPreview> load_preview(const std::string& key, int channels);
void save_preview(const std::string& key, const LatentPreview& preview);

}  // namespace timeripple::engine
