#pragma once
// What `generate` and `compare` share: the engine, one run, and its files.

#include "app/cli/progress.h"
#include "app/cli/run_settings.h"
#include "engine/api/engine.h"

#include <memory>
#include <stop_token>
#include <string>

namespace timeripple::cli {

// One run; where only the decoder ran out of memory the finished latents are decoded again in tiles.
engine::Result<engine::ClipPtr> run_once(engine::Engine& engine, const engine::GenerationRequest& request,
                                         ProgressReport& progress, std::stop_token stop,
                                         const engine::RunOptions& options = {});

// A clip to a file or a folder of frames.
engine::Status write_clip(const engine::FrameSequence& frames, const engine::Recipe& recipe, const std::string& path,
                          int crf, ProgressReport& progress, std::stop_token stop);

}  // namespace timeripple::cli
