// Where a denoising step goes: dense, Balanced and Draft on the built-in model, from real prompts and noise.
//
//   bench_profile [THREADS [fp32|bf16 [WIDTH HEIGHT FRAMES [STEPS [dense|Balanced|Draft]]]]]
//
// Runs all steps under each of the three and prints medians over the steps that are accelerated under Draft. "Neither" is what is
// neither attention (of the video tokens and of the prompt) nor a matrix product. The peak of memory is that of the counted steps;
// to compare peaks run one of the three alone in each process, since an allocator keeps what others used before.
#include "engine/api/device_info.h"
#include "engine/api/model_info.h"
#include "engine/api/presets.h"
#include "engine/attention/delta_sampler.h"
#include "engine/attention/run_recorder.h"
#include "engine/core/device.h"
#include "engine/core/process_memory.h"
#include "engine/pipeline/model_store.h"
#include "engine/sampling/sampler.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>

using namespace timeripple::engine;
using timeripple::kernels::TokenGrid;

namespace {

using Clock = std::chrono::steady_clock;
constexpr const char* kPrompt = "a large orange fish moves left in dark water";

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Operators of LibTorch on this thread, outermost only, outside of self-attention.
struct OperatorTimes {
    std::map<std::string, double> seconds;
    bool muted = false;
    int depth = 0;
    Clock::time_point begin;
};
thread_local OperatorTimes* g_operators = nullptr;

void count_operators() {
    at::addGlobalCallback(at::RecordFunctionCallback(
                              [](const at::RecordFunction&) -> std::unique_ptr<at::ObserverContext> {
                                  if (g_operators && g_operators->depth++ == 0) g_operators->begin = Clock::now();
                                  return nullptr;
                              },
                              [](const at::RecordFunction& function, at::ObserverContext*) {
                                  if (g_operators && --g_operators->depth == 0 && !g_operators->muted) {
                                      g_operators->seconds[function.name()] += seconds_since(g_operators->begin);
                                  }
                              })
                              .scopes({at::RecordScope::FUNCTION}));
}

class TimedAttention final : public AttentionBackend {
  public:
    TimedAttention(AttentionBackend& inner, OperatorTimes& operators) : inner_(inner), operators_(operators) {}
    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token stop) override {
        const auto begin = Clock::now();
        operators_.muted = true;
        at::Tensor out = inner_.forward(q, k, v, call, stop);
        operators_.muted = false;
        seconds += seconds_since(begin);
        return out;
    }
    double seconds = 0.0;

  private:
    AttentionBackend& inner_;
    OperatorTimes& operators_;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0.0 : values[values.size() / 2];
}

struct Profile {
    std::vector<double> step, self_attention, overhead, sampling, cross_attention, products, neither, savings;
    std::map<std::string, double> others;
};

struct Subject {
    ModelStore store;
    GenerationRequest request;
    PromptContext cond, uncond;
};

Profile profile(Subject& subject, AttentionMode mode, const RippleSettings& settings, const std::set<int>& counted) {
    const GenerationRequest& request = subject.request;
    DitModel& model = subject.store.transformer(0, {}, {});
    const DitConfig& config = model.config();
    at::Tensor latents = make_noise(
        request.seed, {1, config.in_channels, latent_frames(request.frames), request.height / 8, request.width / 8});
    const TokenGrid grid = model.token_grid(latents.sizes());
    const auto attention = mode == AttentionMode::Ripple
                               ? make_ripple_attention(settings, config.layers, config.heads, grid, config.head_dim)
                               : make_dense_attention(config.layers, config.heads, grid);
    const auto sampler =
        make_sampler(request.scheduler, request.flow_shift, request.steps, subject.store.scheduler_config());
    DeltaSampler deltas(config.layers, config.heads, grid, 2);
    Profile result;
    for (int step = 0; step < request.steps; ++step) {
        if (step + 1 == *counted.begin()) reset_peak_process_memory();
        OperatorTimes operators;
        g_operators = &operators;
        const auto begin = Clock::now();
        attention->begin_step(step + 1, request.steps);
        TimedAttention timed(*attention, operators);
        deltas.begin_step(step + 1, request.steps, timed);
        const TimeContext time = model.prepare_timestep(sampler->timestep(step));
        const at::Tensor input = latents.to(model.dtype());
        AttentionCall call;
        call.step = step + 1;
        call.steps = request.steps;
        at::Tensor flow = model.forward(input, time, subject.cond, deltas, call, {}).to(at::kFloat);
        call.pass = GuidancePass::Uncond;
        const at::Tensor without = model.forward(input, time, subject.uncond, deltas, call, {}).to(at::kFloat);
        flow.sub_(without).mul_(request.guidance_scale).add_(without);
        latents = sampler->step(flow, latents, step);
        HostCopies copies(at::kCPU);
        const auto distribution = deltas.end_step(copies)();
        const auto [stats, map] = attention->end_step();
        const double seconds = seconds_since(begin);
        g_operators = nullptr;
        if (counted.count(step + 1) == 0) continue;
        double products = 0.0, cross = 0.0, overhead = 0.0;
        for (const auto& [name, time_of] : operators.seconds) {
            if (name == "aten::addmm" || name == "aten::linear" || name == "aten::mm" || name == "aten::matmul") {
                products += time_of;
            } else if (name == "aten::scaled_dot_product_attention") {
                cross += time_of;
            } else {
                result.others[name] += time_of / double(counted.size());
            }
        }
        for (const LayerStats& layer : stats.layers)
            overhead += layer.overhead_seconds;
        result.step.push_back(seconds);
        result.self_attention.push_back(timed.seconds);
        result.overhead.push_back(overhead);
        result.sampling.push_back(deltas.seconds());
        result.cross_attention.push_back(cross);
        result.products.push_back(products);
        result.neither.push_back(seconds - timed.seconds - cross - products);
        result.savings.push_back(stats.attention_savings());
    }
    return result;
}

