#pragma once
// The recipe of a clip: request, provenance and results as versioned JSON. It travels inside exported files (container
// comment, PNG text) and comes back from them. Unknown keys are tolerated, a newer schema is refused with a sentence.

#include <optional>
#include <string>

#include "engine/api/clip.h"
#include "engine/api/result.h"

namespace timeripple::engine {

inline constexpr int kRecipeVersion = 1;

struct Recipe {
    GenerationRequest request;
    Provenance provenance;
    PhaseTimes times;
    int resumed_step = 0;                // times cover the steps after it (Clip::resumed_step)
    std::optional<ClipQuality> quality;  // against the dense twin, where one was made
    float score_savings = 0.0f;          // run averages
    float attention_savings = 0.0f;
    double median_dense_step_seconds = 0.0;
    double median_ripple_step_seconds = 0.0;
};

Recipe recipe_of(const Clip& clip);
// User paths (home folder) are stripped from model_path unless `keep_paths`.
std::string to_json(const Recipe& recipe, bool keep_paths = true);
Result<Recipe> recipe_from_json(const std::string& text);

std::string to_json(const GenerationRequest& request);
Result<GenerationRequest> request_from_json(const std::string& text);

// The same request as arguments of `timeripple generate`, quoted for a shell. Only what differs from the defaults.
std::string command_line_of(const GenerationRequest& request);
// The way back, from a line as it stands in a shell: `timeripple generate` or `compare` with options. What it does not say is as in
// `usual` (the model's defaults), attention dense. Of --preset only the name is taken. Options that write files are passed over;
// those that read settings from a file, and unknown ones, are errors that name them.
Result<GenerationRequest> request_of_command_line(const std::string& text, const GenerationRequest& usual);

// Reads the recipe from a clip (mp4, mkv, webm, mov, png) or a JSON file.
Result<Recipe> read_recipe(const std::string& path);

}  // namespace timeripple::engine
