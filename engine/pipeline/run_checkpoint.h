#pragma once
// A run between two steps as tensors, to a checkpoint file and back.

#include "engine/api/checkpoint.h"
#include "engine/attention/run_recorder.h"
#include "engine/sampling/sampler.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace timeripple::engine {

struct RunCheckpoint {
    CheckpointInfo info;
    at::Tensor latents;  // after step info.step; fp32
    SamplerState sampler;
    CarriedState attention;
    std::vector<StepStats> steps;  // finished ones
};

// Larger than this what attention carries is not written: checkpoints fall on the steps after which it is made anew.
inline constexpr std::uint64_t kMaxCarriedBytes = std::uint64_t(2) << 30;
bool fits_a_checkpoint(const CarriedState& attention, std::uint64_t limit = kMaxCarriedBytes);

// The device must have passed the checkpoint's step; it may work on a later one, which is not waited for.
Status save_checkpoint(const RunCheckpoint& checkpoint);

// Tensors on `device`. Throws EngineFailure (BadFile) naming the file.
RunCheckpoint load_checkpoint(const std::string& path, at::Device device);

}  // namespace timeripple::engine
