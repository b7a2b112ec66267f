// How the engine drives a GPU from step to step, through the engine's door with Pond.
//   engine_steps waits            the host waits for nothing within a step (with libtr_count_waits.so preloaded), steps are told in order
//   engine_steps steering         pause, frame, checkpoint, cancel and resume: equal bits
//   engine_steps fault FOLDER     a kernel breaks the device in the middle of a run: a sentence, and no further run
//   engine_steps resume FOLDER    a new process goes on from the last checkpoint there: the bits of a run without a break
// Exit code 0: all passed, 1: a failure, 77: no usable GPU.

#include "engine/api/checkpoint.h"
#include "engine/api/engine.h"
#include "tests/gpu/device_fault.h"
#include "tests/gpu/engine_report.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

using namespace timeripple::engine;
namespace fs = std::filesystem;

namespace {

long device_waits() {
    static const auto waits = reinterpret_cast<long (*)()>(dlsym(RTLD_DEFAULT, "tr_device_waits"));
    return waits ? waits() : -1;
}

struct Listener : GenerationObserver {
    std::function<void(int)> after_step;
    std::vector<int> steps, previews, deltas, maps;
    std::vector<long> waits;
    std::vector<double> seconds;
    std::string checkpoint;
    int frames = 0;
    void on_preview(int step, FrameSequencePtr) override { previews.push_back(step); }
    void on_step(const StepStats& stats) override {
        steps.push_back(stats.step);
        waits.push_back(device_waits());
        seconds.push_back(stats.seconds);
        if (after_step) after_step(stats.step);
    }
    void on_delta(DeltaDistributionPtr delta) override { deltas.push_back(delta->step); }
    void on_token_map(TokenMapPtr map) override { maps.push_back(map->step); }
    void on_checkpoint(int, const std::string& path) override { checkpoint = path; }
    void on_decoded_frame(int, int, FrameSequencePtr) override { ++frames; }
    void on_notice(const std::string& text) override { std::printf("     notice: %s\n", text.c_str()); }
};

GenerationRequest request(Precision precision, bool ripple) {
    GenerationRequest request;
    request.prompt = "a large orange fish moves left in dark water";
    request.width = request.height = 128;
    request.frames = 17;
    request.steps = 8;
    request.seed = 7;
    request.device = DeviceChoice::Cuda;
    request.precision = precision;
    if (ripple) {
        request.attention = AttentionMode::Ripple;
        request.ripple.schedule = {0.15, 0.25, 2, 5, true};
    }
    return request;
}

ClipPtr run(Engine& engine, const GenerationRequest& request, Listener& listener, const std::string& name,
            const RunOptions& options = {}, std::stop_token stop = {}) {
    Result<ClipPtr> clip = engine.generate(request, options, listener, stop);
    if (clip) return *clip;
    if (!stop.stop_requested()) report(false, name + ": " + clip.error().message + " [" + clip.error().detail + "]");
    return nullptr;
}

bool same_bits(const ClipPtr& a, const ClipPtr& b) {
    return a && b && a->latents->values.size() == b->latents->values.size() &&
           std::memcmp(a->latents->values.data(), b->latents->values.data(), a->latents->values.size() * 4) == 0 &&
           a->frames->rgb == b->frames->rgb;
}

void check_waits(Engine& engine) {
    if (device_waits() < 0) {
        std::printf("     waits are not counted: libtr_count_waits.so is not preloaded\n");
    }
    struct Case {
        const char* name;
        GenerationRequest request;
    };
    std::vector<Case> cases{{"dense bf16", request(Precision::BFloat16, false)},
                            {"dense fp32", request(Precision::Float32, false)},
                            {"ripple bf16", request(Precision::BFloat16, true)}};
    cases.push_back({"ripple bf16, near field and residual", cases[2].request});
    cases.back().request.ripple.near_field = true;
    cases.back().request.ripple.carry = Carry::Residual;
    cases.back().request.ripple.refresh_steps = 2;
    cases.push_back({"ripple bf16 by channel ranges", cases[2].request});
    cases.back().request.ripple.granularity = Granularity::Group;
    for (Case& one : cases) {
        one.request.steps = 12;
        Listener listener;
        const ClipPtr clip = run(engine, one.request, listener, one.name);
        if (!clip) continue;
        std::vector<int> all;
        for (int step = 1; step <= one.request.steps; ++step) all.push_back(step);
        report(listener.steps == all && listener.previews == all && listener.deltas == all &&
                   listener.maps.size() == clip->token_maps.size() && clip->steps.size() == all.size(),
               std::string(one.name) + ": every step told once, in order, " + std::to_string(listener.maps.size()) + " maps, by " +
                   clip->provenance.attention_kernel);
        // The first two steps make tables and buffers.
        const long waits = listener.waits.back() - listener.waits[1];
        report(waits == 0, std::string(one.name) + ": the host waited " + std::to_string(waits) + " times in " +
                               std::to_string(one.request.steps - 2) + " steps of " +
                               std::to_string(1e3 * listener.seconds.back()) + " ms");
    }
}

void check_steering(Engine& engine) {
    const fs::path folder = fs::temp_directory_path() / "timeripple-engine-steps";
    for (const bool carried : {false, true}) {
        const std::string name = carried ? "residual" : "token";
        GenerationRequest plain = request(Precision::BFloat16, true);
        if (carried) {
            plain.ripple.carry = Carry::Residual;
            plain.ripple.refresh_steps = 3;
        }
        Listener first;
        const ClipPtr reference = run(engine, plain, first, name);

        Listener steered;
        RunOptions options;
        options.control = std::make_shared<RunControl>();
        steered.after_step = [&](int step) {
            if (step == 3) options.control->decode_frame(5);
            if (step == 4) options.control->pause();
        };
        std::jthread person([&] {
            while (steered.steps.size() < 4) std::this_thread::sleep_for(std::chrono::milliseconds(5));
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            options.control->resume();
        });
        const ClipPtr paused = run(engine, plain, steered, name + ", paused", options);
        report(same_bits(reference, paused) && steered.frames == 1, name + ": a pause and a look at a frame change no bit");

        fs::remove_all(folder);
        fs::create_directories(folder);
        Listener cancelled;
        std::stop_source stop;
        RunOptions saving;
        saving.checkpoint_folder = folder.string();
        cancelled.after_step = [&](int step) {
            if (step == 5) stop.request_stop();
        };
        run(engine, plain, cancelled, name + ", cancelled", saving, stop.get_token());
        saving.resume_from = cancelled.checkpoint;
        Listener resumed;
        const ClipPtr again = run(engine, plain, resumed, name + ", resumed", saving);
        report(same_bits(reference, again) && again->steps.size() == 8,
               name + ": resumed after step " + std::to_string(again ? again->resumed_step : 0) + ", equal bits");
    }
    fs::remove_all(folder);
}

void check_fault(Engine& engine, const fs::path& folder) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    RunOptions saving;
    saving.checkpoint_folder = folder.string();
    Listener listener;
    std::string trouble = "not reached";
    listener.after_step = [&](int step) {
        if (step == 4) trouble = launch_device_fault();
    };
    const GenerationRequest one = request(Precision::BFloat16, true);
    const auto broken = engine.generate(one, saving, listener, {});
    if (!trouble.empty()) return report(false, "the device was not broken: " + trouble);
    report(!broken && broken.error().code == ErrorCode::DeviceLost,
           broken ? "the run went on as if nothing had been" : "said: " + broken.error().message + " [" + broken.error().detail + "]");
    for (const DeviceChoice device : {DeviceChoice::Cuda, DeviceChoice::Cpu}) {
        GenerationRequest next = one;
        next.device = device;
        Listener second;
        const auto begin = std::chrono::steady_clock::now();
        const auto refused = engine.generate(next, second, {});
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        report(!refused && refused.error().code == ErrorCode::DeviceLost && second.steps.empty() && seconds < 0.1,
               "a further run is refused with the same sentence, in " + std::to_string(1e3 * seconds) + " ms");
    }
}

