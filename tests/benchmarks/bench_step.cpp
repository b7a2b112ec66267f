// Our side of step_vs_diffusers.py: denoising steps of a model folder on command, so that two programs can take turns.
//
//   bench_step FOLDER T H W ROWS THREADS fp32|bf16
//
// FOLDER holds transformer/ and scheduler/ in diffusers layout; T, H, W are latent sizes; ROWS the real rows of a
// made-up prompt of 512. Each line "step" on stdin runs one step (both passes, guidance, UniPC) and answers with its
// seconds; "peak" answers with the peak memory of the process in bytes; "quit" ends.
#include "engine/attention/run_recorder.h"
#include "engine/core/process_memory.h"
#include "engine/model/dit_model.h"
#include "engine/sampling/sampler.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cstdio>
#include <iostream>

using namespace timeripple::engine;

namespace {

constexpr int kSteps = 30;
constexpr int kTextRows = 512;
constexpr double kGuidance = 4.0;

void run(int argc, char** argv) {
    if (argc != 8) {
        throw std::runtime_error("bench_step FOLDER T H W ROWS THREADS fp32|bf16");
    }
    const std::string folder = argv[1];
    const c10::InferenceMode inference;
    at::set_num_threads(std::atoi(argv[6]));
    const at::ScalarType dtype = std::string(argv[7]) == "bf16" ? at::kBFloat16 : at::kFloat;
    const DitConfig config = DitConfig::from_json(JsonConfig::from_file(folder + "/transformer/config.json"));
    const auto weights = open_weights(folder + "/transformer", "diffusion_pytorch_model");
    DitModel model = DitModel::load(*weights, config, dtype, at::kCPU);

    const auto text = [&](std::uint64_t seed) {
        const at::Tensor rows = make_noise(seed, {1, 1, 1, std::atoi(argv[5]), config.text_dim});
        return model.prepare_prompt({rows.view({-1, config.text_dim}), kTextRows});
    };
    const PromptContext cond = text(1), uncond = text(2);
    at::Tensor latents =
        make_noise(0, {1, config.in_channels, std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4])});
    const auto sampler = make_sampler(SchedulerKind::UniPC, 3.0, kSteps,
                                      JsonConfig::from_file(folder + "/scheduler/scheduler_config.json").text());
    const auto attention = make_dense_attention(config.layers, config.heads, model.token_grid(latents.sizes()));

    int step = 0;
    for (std::string command; std::getline(std::cin, command) && command != "quit";) {
        if (command == "peak") {
            std::cout << peak_process_memory() << std::endl;
            continue;
        }
        const auto begin = std::chrono::steady_clock::now();
        attention->begin_step(step + 1, kSteps);
        const TimeContext time = model.prepare_timestep(sampler->timestep(step));
        const at::Tensor input = latents.to(dtype);
        AttentionCall call;
        at::Tensor flow = model.forward(input, time, cond, *attention, call, {}).to(at::kFloat);
        call.pass = GuidancePass::Uncond;
        const at::Tensor without = model.forward(input, time, uncond, *attention, call, {}).to(at::kFloat);
        flow.sub_(without).mul_(kGuidance).add_(without);
        latents = sampler->step(flow, latents, step++);
        std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
