// Peak memory by phase, before anything is loaded. Rough on purpose and a little high: a refusal must be trusted, and a
// run that was let through must not die. Measured on a CPU in fp32: Pond at 256 x 256 x 33 peaks at 742 MB (estimate
// 830), at 128 x 128 x 17 at 526 MB (estimate 544). Larger models were not measured.
#include "engine/api/model_scan.h"
#include "engine/base/text.h"

#include <algorithm>
#include <string>
#include <utility>

namespace timeripple::engine {
namespace {

using Bytes = std::uint64_t;

constexpr Bytes kProcess = 450'000'000;  // LibTorch, the program and what the allocator keeps
// On a GPU: the driver's context with LibTorch's code, and the workspaces of its matrix products and convolutions.
constexpr Bytes kGpuProcess = 1'500'000'000;

Bytes parameters_of(const ModelInfo& model, const char* name) {
    for (const auto& part : model.components) {
        if (part.name == name) return static_cast<Bytes>(std::max<std::int64_t>(0, part.parameters));
    }
    return 0;
}

Bytes element_bytes(const GenerationRequest& request) {
    return request.precision == Precision::BFloat16 ? 2 : 4;
}

std::string size_text(const GenerationRequest& r) {
    return std::to_string(r.width) + " x " + std::to_string(r.height) + " with " + std::to_string(r.frames) + " frames";
}

}  // namespace

Bytes carried_memory(const ModelInfo& model, const GenerationRequest& request) {
    const Bytes tokens = Bytes(std::max(1, latent_frames(request.frames))) *
                         (Bytes(std::max(16, request.width)) * Bytes(std::max(16, request.height)) / 256);
    const int passes = request.guidance_scale > 1.0 ? 2 : 1;
    Bytes most = 0;
    const auto count = [&](const AttentionChange& attention) {
        if (attention.mode != AttentionMode::Ripple) return;
        most = std::max(most, carried_bytes(attention.ripple, model.layers, tokens, model.heads * model.head_dim,
                                            static_cast<int>(element_bytes(request)), passes));
    };
    count(attention_at(request, 0));
    for (const AttentionChange& change : request.attention_changes)
        count(change);
    return most;
}

Bytes MemoryEstimate::peak() const {
    return std::max({text_encoding, denoising, decoding});
}

MemoryEstimate estimate_memory(const ModelInfo& model, const GenerationRequest& request) {
    const Bytes size = element_bytes(request);
    const Bytes latent_t = static_cast<Bytes>(std::max(1, latent_frames(request.frames)));
    const Bytes pixels = Bytes(std::max(16, request.width)) * Bytes(std::max(16, request.height));
    const Bytes tokens = latent_t * (pixels / 256);
    const Bytes width = Bytes(model.heads) * Bytes(model.head_dim);
    const Bytes latents = latent_t * (pixels / 64) * Bytes(model.in_channels) * 4;

    const bool gpu = request.device == DeviceChoice::Cuda;
    const Bytes process = gpu ? kGpuProcess : kProcess;

    MemoryEstimate estimate;
    estimate.text_encoding =
        process + parameters_of(model, "text_encoder") * size + 512 * Bytes(model.text_dim) * 4 * 16;

    // One block at a time: hidden state, normed copy, q, k, v, attention output, and the feed-forward's inner rows; the
    // modulated sums are fp32 whatever the precision. Ripple adds compacted q, k, v of one head and the links of all.
    Bytes activations = tokens * (6 * width * size + 2 * width * 4 + 2 * Bytes(model.ffn_dim) * size);
    if (gpu) {
        // Norms and rotation: our kernels in place in bf16, LibTorch's operators with up to five fp32 copies of a row in
        // fp32. Scores of cross-attention come in pieces. Ripple keeps K', V', lists and links of all heads.
        activations += request.precision == Precision::BFloat16 ? Bytes(1'400'000'000) : tokens * 5 * width * 4;
        if (request.attention == AttentionMode::Ripple)
            activations += tokens * (2 * width * size + Bytes(model.heads) * 24) + Bytes(model.layers) * 1'000'000;
    } else if (request.attention == AttentionMode::Ripple) {
        activations += tokens * (4 * Bytes(model.head_dim) * 4 + Bytes(model.heads) * 12);
    }
    const Bytes cross =
        2 * 2 * Bytes(model.layers) * Bytes(model.text_tokens) * width * size;  // keys and values of both prompts
    estimate.denoising = process + parameters_of(model, "transformer") * size + activations + cross + 6 * latents +
                         carried_memory(model, request);

    // Four frames at a time at full size: about six tensors, and two frames of every causal convolution (about nine at
    // full size, the smaller levels add two thirds). All in fp32. Convolutions unfold their input where the number of
    // channels does not suit the vector units: 27 times four frames.
    Bytes area = pixels;
    if (request.vae_tiling) area = std::min<Bytes>(area, 256 * 256);
    const Bytes channels = Bytes(std::max(1, model.vae_channels));
    const Bytes unfolded = channels % 16 ? 27 * 4 : 0;
    const Bytes frames = Bytes(std::max(1, request.frames)) * pixels * 3;
    estimate.decoding = process + parameters_of(model, "vae") * 4 + area * channels * 4 * (4 * 6 + 2 * 15 + unfolded) +
                        frames * (request.vae_tiling ? 9 : 5) + latents;
    return estimate;
}

std::vector<FittingSettings> fitting_settings(const ModelInfo& model, const GenerationRequest& request,
                                              std::uint64_t available_bytes) {
    using Change = FittingSettings::Change;
    auto fits = [&](const GenerationRequest& r) { return estimate_memory(model, r).peak() <= available_bytes; };
    std::vector<FittingSettings> found;
    if (fits(request)) return found;
    GenerationRequest tiled = request;
    tiled.vae_tiling = true;
    if (!request.vae_tiling && fits(tiled)) found.push_back({Change::Tiles, tiled});
    GenerationRequest half = request;
    half.precision = Precision::BFloat16;
    if (request.precision == Precision::Float32 && fits(half)) found.push_back({Change::HalfPrecision, half});
    // The largest picture of about the same shape, then the longest clip of the same size.
    GenerationRequest smaller = request;
    for (int width = request.width - kSizeStep; width >= kMinSize; width -= kSizeStep) {
        smaller.width = width;
        smaller.height =
            std::max(kMinSize, int(double(request.height) * width / request.width) / kSizeStep * kSizeStep);
        if (!fits(smaller)) continue;
        found.push_back({Change::SmallerPicture, smaller});
        break;
    }
    GenerationRequest shorter = request;
    for (shorter.frames = request.frames - 4; shorter.frames >= 1; shorter.frames -= 4) {
        if (!fits(shorter)) continue;
        found.push_back({Change::ShorterClip, shorter});
        break;
    }
    return found;
}

namespace {

// "What would fit: ..." within so much memory, which the request itself exceeds.
std::string what_fits(const ModelInfo& model, const GenerationRequest& request, Bytes available_bytes) {
    using Change = FittingSettings::Change;
    std::string advice;
    auto fitting = fitting_settings(model, request, available_bytes);
    // A refusal names sizes first: they are what was asked for.
    std::stable_partition(fitting.begin(), fitting.end(), [](const FittingSettings& f) {
        return f.change == Change::SmallerPicture || f.change == Change::ShorterClip;
    });
    for (const auto& [change, settings] : fitting) {
        advice += advice.empty() ? "What would fit: " : ", or ";
        advice += change == Change::Tiles           ? std::string("this size with VAE tiling")
                  : change == Change::HalfPrecision ? std::string("this size in bf16")
                                                    : size_text(settings);
    }
    GenerationRequest light = request;
    light.ripple.carry = Carry::Nothing;
    for (AttentionChange& change : light.attention_changes)
        change.ripple.carry = Carry::Nothing;
    if (carried_memory(model, request) > 0 && estimate_memory(model, light).peak() <= available_bytes) {
        advice += (advice.empty() ? "What would fit: " : ", or ") +
                  std::string("this size without what is carried from step to step (carry: nothing)");
    }
    if (advice.empty()) advice = "This model does not fit into this machine at any size; choose a smaller model";
    return advice;
}

std::string place_of(const GenerationRequest& request) {
    return request.device == DeviceChoice::Cuda ? " of the device" : "";
}

}  // namespace

Status check_memory(const ModelInfo& model, const GenerationRequest& request, std::uint64_t available_bytes) {
    const Bytes need = estimate_memory(model, request).peak();
    if (need <= available_bytes) return {};
    return Error{ErrorCode::OutOfMemory,
                 "A clip of " + size_text(request) + " needs about " + detail::bytes_text(need) + " of memory" +
                     place_of(request) + ", but " + detail::bytes_text(available_bytes) + " are free. " +
                     what_fits(model, request, available_bytes) + ".",
                 ""};
}

Error memory_ran_out(const ModelInfo& model, const GenerationRequest& request, std::uint64_t available_bytes,
                     std::string technical) {
    const Bytes need = estimate_memory(model, request).peak();
    // The estimate was too low, or something else took the memory: advice must stay well below both.
    const Bytes safe = std::min<Bytes>(available_bytes, need) / 5 * 4;
    return {ErrorCode::OutOfMemory,
            "Memory" + place_of(request) + " ran out while the clip was made: " + size_text(request) + " needs about " +
                detail::bytes_text(need) + " by estimate, and " + detail::bytes_text(available_bytes) +
                " are free now that the model was let go. " + what_fits(model, request, safe) + ".",
            std::move(technical)};
}

}  // namespace timeripple::engine
