#pragma once
// The tiny random model of make_pipeline_fixture.py as a folder in diffusers layout, and requests that fit it.

#include "engine/api/generation_request.h"
#include "tests/support/seeded_weights.h"
#include "tests/support/tensor_file.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace timeripple::tests {

namespace tiny_model {

namespace fs = std::filesystem;

inline const std::string kSource = TIMERIPPLE_SOURCE_DIR;
inline const std::string kData = kSource + "/tests/data/model/";

inline nlohmann::json facts() {
    std::ifstream in(kData + "pipeline.json");
    return nlohmann::json::parse(in);
}

inline void write_text(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

// The tiny model of make_pipeline_fixture.py in diffusers layout.
inline void write_model(const fs::path& folder) {
    const nlohmann::json json = facts();
    for (const char* component : {"transformer", "vae", "text_encoder"}) {
        write_text(folder / component / "config.json", json[component]["config"].dump());
        TensorMap tensors;
        for (const auto& [name, shape] : json[component]["parameters"].items()) {
            tensors[name] = seeded_parameter(name, shape.get<std::vector<std::int64_t>>());
        }
        const bool text = std::string(component) == "text_encoder";
        write_tensors(
            (folder / component / (text ? "model.safetensors" : "diffusion_pytorch_model.safetensors")).string(),
            tensors);
    }
    write_text(folder / "scheduler" / "scheduler_config.json", json["scheduler"].dump());
    fs::copy(kSource + "/tests/data/text/tokenizer_plain", folder / "tokenizer", fs::copy_options::recursive);
    write_text(folder / "model_index.json", R"({"_class_name":"WanPipeline","_diffusers_version":"0.40.0",
        "scheduler":["diffusers","UniPCMultistepScheduler"],"text_encoder":["transformers","UMT5EncoderModel"],
        "tokenizer":["transformers","T5Tokenizer"],"transformer":["diffusers","WanTransformer3DModel"],
        "vae":["diffusers","AutoencoderKLWan"]})");
    write_tensors((folder / "initial.safetensors").string(),
                  {{"latents", seeded_values("initial", json["latents"].get<std::vector<std::int64_t>>())}});
}

// One of the cases of pipeline.json; `folder` is where write_model() wrote.
inline engine::GenerationRequest request(const std::string& name, const fs::path& folder) {
    const nlohmann::json json = facts();
    const nlohmann::json& one = json["cases"][name];
    engine::GenerationRequest request;
    request.model_path = folder.string();
    request.prompt = json["prompt"];
    request.negative_prompt = json["negative_prompt"];
    request.width = 32;
    request.height = 48;
    request.frames = 9;
    request.steps = one["steps"];
    request.guidance_scale = one["guidance"];
    request.scheduler =
        one["scheduler"] == "euler" ? engine::SchedulerKind::FlowMatchEuler : engine::SchedulerKind::UniPC;
    request.flow_shift = 3.0;
    request.device = engine::DeviceChoice::Cpu;
    request.threads = 2;
    request.initial_latents_path = (folder / "initial.safetensors").string();
    return request;
}

}  // namespace tiny_model

}  // namespace timeripple::tests
