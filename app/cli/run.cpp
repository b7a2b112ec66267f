#include "app/cli/run.h"

#include "engine/api/clip_export.h"
#include "engine/api/recipe.h"

namespace timeripple::cli {

using namespace engine;

Result<ClipPtr> run_once(Engine& engine, const GenerationRequest& request, ProgressReport& progress,
                         std::stop_token stop, const RunOptions& options) {
    auto clip = engine.generate(request, options, progress, stop);
    if (clip || clip.error().code != ErrorCode::OutOfMemory || request.vae_tiling || stop.stop_requested()) return clip;
    auto tiled = engine.decode_kept_latents(true, progress, stop);
    if (!tiled) return tiled.error().code == ErrorCode::Cancelled ? tiled : clip;
    progress.on_notice("There was not enough memory to decode whole frames; they were decoded in tiles.");
    return tiled;
}

Status write_clip(const FrameSequence& frames, const Recipe& recipe, const std::string& path, int crf,
                  ProgressReport& progress, std::stop_token stop) {
    const auto format = export_format_of(path);
    if (!format) return format.error();
    ExportOptions options;
    options.format = *format;
    options.crf = crf;
    auto report = [&](int done, int total) {
        if (done < total) progress.on_writing(path, done, total);
    };
    auto status = export_frames(frames, &recipe, path, options, report, stop);
    if (status) progress.on_writing(path, 1, 1);
    return status;
}

}  // namespace timeripple::cli
