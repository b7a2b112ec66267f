#pragma once
// Which model folders lie below a folder, and which smaller settings would fit a machine. Names and headers only; no Torch.

#include "engine/api/model_info.h"

#include <stop_token>
#include <string>
#include <vector>

namespace timeripple::engine {

// Places below `folder` (or itself) that inspect_model() can say something about, sorted: folders in diffusers layout, each
// snapshot of a Hugging Face cache, cache entries without one, and single weight files that belong to no such folder.
// At most kScanDepth folders deep and kScanMost places; links to folders are followed once. A folder that is missing or
// cannot be read is an error that names it. Threads: any.
inline constexpr int kScanDepth = 4;
inline constexpr std::size_t kScanMost = 256;
Result<std::vector<std::string>> find_models(const std::string& folder, std::stop_token stop = {});

// The folder that Hugging Face tools keep downloads in: HF_HUB_CACHE, HF_HOME/hub or ~/.cache/huggingface/hub; empty if there
// is none.
std::string hub_cache_folder();

// Settings near `request` whose estimated peak fits `available_bytes`, the least change first: tiles in the decoder, bf16
// weights, a smaller picture, a shorter clip. Empty if the request fits, or nothing does.
struct FittingSettings {
    enum class Change { Tiles, HalfPrecision, SmallerPicture, ShorterClip };
    Change change;
    GenerationRequest request;
};
std::vector<FittingSettings> fitting_settings(const ModelInfo& model, const GenerationRequest& request,
                                              std::uint64_t available_bytes);

}  // namespace timeripple::engine
