#pragma once
// A finished clip with everything that is known about how it came to be. Shared, immutable.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/api/frame.h"
#include "engine/api/generation_request.h"
#include "engine/api/reuse_stats.h"

namespace timeripple::engine {

// Latents as plain numbers: one fp32 tensor [1, C, T, H, W], row-major.
struct LatentTensor {
    std::array<std::int64_t, 5> shape{0, 0, 0, 0, 0};
    std::vector<float> values;
};
using LatentTensorPtr = std::shared_ptr<const LatentTensor>;

// Wall-clock seconds by phase, measured.
struct PhaseTimes {
    double load = 0.0;
    double text_encoding = 0.0;
    double denoising = 0.0;
    double decoding = 0.0;
    double total = 0.0;
};

// Where and how the clip was made; with the request it is the recipe. Same build, device and threads give the same bits.
struct Provenance {
    std::string build_id;
    std::string model_name;     // "Pond", or the folder's own name
    std::string model_digest;   // hash of the headers of all weight files
    std::string device_name;
    std::string attention_kernel;  // what computed self-attention
    int threads = 0;
    std::string created_utc;    // ISO 8601
};

struct Clip {
    GenerationRequest request;  // as run: defaults filled in, seed fixed
    Provenance provenance;
    PhaseTimes times;
    std::vector<StepStats> steps;
    std::uint64_t peak_memory_bytes = 0;  // of the process; on a GPU of the device
    FrameSequencePtr frames;
    LatentTensorPtr latents;  // final latents before decoding
    std::vector<TokenMapPtr> token_maps;  // one a step, may be empty
    // Where the run went on from a checkpoint: its file and step. Steps before it are in `steps`, not in `token_maps`.
    std::string resumed_from;
    int resumed_step = 0;
    bool forked = false;  // with other attention than the checkpoint's; request.attention_changes says which
};
using ClipPtr = std::shared_ptr<const Clip>;

// Paired quality of a clip against its reference (the dense twin), on 8-bit RGB frames.
struct ClipQuality {
    std::vector<double> psnr_db;  // per frame; identical frames give kIdenticalDb
    std::vector<double> ssim;     // per frame, mean over channels, 11x11 Gaussian window sigma 1.5 (Wang et al. 2004)
    double mean_psnr_db = 0.0;    // of the whole clip: from the mean squared error over all frames
    double worst_psnr_db = 0.0;
    int worst_frame = 0;
    double mean_ssim = 0.0;

    static constexpr double kIdenticalDb = 100.0;
};

}  // namespace timeripple::engine
