// Seconds per denoising step of the whole engine, dense against accelerated, in one process: stage profile, peak
// memory, share of the ideal. Decoding is left out: a run is stopped after its last measured step.
//   engine_bench NAME MODEL-FOLDER|pond WIDTH HEIGHT FRAMES [steps, default 3] [cuda|cpu] [kernel]
// Thresholds are searched on a small clip, so that attention savings reach 75 and 85 %. With random weights tokens are
// noise and merge by chance: the numbers hold for the shapes and savings, not for what a real model would merge.

#include "engine/api/engine.h"
#include "engine/api/setting_names.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <vector>

using namespace timeripple::engine;

namespace {

// Keeps the statistics of each step and stops behind the last wanted one.
class Watch : public GenerationObserver {
  public:
    explicit Watch(int wanted) : wanted_(wanted) {}
    void on_step(const StepStats& step) override {
        steps.push_back(step);
        if (int(steps.size()) >= wanted_) {
            stop.request_stop();
        }
    }
    void on_notice(const std::string& text) override { std::printf("  notice: %s\n", text.c_str()); }

    std::vector<StepStats> steps;
    std::stop_source stop;

  private:
    int wanted_;
};

struct Profile {
    bool done = false;
    double step = 0.0, attention = 0.0, overhead = 0.0, savings = 0.0;
};

// Median step by seconds; the first is warm-up where there are several.
Profile profile_of(Engine& engine, const GenerationRequest& request, int steps) {
    Watch watch(steps);
    const Result<ClipPtr> clip = engine.generate(request, watch, watch.stop.get_token());
    if (int(watch.steps.size()) < steps) {
        std::printf("  FAIL: %s [%s]\n", clip ? "ended early" : clip.error().message.c_str(),
                    clip ? "" : clip.error().detail.c_str());
        return {};
    }
    std::vector<StepStats> measured(watch.steps.begin() + (steps > 1 ? 1 : 0), watch.steps.end());
    std::sort(measured.begin(), measured.end(),
              [](const StepStats& a, const StepStats& b) { return a.seconds < b.seconds; });
    const StepStats& middle = measured[measured.size() / 2];
    Profile profile{true, middle.seconds, 0.0, 0.0, middle.attention_savings()};
    for (const LayerStats& layer : middle.layers) {
        profile.attention += layer.attention_seconds;
        profile.overhead += layer.overhead_seconds;
    }
    return profile;
}

void accelerate(GenerationRequest& request, double theta) {
    request.attention = AttentionMode::Ripple;
    request.ripple = RippleSettings{};
    request.ripple.schedule = {theta, theta, 0, 0, false};
}

double threshold_for(Engine& engine, GenerationRequest request, double savings) {
    request.width = request.height = 256;
    request.frames = 17;
    double low = 0.0, high = 4.0, theta = 1.0;
    for (int i = 0; i < 12; ++i, theta = (low + high) / 2) {
        accelerate(request, theta);
        const Profile profile = profile_of(engine, request, 1);
        if (!profile.done || std::abs(profile.savings - savings) < 0.005) {
            break;
        }
        (profile.savings < savings ? low : high) = theta;
    }
    return theta;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 6) {
        std::printf("engine_bench NAME MODEL-FOLDER|pond WIDTH HEIGHT FRAMES [steps] [cuda|cpu] [kernel]\n");
        return 2;
    }
    auto engine = open_engine();
    if (!engine) {
        std::printf("FAIL the engine: %s [%s]\n", engine.error().message.c_str(), engine.error().detail.c_str());
        return 1;
    }
    const std::string name = arguments[1], model = arguments[2];
    const int steps = count > 6 ? std::atoi(arguments[6]) : 3;
    GenerationRequest request;
    request.model_path = model == "pond" ? "" : model;
    request.prompt = "a large orange fish moves left in dark water";
    request.width = std::atoi(arguments[3]);
    request.height = std::atoi(arguments[4]);
    request.frames = std::atoi(arguments[5]);
    request.steps = 20;
    request.guidance_scale = 4.0;
    request.device =
        count > 7 ? from_word<DeviceChoice>(arguments[7]).value_or(DeviceChoice::Cuda) : DeviceChoice::Cuda;
    request.precision = Precision::BFloat16;
    request.kernel =
        count > 8 ? from_word<KernelChoice>(arguments[8]).value_or(KernelChoice::Auto) : KernelChoice::Auto;
    request.vae_tiling = true;  // its decode is not run, but its memory is asked for

    const Profile dense = profile_of(**engine, request, steps);
    if (!dense.done) {
        return 1;
    }
    std::printf("%s %dx%dx%d dense: step %.3f s (cond and uncond), attention %.3f s, rest %.3f s\n", name.c_str(),
                request.width, request.height, request.frames, dense.step, dense.attention,
                dense.step - dense.attention);
    std::fflush(stdout);
    const std::vector<double> savings{0.75, 0.85};
    for (const double wanted : savings) {
        GenerationRequest fast = request;
        accelerate(fast, threshold_for(**engine, request, wanted));
        const Profile ripple = profile_of(**engine, fast, steps);
        if (!ripple.done) {
            return 1;
        }
        const double rest = dense.step - dense.attention;
        const double ideal = dense.step / (rest + dense.attention * (1.0 - ripple.savings));
        const double speed_up = dense.step / ripple.step;
        std::printf(
            "%s ripple theta %.4f: saved %.1f %%, step %.3f s, attention %.3f s (of it overhead %.3f), rest %.3f s; "
            "step %.2fx, "
            "attention %.2fx, ideal step %.2fx, reached %.0f %%\n",
            name.c_str(), fast.ripple.schedule.theta_max, 100 * ripple.savings, ripple.step, ripple.attention,
            ripple.overhead, ripple.step - ripple.attention, speed_up, dense.attention / ripple.attention, ideal,
            100 * speed_up / ideal);
        std::fflush(stdout);
        // Where detection goes with the norm of q and k its time is part of the rest: only whole steps compare the two
        // ways.
        if (wanted == savings.back() && request.kernel == KernelChoice::Auto && request.device == DeviceChoice::Cuda) {
            fast.kernel = KernelChoice::OwnNormApart;
            const Profile apart = profile_of(**engine, fast, steps);
            if (!apart.done) {
                return 1;
            }
            std::printf(
                "%s ripple, norm apart: saved %.1f %%, step %.3f s, attention %.3f s (of it overhead %.3f), rest %.3f "
                "s; "
                "norm fused takes %.4f of its step\n",
                name.c_str(), 100 * apart.savings, apart.step, apart.attention, apart.overhead,
                apart.step - apart.attention, ripple.step / apart.step);
            std::fflush(stdout);
        }
    }
    for (const DeviceInfo& device : (*engine)->devices()) {
        std::printf("%s: %s, free %.1f of %.1f GB with the model loaded\n", device.id.c_str(), device.name.c_str(),
                    device.free_memory_bytes / 1e9, device.total_memory_bytes / 1e9);
    }
    return 0;
}