void print(const char* name, const Profile& p, double dense_seconds) {
    const double step = median(p.step);
    const auto cell = [&](const std::vector<double>& values) {
        char text[40];
        std::snprintf(text, sizeof text, "%.0f ms (%.1f %%)", 1e3 * median(values), 100.0 * median(values) / step);
        return std::string(text);
    };
    std::printf("| %s | %.0f ms | %.2fx | %.1f %% | %s | %s | %s | %s | %s | %s |\n", name, 1e3 * step,
                dense_seconds / step, 100.0 * median(p.savings), cell(p.self_attention).c_str(),
                cell(p.overhead).c_str(), cell(p.cross_attention).c_str(), cell(p.products).c_str(),
                cell(p.neither).c_str(), cell(p.sampling).c_str());
    std::vector<std::pair<double, std::string>> others;
    for (const auto& [operator_name, time] : p.others)
        others.emplace_back(time, operator_name);
    std::sort(others.rbegin(), others.rend());
    std::fprintf(stderr, "%s, largest other operators:", name);
    for (std::size_t i = 0; i < std::min<std::size_t>(6, others.size()); ++i)
        std::fprintf(stderr, " %s %.1f ms", others[i].second.c_str(), 1e3 * others[i].first);
    std::fprintf(stderr, "; peak memory of the process %.0f MB\n", double(peak_process_memory()) / 1e6);
}

void run(int argc, char** argv) {
    const c10::InferenceMode inference;
    const int threads = argc > 1 ? std::atoi(argv[1]) : usable_cores();
    const at::ScalarType dtype = argc > 2 && std::string(argv[2]) == "bf16" ? at::kBFloat16 : at::kFloat;
    at::set_num_threads(threads);
    const auto path = builtin_model_path();
    if (!path) throw std::runtime_error(path.error().message);

    Subject subject;
    subject.store.open(*path, dtype, at::kCPU);
    GenerationRequest& request = subject.request;
    request = subject.store.info().defaults;
    request.width = argc > 5 ? std::atoi(argv[3]) : 256;
    request.height = argc > 5 ? std::atoi(argv[4]) : 256;
    request.frames = argc > 5 ? std::atoi(argv[5]) : 33;
    request.steps = argc > 6 ? std::atoi(argv[6]) : 20;
    Tokenizer& tokenizer = subject.store.tokenizer();
    TextEncoder& encoder = subject.store.text_encoder(0);
    const int rows = subject.store.info().text_tokens;
    DitModel& model = subject.store.transformer(0, {}, {});
    subject.cond = model.prepare_prompt(encoder.encode(tokenizer.encode(kPrompt, rows), rows, {}));
    subject.uncond = model.prepare_prompt(encoder.encode(tokenizer.encode("", rows), rows, {}));

    const auto draft = find_preset(subject.store.info(), request, "Draft");
    const auto balanced = find_preset(subject.store.info(), request, "Balanced");
    if (!draft || !balanced) throw std::runtime_error("The presets are missing.");
    std::set<int> counted;
    for (int step = 1; step <= request.steps; ++step) {
        if (draft->settings.schedule.threshold(step, request.steps) > 0.0) counted.insert(step);
    }
    std::printf("%s, %d threads, %s; %d x %d x %d = %d tokens x %d heads x %d, %d layers, steps %d to %d of %d\n\n",
                device_info(at::kCPU).name.c_str(), threads, at::toString(dtype), request.width, request.height,
                request.frames, latent_frames(request.frames) * (request.width / 16) * (request.height / 16),
                model.config().heads, model.config().head_dim, model.config().layers, *counted.begin(),
                *counted.rbegin(), request.steps);
    std::printf(
        "| attention | step | speed-up | attention savings | self-attention | of it overhead | prompt attention | "
        "matrix products | neither | of it sampling of Delta |\n|---|---|---|---|---|---|---|---|---|---|\n");
    count_operators();
    const std::string only = argc > 7 ? argv[7] : "";
    double dense_seconds = 0.0;
    if (only.empty() || only == "dense") {
        const Profile dense = profile(subject, AttentionMode::Dense, {}, counted);
        dense_seconds = median(dense.step);
        print("dense", dense, dense_seconds);
    }
    for (const auto& preset : {*balanced, *draft}) {
        if (only.empty() || only == preset.name)
            print(preset.name.c_str(), profile(subject, AttentionMode::Ripple, preset.settings, counted), dense_seconds);
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
