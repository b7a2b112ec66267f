// The steps of a run. A GPU is given a step's work without waiting for it; what the step has to tell comes to the host
// beside the next step's work and is told when it is there, so that the device never waits for the host.

#include "engine/base/text.h"
#include "engine/core/device.h"
#include "engine/core/stop.h"
#include "engine/pipeline/text_to_video.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace timeripple::engine {
namespace {

// Steps that a GPU may be ahead of what is told.
constexpr std::size_t kLateSteps = 1;
// How often it is looked whether a step has arrived.
constexpr std::chrono::microseconds kLook{500};

}  // namespace

std::unique_ptr<RunAttention> TextToVideo::make_attention(const AttentionChange& change,
                                                          const kernels::TokenGrid& grid) {
    const DitConfig& config = store_.dit_config();
    const at::Device device = store_.device();
    if (change.mode == AttentionMode::Dense) {
        return make_dense_attention(config.layers, config.heads, grid, device);
    }
    if (device.is_cpu()) {
        return make_ripple_attention(change.ripple, config.layers, config.heads, grid, config.head_dim);
    }
    return make_gpu_ripple_attention(change.ripple, request_.kernel, device, config.layers, config.heads, grid,
                                     config.head_dim);
}

Status TextToVideo::check_carried(const AttentionChange& change) const {
    GenerationRequest changed = request_;
    changed.attention = change.mode;
    changed.ripple = change.ripple;
    changed.attention_changes.clear();
    const std::uint64_t carried = carried_memory(store_.info(), changed);
    const std::uint64_t free = device_info(store_.device()).free_memory_bytes;
    if (carried <= free) {
        return {};
    }
    return Error{ErrorCode::OutOfMemory,
                 "What it carries from step to step needs " + detail::bytes_text(carried) + " of memory, but " +
                     detail::bytes_text(free) + " are free. Choose carry: nothing.",
                 {}};
}

void TextToVideo::plan_clock(const Clip& clip, double latent_voxels) {
    std::vector<bool> dense(std::size_t(request_.steps), true);
    for (int step = 1; step <= request_.steps; ++step) {
        const AttentionChange attention = attention_at(clip.request, step);
        dense[std::size_t(step - 1)] =
            attention.mode == AttentionMode::Dense || attention.ripple.schedule.threshold(step, request_.steps) == 0.0;
    }
    const auto rate = rates_.find(store_.key());
    clock_.plan(std::move(dense), rate == rates_.end() ? -1.0 : rate->second * latent_voxels);
}

at::Tensor TextToVideo::velocity(DitModel& model, const at::Tensor& latents, double timestep, const Prompts& prompts,
                                 AttentionBackend& attention, int step, const DitModel::OnBlock& on_block) {
    const TimeContext time = model.prepare_timestep(timestep);
    const at::Tensor input = latents.to(model.dtype());
    AttentionCall call;
    call.step = step + 1;
    call.steps = request_.steps;

    call.pass = GuidancePass::Cond;
    at::Tensor cond = model.forward(input, time, prompts.cond, attention, call, stop_, on_block);
    if (request_.guidance_scale <= 1.0) {
        return cond.to(at::kFloat);
    }
    call.pass = GuidancePass::Uncond;
    const at::Tensor uncond =
        model.forward(input, time, prompts.uncond, attention, call, stop_, on_block).to(at::kFloat);
    return cond.to(at::kFloat).sub_(uncond).mul_(request_.guidance_scale).add_(uncond);
}

void TextToVideo::denoise(Clip& clip) {
    report(Phase::Loading, 0, 0, -1.0);
    const at::Tensor noise = initial_latents();
    clock_.begin(Phase::Loading);
    const LatentPreview& preview = store_.preview(stop_);

    report(Phase::TextEncoding, 0, 2, -1.0);
    const bool guided = request_.guidance_scale > 1.0;
    const TextContext cond = context_of(request_.prompt);
    const TextContext uncond = guided ? context_of(request_.negative_prompt) : TextContext{};

    clock_.begin(Phase::Loading);
    DitModel& model = store_.transformer(memory_.denoising, stop_, loading());
    clock_.begin(Phase::TextEncoding);
    Prompts prompts{model.prepare_prompt(cond), guided ? model.prepare_prompt(uncond) : PromptContext{}};
    throw_if_stopped(stop_);

    clock_.begin(Phase::Denoising);
    const kernels::TokenGrid grid = model.token_grid(noise.sizes());
    RunState state = first_state(clip, noise, grid);
    clip.provenance.attention_kernel = state.attention->kernel_name();
    plan_clock(clip, voxels(noise.sizes()));
    std::optional<Teller> teller;
    RunSteering steering(options_, clip, observer_, stop_,
                         {[this](const AttentionChange& change) { return check_carried(change); },
                          [&](const AttentionChange& change) { return make_attention(change, grid); },
                          [&] { plan_clock(clip, voxels(noise.sizes())); },
                          [this](const at::Tensor& estimate, int frame) { return decode_frame(estimate, frame); },
                          [this](bool paused) { paused ? clock_.halt() : clock_.begin(Phase::Denoising); },
                          [&] { tell_all_but(0, *teller); }});
    teller.emplace(Teller{clip, preview, steering});
    const std::size_t late = store_.device().is_cpu() ? 0 : kLateSteps;
    steering.between_steps(state);
    while (state.step < request_.steps) {
        throw_if_stopped(stop_);
        launch_step(state, model, prompts, *teller);
        tell_all_but(state.step < request_.steps ? late : 0, *teller);
        steering.between_steps(state);
    }
    clip.provenance.attention_kernel = state.attention->kernel_name();  // a GPU chooses at the first merged call
    clip.latents = plain_latents(state.latents);
}

