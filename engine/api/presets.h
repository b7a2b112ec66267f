#pragma once
// Named ripple settings: measured ones from files, careful defaults where nothing was measured.

#include "engine/api/model_info.h"
#include "engine/api/result.h"
#include "engine/api/ripple_settings.h"

#include <optional>
#include <string>
#include <vector>

namespace timeripple::engine {

// One of the savings, as a share. Steady: mean over the steps after i_max up to the last accelerated one, over whole
// refresh periods where something is carried. Run: mean over all steps of the run, dense ones included.
struct Savings {
    double steady = 0.0;
    double run = 0.0;
};

// What settings gave on a few clips, each paired with its dense twin from the same prompt and noise.
struct RippleMeasurement {
    int clips = 0;
    double psnr_mean_db = 0.0;  // mean over the clips of the PSNR of a whole clip
    double psnr_min_db = 0.0;   // the worst clip
    double ssim = 0.0;          // mean
    // Three numbers that are never mixed: the paper's estimate, multiply-adds left out, wall-clock.
    Savings score;
    Savings attention;
    double speedup_denoising = 0.0;  // dense seconds / accelerated seconds, all steps of the run; 0: not measured
    double speedup_step = 0.0;       // median dense step / median accelerated step
    std::string device_name;         // where it was measured: "AMD EPYC, 2 cores"
    int threads = 0;
    std::string date;          // "2026-11-25"
    std::string model_digest;  // of the weights it was measured with
};

// "38.4 dB mean, 36.9 dB worst of 3 clips, 1.52x faster (AMD EPYC, 2 threads, 2026-11-25)".
std::string text_of(const RippleMeasurement& measured);

// What a preset was made for; empty or 0 suits every run.
struct PresetKey {
    std::string model;  // ModelInfo::name
    int width = 0, height = 0, frames = 0, steps = 0;
    bool operator==(const PresetKey&) const = default;
};
PresetKey preset_key(const ModelInfo& model, const GenerationRequest& request);

struct RipplePreset {
    std::string name;  // "Faithful", "Balanced", "Draft" or a user's own
    RippleSettings settings;
    // For a person: the measurement as text, what its author wrote, or that nothing was measured and how to change
    // that.
    std::string description;
    std::optional<RippleMeasurement> measured;
    PresetKey key;
};

// Presets that suit the model at this size, frames and steps: shipped ones, then the user's; always Faithful, Balanced
// and Draft in this order first (careful defaults, marked as never measured, where nothing was calibrated). A
// measurement made with other weights of the same name is left out and said so.
std::vector<RipplePreset> presets_for(const ModelInfo& model, const GenerationRequest& request);
Result<RipplePreset> find_preset(const ModelInfo& model, const GenerationRequest& request, const std::string& name);

// "Nothing was measured for Pond at 128 x 128, 33 frames, 50 steps. `timeripple calibrate --budget-db 33 ...` finds
// settings."
std::string calibration_offer(const ModelInfo& model, const GenerationRequest& request);

// All presets of one file, in its order: what save_preset() wrote, from here or from another machine. BadFile names the file.
Result<std::vector<RipplePreset>> load_presets(const std::string& path);

// The preset's name, or the first of "name 2", "name 3", ... that no measured or own preset of other settings has at this
// key: save_preset() with it replaces nothing. With a path the presets of that file are asked.
std::string free_preset_name(const RipplePreset& preset, const std::string& path = {});

// Adds the preset to a preset file (made where there is none); one of the same name and key is replaced. An empty path
// means the user's presets folder, which presets_for() reads, and a file named after the key. Returns the path written.
Result<std::string> save_preset(const RipplePreset& preset, const std::string& path = {});

}  // namespace timeripple::engine
