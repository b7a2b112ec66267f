// inspect, devices, recipe: commands that look and do not run.
#include "app/cli/commands.h"
#include "app/cli/progress.h"
#include "engine/api/engine.h"
#include "engine/api/model_info.h"
#include "engine/api/recipe.h"
#include "engine/api/setting_names.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace timeripple::cli {

using namespace engine;
using nlohmann::json;

namespace {

std::string bytes_text(std::uint64_t bytes) {
    char text[32];
    const double gigabytes = double(bytes) / 1e9;
    std::snprintf(text, sizeof text, gigabytes < 0.1 ? "%.1f MB" : "%.2f GB",
                  gigabytes < 0.1 ? gigabytes * 1000 : gigabytes);
    return text;
}

std::string count_text(std::int64_t count) {
    char text[32];
    std::snprintf(text, sizeof text, count < 1'000'000 ? "%.0f k" : "%.1f M",
                  count < 1'000'000 ? double(count) / 1e3 : double(count) / 1e6);
    return text;
}

std::string dump(const json& value, int indent) {
    return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

json json_of(const ModelInfo& info, const MemoryEstimate& memory, const Status& fits) {
    json parts = json::array();
    for (const auto& part : info.components) {
        parts.push_back({{"name", part.name},
                         {"class", part.class_name},
                         {"bytes", part.file_bytes},
                         {"parameters", part.parameters},
                         {"tensors", part.tensors},
                         {"dtype", part.dtype},
                         {"problem", part.problem}});
    }
    json object = {{"path", info.path},       {"name", info.name},
                   {"family", info.family},   {"supported", info.supported},
                   {"problem", info.problem}, {"licence", info.licence},
                   {"digest", info.digest},   {"components", std::move(parts)}};
    if (info.supported) {
        object["transformer"] = {
            {"layers", info.layers}, {"heads", info.heads}, {"head_dim", info.head_dim}, {"ffn_dim", info.ffn_dim}};
        object["defaults"] = json::parse(to_json(info.defaults));
        object["memory"] = {{"text_encoding", memory.text_encoding},
                            {"denoising", memory.denoising},
                            {"decoding", memory.decoding},
                            {"fits", fits.ok()}};
        if (!fits) object["memory"]["problem"] = fits.error().message;
    }
    return object;
}

void print(const ModelInfo& info, const MemoryEstimate& memory, const Status& fits) {
    std::printf("%s: %s\n%s\n", info.name.c_str(), info.family.c_str(), info.path.c_str());
    if (!info.components.empty())
        std::printf("\n  %-14s %-26s %10s %10s %8s  %s\n", "part", "class", "size", "numbers", "tensors", "type");
    for (const auto& part : info.components) {
        std::printf("  %-14s %-26s %10s %10s %8s  %s\n", part.name.c_str(), part.class_name.c_str(),
                    part.file_bytes ? bytes_text(part.file_bytes).c_str() : "",
                    part.parameters ? count_text(part.parameters).c_str() : "",
                    part.tensors ? std::to_string(part.tensors).c_str() : "", part.dtype.c_str());
    }
    for (const auto& part : info.components) {
        if (!part.problem.empty()) std::printf("  problem: %s\n", part.problem.c_str());
    }
    if (!info.supported) {
        std::printf("\nCannot run. %s\n", info.problem.c_str());
        return;
    }
    const auto& d = info.defaults;
    std::printf(
        "\nCan run. %d layers, %d heads of %d. Usual: %d x %d, %d frames, %d steps, guidance %g, shift %g, %s.\n",
        info.layers, info.heads, info.head_dim, d.width, d.height, d.frames, d.steps, d.guidance_scale, d.flow_shift,
        std::string(engine::word_of(d.scheduler)).c_str());
    std::printf("Memory at that size, estimated: text %s, denoising %s, decoding %s.\n",
                bytes_text(memory.text_encoding).c_str(), bytes_text(memory.denoising).c_str(),
                bytes_text(memory.decoding).c_str());
    std::printf("%s\n", fits ? "It fits into this machine's free memory." : fits.error().message.c_str());
    if (!info.licence.empty()) std::printf("Licence: %s.\n", info.licence.c_str());
}

}  // namespace

int run_inspect(const Arguments& arguments) {
    const bool as_json = arguments.has("--json");
    const std::string& path = arguments.positionals().front();
    auto info = inspect_model(path);
    if (!info) return report(info.error(), as_json);
    if (!info->supported) {
        // A clip is not a model, but a person may ask what it is.
        if (const auto recipe = read_recipe(path); recipe) {
            if (as_json) {
                print_line(dump({{"path", path},
                                 {"family", "a clip of TimeRipple Studio"},
                                 {"supported", false},
                                 {"recipe", json::parse(to_json(*recipe))}},
                                -1));
            } else {
                const auto& r = recipe->request;
                std::printf(
                    "%s: a clip with its recipe, made with %s: %d x %d, %d frames, %d steps, seed %llu\n%s\n\nTo make "
                    "it again: %s\n",
                    path.c_str(), recipe->provenance.model_name.c_str(), r.width, r.height, r.frames, r.steps,
                    static_cast<unsigned long long>(r.seed), r.prompt.c_str(), command_line_of(r).c_str());
            }
            return kFailed;
        }
    }
    const auto memory = estimate_memory(*info, info->defaults);
    const auto fits = check_memory(*info, info->defaults, cpu_device().free_memory_bytes);
    if (as_json) {
        print_line(dump(json_of(*info, memory, fits), -1));
    } else {
        print(*info, memory, fits);
    }
    return info->supported ? kDone : kFailed;
}

int run_devices(const Arguments& arguments) {
    const bool as_json = arguments.has("--json");
    auto engine = open_engine();
    const std::vector<DeviceInfo> devices = engine ? (*engine)->devices() : std::vector<DeviceInfo>{cpu_device()};
    for (const auto& device : devices) {
        if (as_json) {
            print_line(dump({{"id", device.id},
                             {"name", device.name},
                             {"total_memory_bytes", device.total_memory_bytes},
                             {"free_memory_bytes", device.free_memory_bytes},
                             {"note", device.note}},
                            -1));
        } else {
            std::printf("%-8s %s, %s of memory, %s free%s%s\n", device.id.c_str(), device.name.c_str(),
                        bytes_text(device.total_memory_bytes).c_str(), bytes_text(device.free_memory_bytes).c_str(),
                        device.note.empty() ? "" : ". ", device.note.c_str());
        }
    }
    return engine ? int(kDone) : report(engine.error(), as_json);
}

int run_recipe(const Arguments& arguments) {
    auto recipe = read_recipe(arguments.positionals().front());
    if (!recipe) return report(recipe.error(), false);
    return print_line(arguments.has("--command") ? command_line_of(recipe->request) : to_json(*recipe)) ? kDone
                                                                                                        : kFailed;
}

}  // namespace timeripple::cli