void TextToVideo::launch_step(RunState& state, DitModel& model, const Prompts& prompts, const Teller& teller) {
    const int step = state.step;
    LaunchedStep& launched = launched_.emplace_back(step + 1, store_.device());
    launched.marks.mark();
    state.attention->begin_step(step + 1, request_.steps);
    state.deltas->begin_step(step + 1, request_.steps, *state.attention);
    const at::Tensor flow =
        velocity(model, state.latents, state.sampler->timestep(step), prompts, *state.deltas, step, [&](int) {
            launched.marks.mark();
            while (launched_.size() > 1 && launched_.front().copies.arrived()) {
                tell_first(teller);
            }
            report_within_step();
        });
    state.estimate = state.sampler->denoised(flow, state.latents, step);
    state.latents = state.sampler->step(flow, state.latents, step);
    const at::Tensor finite = at::isfinite(state.latents).all();
    launched.end = launched.marks.mark();
    state.step = step + 1;

    launched.record = state.attention->end_step(launched.copies);
    launched.deltas = state.deltas->end_step(launched.copies);
    launched.estimate = launched.copies.take(state.estimate.to(at::kFloat));
    launched.finite = launched.copies.take(finite);
    launched.checkpoint = teller.steering.due_checkpoint(state);
}

void TextToVideo::tell_all_but(std::size_t late, const Teller& teller) {
    while (launched_.size() > late) {
        while (!launched_.front().copies.arrived()) {
            throw_if_stopped(stop_);
            std::this_thread::sleep_for(kLook);
            report_within_step();
        }
        tell_first(teller);
    }
}

void TextToVideo::tell_first(const Teller& teller) {
    LaunchedStep& launched = launched_.front();
    const int step = launched.step;
    if (!launched.finite.item<bool>()) {
        throw EngineFailure(
            {ErrorCode::NonFinite,
             "Step " + std::to_string(step) + " of " + std::to_string(request_.steps) +
                 " gave numbers that are not finite, so the run was stopped. Try fp32 precision, a lower "
                 "guidance or more steps; if that does not help the weights are damaged.",
             {}});
    }
    StepStats stats = launched.record->stats();
    stats.seconds = launched.marks.seconds(0, launched.end);
    clock_.step_done(step - 1, stats.seconds);
    const TokenMapPtr map = launched.record->token_map();
    report(Phase::Denoising, step, request_.steps, clock_.remaining(step, 0.0));
    observer_.on_preview(step,
                         std::make_shared<FrameSequence>(teller.preview.frames(launched.estimate, request_.fps / 4.0)));
    observer_.on_step(stats);
    if (DeltaDistributionPtr deltas = launched.deltas()) {
        observer_.on_delta(std::move(deltas));
    }
    teller.clip.steps.push_back(std::move(stats));
    if (map) {
        observer_.on_token_map(map);
        teller.clip.token_maps.push_back(map);
    }
    if (launched.checkpoint) {
        teller.steering.save_after_step(std::move(*launched.checkpoint));
    }
    launched_.pop_front();
}

void TextToVideo::report_within_step() {
    if (clock_.elapsed() - last_report_ < kReportSeconds) {
        return;
    }
    const LaunchedStep& first = launched_.front();
    const int passes = request_.guidance_scale > 1.0 ? 2 : 1;
    const double blocks = double(passes) * store_.dit_config().layers;
    // The first mark is the step's beginning, each other one the end of a block, the last one that of the step.
    const double done = std::clamp(double(first.marks.passed()) - 1.0, 0.0, blocks);
    report(Phase::Denoising, first.step - 1, request_.steps, clock_.remaining(first.step - 1, done / blocks));
}

}  // namespace timeripple::engine
