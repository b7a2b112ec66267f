#pragma once
// All that affects the pixels of a clip, as one value. History, recipes, tests and replays are built on it.

#include "engine/api/result.h"
#include "engine/api/ripple_settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace timeripple::engine {

enum class AttentionMode { Dense, Ripple };
enum class SchedulerKind { UniPC, FlowMatchEuler };
enum class Precision { Float32, BFloat16 };
enum class DeviceChoice { Auto, Cpu, Cuda };
// What computes accelerated attention on a GPU. Auto: our kernels where they serve the shape, else LibTorch. All but Dense
// give the same result within rounding; the choice that was made is in the provenance. The CPU has one way only.
enum class KernelChoice {
    Auto,
    Own,             // our kernels, the best for the device
    OwnMma,          // our mma.sync kernel, also where the device has a better one
    OwnNormApart,    // our kernels, q and k normed before detection even where both can be one kernel
    LibTorch,        // compaction with LibTorch's operators, head by head
    LibTorchPadded,  // the same, all heads in one padded batch
    Dense            // no acceleration
};

// Attention settings that replace the earlier ones from a step on. Nothing is carried over: residual and kept output begin
// anew. Steps of the schedule are counted from the beginning of the run as ever.
struct AttentionChange {
    int from_step = 0;  // 1-based
    AttentionMode mode = AttentionMode::Dense;
    RippleSettings ripple;
    std::string preset_name;  // for display

    bool operator==(const AttentionChange&) const = default;
};

struct GenerationRequest {
    std::string model_path;  // a folder in diffusers layout; empty: the built-in model Pond
    std::string prompt;
    std::string negative_prompt;
    int width = 128;  // pixels, a multiple of 16
    int height = 128;
    int frames = 33;    // 4k + 1
    double fps = 16.0;  // only stamped on the clip; does not change the pixels
    int steps = 30;
    double guidance_scale = 4.0;  // true classifier-free guidance; <= 1 switches the unconditional pass off
    double flow_shift = 3.0;
    SchedulerKind scheduler = SchedulerKind::UniPC;
    std::uint64_t seed = 0;  // Philox4x32-10 key; ignored where initial_latents_path is set
    Precision precision = Precision::Float32;
    DeviceChoice device = DeviceChoice::Auto;
    int threads = 0;  // 0: all cores. Part of the recipe: sums depend on it.
    AttentionMode attention = AttentionMode::Dense;
    KernelChoice kernel = KernelChoice::Auto;
    std::string preset_name;  // for display; the settings below decide
    RippleSettings ripple;
    // Made while the run went on (RunControl), by a fork, or planned: ascending steps. With them the request of a steered
    // clip gives the same clip again.
    std::vector<AttentionChange> attention_changes;
    bool vae_tiling = false;
    std::string initial_latents_path;  // safetensors with `latents` [1, C, T, H, W] fp32; empty: noise from the seed

    bool operator==(const GenerationRequest&) const = default;
};

// The attention of one step (1-based), with the step from which it holds.
AttentionChange attention_at(const GenerationRequest& request, int step);

// Latent frames of a clip under a causal VAE with temporal compression 4.
constexpr int latent_frames(int frames) {
    return (frames - 1) / 4 + 1;
}

// Limits of the rules below; one model may allow less.
inline constexpr int kSizeStep = 16, kMinSize = 16, kMaxSize = 4096;  // pixels
inline constexpr int kMaxFrames = 4093;  // 1024 latent frames, Wan's longest position table
inline constexpr int kMaxSteps = 1000;

// Rules that hold for every model (ranges, multiples, finite numbers). Rules of one model are checked by the engine.
// The sentence names the setting, the value and the nearest value that works.
Status validate(const GenerationRequest& request);

// Largest prompt that is accepted, in bytes; tokenizers cut at 512 tokens anyway.
inline constexpr std::size_t kMaxPromptBytes = 20'000;

}  // namespace timeripple::engine
