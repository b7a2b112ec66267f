#pragma once
// A run as it stood after a step, in one file: latents, the scheduler's history, what attention carries, statistics,
// and the request. safetensors; complete or not there; a hash over everything. RunOptions writes and resumes them.

#include "engine/api/clip.h"
#include "engine/api/result.h"

#include <string>
#include <vector>

namespace timeripple::engine {

inline constexpr int kCheckpointVersion = 1;

struct CheckpointInfo {
    std::string path;
    int step = 0;               // finished steps, 1 to request.steps
    GenerationRequest request;  // as it ran, attention changes until then included
    Provenance provenance;
};

// Reads the description only. BadFile names the file: missing, damaged, cut short, of another kind, of a newer version.
Result<CheckpointInfo> inspect_checkpoint(const std::string& path);

// The checkpoints that can be read in a folder, the latest written first. Empty where there is no such folder.
std::vector<CheckpointInfo> checkpoints_in(const std::string& folder);

// "step-0012.safetensors": the name that a run gives to its checkpoints.
std::string checkpoint_file_name(int step);

// The request of a run that goes on from the checkpoint. BadRequest where `wanted` (resolved, model and build as in
// `here`) is another run, with a sentence that says which setting differs; with `fork` its attention may, and becomes a
// change from the next step on. Speed of play, tiling and names change no latents and may always differ.
Result<GenerationRequest> continued_request(const CheckpointInfo& checkpoint, const GenerationRequest& wanted,
                                            const Provenance& here, bool fork);

}  // namespace timeripple::engine
