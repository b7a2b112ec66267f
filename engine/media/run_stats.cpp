// Numbers and latents of a run to files.
#include "engine/api/run_stats.h"

#include "engine/api/recipe.h"
#include "engine/base/strict_json.h"
#include "engine/media/part_file.h"
#include "engine/media/safetensors_file.h"

namespace timeripple::engine {
namespace {

using nlohmann::json;

constexpr int kStatsVersion = 1;

json json_of(const HeadStats& head) {
    return {{"unique_queries", head.unique_query_share}, {"unique_keys", head.unique_key_share},
            {"score_savings", head.score_savings},       {"attention_savings", head.attention_savings},
            {"query_origin", head.query_origin},         {"key_origin", head.key_origin}};
}

json json_of(const StepStats& step) {
    json object = {{"step", step.step},
                   {"threshold", step.threshold},
                   {"dense", step.dense},
                   {"seconds", step.seconds},
                   {"score_savings", step.score_savings()},
                   {"attention_savings", step.attention_savings()},
                   {"layers", json::array()}};
    for (const auto& layer : step.layers) {
        json heads = json::array();
        for (const auto& head : layer.heads)
            heads.push_back(json_of(head));
        object["layers"].push_back({{"attention_seconds", layer.attention_seconds},
                                    {"overhead_seconds", layer.overhead_seconds},
                                    {"heads", std::move(heads)}});
    }
    return object;
}

Status save_bytes(const void* data, std::size_t size, const std::string& path) {
    media::PartFile file(path);
    if (auto status = file.prepare(); !status) return status;
    if (auto status = media::write_whole_file(file.part(), data, size, path); !status) return status;
    return file.commit();
}

}  // namespace

std::string stats_json(const Clip& clip) {
    json object = {{"schema", "timeripple.stats"},
                   {"version", kStatsVersion},
                   {"recipe", json::parse(to_json(recipe_of(clip)))},
                   {"peak_memory_bytes", clip.peak_memory_bytes},
                   {"steps", json::array()}};
    for (const auto& step : clip.steps)
        object["steps"].push_back(json_of(step));
    return detail::dump_json(object, 1) + "\n";
}

Status save_latents(const LatentTensor& latents, const std::string& path) {
    try {
        std::uint64_t count = 1;
        for (const auto extent : latents.shape)
            count *= static_cast<std::uint64_t>(extent);
        if (count != latents.values.size() || count == 0) {
            return Error{ErrorCode::Internal, "The latents are incomplete. Generate the clip again.",
                         "shape and values differ"};
        }
        const std::vector<std::int64_t> shape(latents.shape.begin(), latents.shape.end());
        return media::write_safetensors(path, {{"latents", ElementType::F32, shape, latents.values.data()}});
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Io, "The latents could not be written to " + path + ".", problem.what()};
    }
}

Status save_text(const std::string& text, const std::string& path) {
    try {
        return save_bytes(text.data(), text.size(), path);
    } catch (const std::exception& problem) {
        return Error{ErrorCode::Io, "The file " + path + " could not be written.", problem.what()};
    }
}

}  // namespace timeripple::engine
