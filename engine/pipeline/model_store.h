#pragma once
// The loaded model: one folder at a time, its components loaded when first needed and kept between runs. Where memory
// is short the components of another phase are let go first.

#include "engine/api/model_info.h"
#include "engine/model/dit_model.h"
#include "engine/text/text_encoder.h"
#include "engine/vae/latent_preview.h"
#include "engine/vae/video_vae.h"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace timeripple::engine {

class ModelStore {
  public:
    using OnLoading = std::function<void(int done, int total)>;  // tensors of the component

    // Makes `path` the current model (its folder is inspected each time; changed files are noticed) and lets another
    // one go. Throws EngineFailure where the folder cannot run.
    const ModelInfo& open(const std::string& path, at::ScalarType dtype, at::Device device);

    const ModelInfo& info() const { return info_; }
    const DitConfig& dit_config() const { return dit_config_; }
    const VaeConfig& vae_config() const { return vae_config_; }
    const std::string& scheduler_config() const { return scheduler_config_; }
    at::Device device() const { return device_; }
    // Changes whenever other weights would be loaded.
    const std::string& key() const { return key_; }

    Tokenizer& tokenizer();
    // `phase_bytes` is the estimated peak of the phase that needs the component: others go if it would not fit beside
    // them.
    TextEncoder& text_encoder(std::uint64_t phase_bytes);
    DitModel& transformer(std::uint64_t phase_bytes, std::stop_token stop, const OnLoading& on_loading);
    VaeDecoder& decoder(std::uint64_t phase_bytes, std::stop_token stop, const OnLoading& on_loading);
    // Fitted on first use, from a cache file after that.
    const LatentPreview& preview(std::stop_token stop);
    // Whether decoder(phase_bytes) would let nothing go that is loaded now.
    bool decoder_fits_beside(std::uint64_t phase_bytes) const;

    void unload();
    // Memory of the weights that are loaded now: what a run can count on besides the free memory.
    std::uint64_t loaded_bytes() const;

  private:
    enum class Part { Text, Transformer, Decoder };
    static constexpr std::array<Part, 3> kParts{Part::Text, Part::Transformer, Part::Decoder};
    bool loaded(Part part) const;
    void let_go(Part part);
    std::uint64_t weight_bytes(Part part) const;
    bool fits(Part wanted, std::uint64_t phase_bytes) const;
    void make_room(Part wanted, std::uint64_t phase_bytes);
    std::unique_ptr<WeightSource> vae_weights() const;
    std::string component(const std::string& name) const;

    ModelInfo info_;
    std::string key_;
    at::ScalarType dtype_ = at::kFloat;
    at::Device device_ = at::kCPU;
    DitConfig dit_config_;
    VaeConfig vae_config_;
    std::string vae_config_text_;
    std::string scheduler_config_;

    std::unique_ptr<Tokenizer> tokenizer_;
    std::unique_ptr<TextEncoder> text_encoder_;
    std::optional<DitModel> transformer_;
    std::optional<VaeDecoder> decoder_;
    std::optional<LatentPreview> preview_;
};

}  // namespace timeripple::engine
