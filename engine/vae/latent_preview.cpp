#include "engine/vae/latent_preview.h"

#include "engine/api/log.h"
#include "engine/vae/rgb_frames.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace timeripple::engine {
namespace {

constexpr int kClips = 4;
constexpr int kClipSize = 96;
constexpr int kCacheVersion = 1;

// Repeatable numbers in [0, 1) for the synthetic clips (splitmix64).
class Numbers {
  public:
    explicit Numbers(std::uint64_t seed) : state_(seed) {}
    double next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return double((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    double between(double low, double high) { return low + (high - low) * next(); }

  private:
    std::uint64_t state_;
};

// [3, frames, size, size] in [-1, 1]: a two-colour gradient and three soft moving discs of any colours.
at::Tensor synthetic_clip(int index, int frames, int size) {
    Numbers numbers(std::uint64_t(index) + 1);
    const at::Tensor axis = at::linspace(0.0, 1.0, size, at::kFloat);
    const at::Tensor y = axis.view({1, size, 1}), x = axis.view({1, 1, size});
    const at::Tensor t = at::linspace(0.0, 1.0, frames, at::kFloat).view({frames, 1, 1});
    const double angle = numbers.between(0.0, 6.2832);
    const at::Tensor mix =
        ((x * std::cos(angle) + y * std::sin(angle)).sin_().mul_(0.5).add_(0.5)).expand({frames, size, size});
    at::Tensor clip = at::empty({3, frames, size, size}, at::kFloat);
    for (int channel = 0; channel < 3; ++channel) {
        const double first = numbers.between(-1.0, 1.0), second = numbers.between(-1.0, 1.0);
        clip.select(0, channel).copy_(mix * (second - first) + first);
    }
    for (int disc = 0; disc < 3; ++disc) {
        const double radius = numbers.between(0.1, 0.3);
        const at::Tensor cx = t * numbers.between(-0.3, 0.3) + numbers.between(0.2, 0.8);
        const at::Tensor cy = t * numbers.between(-0.3, 0.3) + numbers.between(0.2, 0.8);
        const at::Tensor cover = ((x - cx).square() + (y - cy).square()).sqrt_().sub_(radius).mul_(-40.0).sigmoid_();
        for (int channel = 0; channel < 3; ++channel) {
            clip.select(0, channel).lerp_(at::full({1}, numbers.between(-1.0, 1.0)), cover);
        }
    }
    return clip;
}

std::filesystem::path cache_file(const std::string& key) {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    if (cache && *cache == '/') {
        return std::filesystem::path(cache) / "timeripple" / ("preview-" + key + ".json");
    }
    return home && *home ? std::filesystem::path(home) / ".cache" / "timeripple" / ("preview-" + key + ".json")
                         : std::filesystem::path();
}

}  // namespace

LatentPreview LatentPreview::fit(const VaeEncoder& encoder, const VaeDecoder& decoder, std::stop_token stop) {
    const VaeConfig& config = decoder.config();
    const int time = config.temporal_ratio(), space = config.spatial_ratio();
    const int outputs = kPatch * kPatch * 3, inputs = config.z_dim + 1;
    at::Tensor gram = at::zeros({inputs, inputs}, at::kDouble), right = at::zeros({inputs, outputs}, at::kDouble);
    // The encoder takes four frames at a time whatever the temporal ratio.
    const int frames = 1 + std::max(4, time);
    const int size = std::max(kClipSize / space, 2) * space;
    for (int clip = 0; clip < kClips; ++clip) {
        const at::Tensor latents = encoder.encode(synthetic_clip(clip, frames, size), {}, /*normalise=*/true, stop);
        std::vector<at::Tensor> chunks;  // one per latent frame
        decoder.decode(
            latents, {}, [&](const at::Tensor& decoded, int) { chunks.push_back(decoded.mean(1)); }, stop);
        const at::Tensor picture = at::stack(chunks, 1);  // [3, T, H, W]
        const std::int64_t t = picture.size(1), h = latents.size(3), w = latents.size(4);
        const at::Tensor small = at::adaptive_avg_pool2d(picture.transpose(0, 1), {h * kPatch, w * kPatch});
        // [T * h * w, patch_y * patch_x * 3]
        const at::Tensor wanted = small.view({t, 3, h, kPatch, w, kPatch})
                                      .permute({0, 2, 4, 3, 5, 1})
                                      .reshape({t * h * w, outputs})
                                      .to(at::kCPU, at::kDouble);
        const at::Tensor known = latents.squeeze(0).flatten(1).t().to(at::kCPU, at::kDouble);
        const at::Tensor rows = at::cat({known, at::ones({known.size(0), 1}, at::kDouble)}, 1);
        gram.add_(at::matmul(rows.t(), rows));
        right.add_(at::matmul(rows.t(), wanted));
    }
    // A little ridge: channels that the clips hardly move must not get huge factors.
    gram.diagonal().add_(gram.diagonal().mean() * 1e-3 + 1e-9);
    return LatentPreview(at::linalg_solve(gram, right).to(at::kFloat));
}

FrameSequence LatentPreview::frames(const at::Tensor& latents, double fps) const {
    const at::Tensor known = latents.squeeze(0).to(at::kCPU, at::kFloat);  // [C, T, H, W]
    const std::int64_t t = known.size(1), h = known.size(2), w = known.size(3), channels = known.size(0);
    const at::Tensor rows = known.flatten(1).t();
    const at::Tensor pixels = at::addmm(map_[channels], rows, map_.narrow(0, 0, channels));
    FrameSequence sequence;
    sequence.fps = fps;
    append_rgb(
        sequence,
        pixels.view({t, h, w, kPatch, kPatch, 3}).permute({5, 0, 1, 3, 2, 4}).reshape({3, t, h * kPatch, w * kPatch}));
    return sequence;
}

std::string preview_key(WeightSource& vae, const VaeConfig& config, const std::string& config_text) {
    std::uint64_t hash = 0xcbf29ce484222325ull;
    const auto mix = [&hash](const void* data, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3ull;
        }
    };
    mix(config_text.data(), config_text.size());
    const ParameterTable tables[] = {vae_encoder_parameters(config), vae_decoder_parameters(config)};
    for (const ParameterTable& table : tables) {
        for (const Parameter& parameter : table) {
            const bool small =
                parameter.shape.size() == 1 || parameter.name.find("conv_in.weight") != std::string::npos;
            if (small) {
                const at::Tensor values = vae.load(parameter.name, parameter.shape, at::kFloat, at::kCPU);
                mix(values.const_data_ptr<float>(), values.nbytes());
            }
        }
    }
    char text[17];
    std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

std::optional<LatentPreview> load_preview(const std::string& key, int channels) {
    std::ifstream in(cache_file(key));
    const nlohmann::json json = in ? nlohmann::json::parse(in, nullptr, /*allow_exceptions=*/false) : nlohmann::json();
    const std::size_t count = std::size_t(channels + 1) * LatentPreview::kPatch * LatentPreview::kPatch * 3;
    if (!json.is_object() || !json.contains("version") || json["version"] != kCacheVersion || !json.contains("map") ||
        !json["map"].is_array() || json["map"].size() != count) {
        return std::nullopt;
    }
    at::Tensor map = at::empty({channels + 1, LatentPreview::kPatch * LatentPreview::kPatch * 3}, at::kFloat);
    for (std::size_t i = 0; i < count; ++i) {
        const nlohmann::json& number = json["map"][i];
        if (!number.is_number() || !std::isfinite(number.get<float>())) {
            return std::nullopt;
        }
        map.data_ptr<float>()[i] = number.get<float>();
    }
    return LatentPreview(map);
}

void save_preview(const std::string& key, const LatentPreview& preview) {
    const std::filesystem::path file = cache_file(key);
    if (file.empty()) {
        return;
    }
    const at::Tensor map = preview.map().contiguous();
    nlohmann::json json;
    json["version"] = kCacheVersion;
    json["map"] = std::vector<float>(map.const_data_ptr<float>(), map.const_data_ptr<float>() + map.numel());
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    const std::filesystem::path part = file.string() + "." + std::to_string(getpid()) + ".part";
    std::ofstream out(part);
    out << json;
    out.close();
    if (out) {
        std::filesystem::rename(part, file, error);
    }
    if (!out || error) {
        std::filesystem::remove(part, error);
        log_warning("vae",
                    "The preview projection could not be kept in " + file.string() + "; it is fitted again next time.");
    }
}

}  // namespace timeripple::engine
