#pragma once
// From arguments to a checked request: recipe or model defaults first, then what was said.

#include "app/cli/arguments.h"
#include "engine/api/clip_export.h"
#include "engine/api/generation_request.h"
#include "engine/api/model_info.h"
#include "engine/api/run_control.h"

#include <string>

namespace timeripple::cli {

struct RunSettings {
    engine::GenerationRequest request;
    engine::RunOptions options;
    engine::ModelInfo model;
    std::string output, frames, latents, stats;  // paths; empty: not wanted
    int crf = 18;
    bool as_json = false;
    std::vector<std::string> hints;  // for a person: unknown words, ignored options
};

// What is wrong with the use itself has exit code 2, what is wrong with a file 1: BadRequest or another code. Nothing
// is written.
engine::Result<RunSettings> read_run_settings(const Arguments& arguments, bool compare);

// What several runs share: model, size, sampling and machine. No prompt, no attention, no output.
struct BaseSettings {
    engine::GenerationRequest request;
    engine::ModelInfo model;
};
engine::Result<BaseSettings> read_base_settings(const Arguments& arguments);

// A text file, one prompt a line; empty lines are left out. `option` begins the sentences.
engine::Result<std::vector<std::string>> read_prompt_lines(const std::string& path, const char* option);

// Ripple settings from a file, or from the JSON text itself.
engine::Result<engine::RippleSettings> read_ripple(const std::string& given, const char* option);

// Whether a file can be written there, before the work.
engine::Status check_output(const char* option, const std::string& path);

// "clip.mp4" and "-dense" give "clip-dense.mp4"; "frames/" gives "frames-dense".
std::string with_suffix(const std::string& path, const std::string& suffix);

}  // namespace timeripple::cli