void check_resume(Engine& engine, const fs::path& folder) {
    const GenerationRequest one = request(Precision::BFloat16, true);
    RunOptions options;
    options.checkpoint_folder = folder.string();
    for (const auto& entry : fs::directory_iterator(folder)) {
        options.resume_from = std::max(options.resume_from, entry.path().string());
    }
    Listener listener, whole;
    const ClipPtr resumed = run(engine, one, listener, "resumed from " + options.resume_from, options);
    const ClipPtr reference = run(engine, one, whole, "without a break");
    report(same_bits(resumed, reference),
           "a new process went on after step " + std::to_string(resumed ? resumed->resumed_step : 0) + ", equal bits");
}

}  // namespace

int main(int count, char** arguments) {
    const std::string what = count > 1 ? arguments[1] : "waits";
    auto opened = open_engine();
    if (!opened) {
        std::printf("FAIL the engine: %s [%s]\n", opened.error().message.c_str(), opened.error().detail.c_str());
        return 1;
    }
    Engine& engine = **opened;
    std::string reason = "no NVIDIA driver finds a device";
    for (const DeviceInfo& device : engine.devices()) {
        if (device.id != "cpu") reason = device.note;
    }
    if (!reason.empty()) {
        std::printf("skipped: %s\n", reason.c_str());
        return 77;
    }
    const fs::path folder = count > 2 ? fs::path(arguments[2]) : fs::temp_directory_path() / "timeripple-fault";
    if (what == "waits") check_waits(engine);
    if (what == "steering") check_steering(engine);
    if (what == "fault") check_fault(engine, folder);
    if (what == "resume") check_resume(engine, folder);
    std::printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
