// The whole engine on the GPU at hand against the CPU, through the engine's door: Pond, dense and every form of ripple,
// in fp32 and bf16; every choice of the dispatcher; equal bits over repeated runs. Neither Qt nor Torch is linked.
//   engine_check [quick|full|repeat] [name part]      exit code 0: all passed, 1: a failure, 77: no usable GPU

#include "engine/api/delta_code.h"
#include "engine/api/engine.h"
#include "engine/api/presets.h"
#include "engine/api/setting_names.h"
#include "tests/gpu/engine_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

using namespace timeripple::engine;

namespace {

struct Listener : GenerationObserver {
    void on_notice(const std::string& text) override { std::printf("     notice: %s\n", text.c_str()); }
};

struct Difference {
    double worst = 0.0;     // of latents
    double relative = 0.0;  // root of mean square, against that of the first
    double psnr = 0.0;      // of frames
};

Difference compare(const Clip& a, const Clip& b) {
    Difference result;
    double error = 0.0, size = 0.0, frames = 0.0;
    for (std::size_t i = 0; i < a.latents->values.size(); ++i) {
        const double x = a.latents->values[i], y = b.latents->values[i];
        result.worst = std::max(result.worst, std::abs(x - y));
        error += (x - y) * (x - y);
        size += x * x;
    }
    result.relative = std::sqrt(error / size);
    for (std::size_t i = 0; i < a.frames->rgb.size(); ++i) {
        const double d = double(a.frames->rgb[i]) - b.frames->rgb[i];
        frames += d * d;
    }
    frames /= double(a.frames->rgb.size());
    result.psnr = frames > 0 ? 10 * std::log10(255.0 * 255.0 / frames) : ClipQuality::kIdenticalDb;
    return result;
}

bool same_bits(const Clip& a, const Clip& b) {
    return std::memcmp(a.latents->values.data(), b.latents->values.data(), a.latents->values.size() * 4) == 0 &&
           a.frames->rgb == b.frames->rgb;
}

// Mean attention savings of the accelerated steps, and the largest difference of unique shares between two runs.
double savings(const Clip& clip) {
    double sum = 0.0;
    int steps = 0;
    for (const StepStats& step : clip.steps) {
        if (!step.dense) {
            sum += step.attention_savings();
            ++steps;
        }
    }
    return steps ? sum / steps : 0.0;
}

double largest_share_difference(const Clip& a, const Clip& b) {
    double worst = 0.0;
    for (std::size_t s = 0; s < a.steps.size(); ++s) {
        for (std::size_t l = 0; l < a.steps[s].layers.size(); ++l) {
            for (std::size_t h = 0; h < a.steps[s].layers[l].heads.size(); ++h) {
                const HeadStats &x = a.steps[s].layers[l].heads[h], &y = b.steps[s].layers[l].heads[h];
                worst = std::max({worst, double(std::abs(x.unique_query_share - y.unique_query_share)),
                                  double(std::abs(x.unique_key_share - y.unique_key_share)),
                                  double(std::abs(x.query_origin[1] - y.query_origin[1])),
                                  double(std::abs(x.key_origin[3] - y.key_origin[3]))});
            }
        }
    }
    return worst;
}

// Decisions about tokens in the first accelerated layer of the first accelerated step, both sides, the cond pass.
struct FirstDecisions {
    std::size_t all = 0, links = 0, differing = 0;
};

FirstDecisions differing_first_decisions(const Clip& a, const Clip& b) {
    FirstDecisions result;
    if (a.token_maps.empty() || b.token_maps.empty()) {
        return result;
    }
    const TokenMap &x = *a.token_maps.front(), &y = *b.token_maps.front();
    const int layers = std::max(x.layers, 1);
    const std::size_t layer_size = x.origin.size() / std::size_t(layers);
    if (x.origin.size() != y.origin.size() || x.step != y.step) {
        return result;
    }
    for (int layer = 0; layer < layers && result.links == 0; ++layer) {
        result = {};
        for (std::size_t i = layer * layer_size; i < (layer + 1) * layer_size; ++i) {
            ++result.all;
            result.links += x.origin[i] != 0;
            result.differing += x.origin[i] != y.origin[i];
        }
    }
    return result;
}

// Delta in the maps of the first accelerated step.
struct DeltaDifference {
    std::size_t means = 0, singles = 0;      // Deltas compared: of the mean, of single layers and heads
    std::size_t elsewhere = 0;               // that only one of the two has
    double of_means = 0.0, of_singles = 0.0;  // sum of differences, as a share of the sum of Deltas
    double worst_mean = 0.0;                 // of a token, as a share of its Delta
    int worst_code = 0;                      // steps of delta_code()
};

DeltaDifference differing_deltas(const Clip& a, const Clip& b) {
    DeltaDifference result;
    if (a.token_maps.empty() || b.token_maps.empty()) {
        return result;
    }
    const TokenMap &x = *a.token_maps.front(), &y = *b.token_maps.front();
    if (x.step != y.step || x.mean_delta.size() != y.mean_delta.size() || x.delta.size() != y.delta.size()) {
        return result;
    }
    double difference = 0.0, size = 0.0;
    for (std::size_t i = 0; i < x.mean_delta.size(); ++i) {
        const double one = x.mean_delta[i], other = y.mean_delta[i];
        result.elsewhere += std::isnan(one) != std::isnan(other);
        if (!std::isnan(one) && !std::isnan(other)) {
            ++result.means;
            difference += std::abs(one - other);
            size += one;
            // fp16 ends at 6e-8: as far as that counts Deltas below a thousandth are alike.
            result.worst_mean = std::max(result.worst_mean, std::abs(one - other) / std::max(one, 1e-3));
        }
    }
    result.of_means = difference / size;
    difference = size = 0.0;
    for (std::size_t i = 0; i < x.delta.size(); ++i) {
        result.elsewhere += (x.delta[i] == kNoDelta) != (y.delta[i] == kNoDelta);
        if (x.delta[i] != kNoDelta && y.delta[i] != kNoDelta) {
            ++result.singles;
            difference += std::abs(double(delta_of_code(x.delta[i])) - delta_of_code(y.delta[i]));
            size += delta_of_code(x.delta[i]);
            result.worst_code = std::max(result.worst_code, std::abs(int(x.delta[i]) - int(y.delta[i])));
        }
    }
    result.of_singles = difference / size;
    return result;
}

std::string text_of(const DeltaDifference& deltas) {
    char text[300];
    std::snprintf(text, sizeof(text),
                  "Delta of %zu tokens differs by %.3g of its size (worst %.3g), of %zu in single layers and heads by "
                  "%.3g (worst %d steps of a byte), %zu only in one of the two",
                  deltas.means, deltas.of_means, deltas.worst_mean, deltas.singles, deltas.of_singles,
                  deltas.worst_code, deltas.elsewhere);
    return text;
}

// Whether maps of the form hold Delta.
bool merges_whole_tokens(const RippleSettings& settings) {
    return settings.granularity == Granularity::Token && settings.carry != Carry::Output &&
           settings.adversarial == AdversarialReuse::None;
}

std::string text_of(const Clip& clip, const Difference& difference) {
    char text[400];
    std::snprintf(
        text, sizeof(text),
        "latents worst %.3g, rms %.3g of their size, frames %.1f dB, savings %.1f %%, denoising %.2f s, peak %.0f "
        "MB, by %s",
        difference.worst, difference.relative, difference.psnr, 100 * savings(clip), clip.times.denoising,
        clip.peak_memory_bytes / 1e6, clip.provenance.attention_kernel.c_str());
    return text;
}

struct Form {
    const char* name;
    RippleSettings settings;
};

std::vector<Form> forms() {
    std::vector<Form> all;
    RippleSettings base;
    base.schedule = {0.15, 0.25, 2, 5, true};
    const auto add = [&](const char* name, auto&& change) {
        Form form{name, base};
        change(form.settings);
        all.push_back(form);
    };
    add("token", [](RippleSettings&) {});
    add("first", [](RippleSettings& s) { s.reference = Reference::First; });
    add("exempt frame, dense head and layer", [](RippleSettings& s) {
        s.exempt_first_frame = true;
        s.dense_heads = {1};
        s.dense_layers = {0, 3};
    });
    add("factors", [](RippleSettings& s) {
        s.query_factor = {1.2, 0.8, 0.0};
        s.key_factor = {0.7, 1.3, 1.0};
    });
    add("value-aware", [](RippleSettings& s) { s.key_value_weight = 0.5; });
    add("near field", [](RippleSettings& s) { s.near_field = true; });
    add("residual", [](RippleSettings& s) {
        s.carry = Carry::Residual;
        s.refresh_steps = 3;
    });
    add("output", [](RippleSettings& s) {
        s.carry = Carry::Output;
        s.refresh_steps = 3;
    });
    add("group", [](RippleSettings& s) { s.granularity = Granularity::Group; });
    add("channel", [](RippleSettings& s) { s.granularity = Granularity::Channel; });
    add("adversarial", [](RippleSettings& s) { s.adversarial = AdversarialReuse::Time; });
    return all;
}

class Check {
  public:
    Check(Engine& engine, std::string filter) : engine_(engine), filter_(std::move(filter)) {
        base_.prompt = "a large orange fish moves left in dark water";
        base_.width = base_.height = 128;
        base_.frames = 17;
        base_.steps = 8;
        base_.seed = 7;
    }

    bool wanted(const std::string& name) const { return filter_.empty() || name.find(filter_) != std::string::npos; }

    // Null after a reported failure.
    ClipPtr run(const GenerationRequest& request, const std::string& name) {
        Listener listener;
        Result<ClipPtr> clip = engine_.generate(request, listener, {});
        if (!clip) {
            report(false, name + ": " + clip.error().message + " [" + clip.error().detail + "]");
            return nullptr;
        }
        return *clip;
    }

    GenerationRequest request(DeviceChoice device, Precision precision, const RippleSettings* settings,
                              KernelChoice kernel = KernelChoice::Auto) const {
        GenerationRequest request = base_;
        request.device = device;
        request.precision = precision;
        request.kernel = kernel;
        if (settings) {
            request.attention = AttentionMode::Ripple;
            request.ripple = *settings;
        }
        return request;
    }

    void equality(bool full) {
        // fp32: sums in another order, and thresholds that a token meets on one side only: one flipped link changes a
        // token's output, so ripple may differ more than dense. bf16: rounding at 2^-9 in every operator, over 8 steps.
        const ClipPtr dense = compare_devices("dense", nullptr, 1e-3, 45.0, 30.0);
        (void)dense;
        for (const Form& form : forms()) {
            // Single channels decide alike on equal rows (tst_gpu_attention), but there are a hundred times as many
            // decisions, and q and k differ by rounding of the products before. On one CPU, products by other
            // instructions alone make 2.8e-2 and 50 dB of it, where whole tokens have 2e-6.
            const bool channel = form.settings.granularity == Granularity::Channel;
            if (full || !channel) {
                compare_devices(form.name, &form.settings, channel ? 6e-2 : 2e-2, 38.0, 26.0);
            }
        }
    }

    void dispatcher() {
        const RippleSettings settings = forms()[0].settings;
        const ClipPtr reference =
            run(request(DeviceChoice::Cuda, Precision::BFloat16, &settings, KernelChoice::LibTorch),
                "dispatcher, libtorch");
        for (const KernelChoice kernel :
             {KernelChoice::Auto, KernelChoice::Own, KernelChoice::OwnMma, KernelChoice::OwnNormApart,
              KernelChoice::LibTorch, KernelChoice::LibTorchPadded, KernelChoice::Dense}) {
            const std::string name = "bf16 kernel " + std::string(word_of(kernel));
            if (!wanted(name) || !reference) {
                continue;
            }
            const ClipPtr clip = run(request(DeviceChoice::Cuda, Precision::BFloat16, &settings, kernel), name);
            if (!clip) {
                continue;
            }
            const Difference difference = compare(*reference, *clip);
            const std::string& made_by = clip->provenance.attention_kernel;
            const auto made_with = [&](const char* part) { return made_by.find(part) != std::string::npos; };
            const bool apart = kernel == KernelChoice::OwnNormApart;
            const bool own =
                kernel == KernelChoice::Auto || kernel == KernelChoice::Own || kernel == KernelChoice::OwnMma || apart;
            const bool right_kernel = own == made_with("ripple_attention_fwd") && apart == made_with("norm apart") &&
                                      (own && !apart) == made_with("norm fused") &&
                                      (kernel != KernelChoice::OwnMma || made_with("sm80")) &&
                                      (kernel != KernelChoice::Dense || made_with("dense"));
            const bool close = kernel == KernelChoice::Dense || difference.psnr > 26.0;
            report(right_kernel && close, name + ": " + text_of(*clip, difference));
        }
    }

    // Detection in the norm of q and k against detection behind it. Up to the first accelerated layer of a run both
    // compute the same bits, and there q and k differ by the rounding of the norm's sum alone: so do the decisions,
    // hardly ever. From there on they differ as any two orders of a sum make them differ.
    void fused_norm(bool full) {
        for (const Form& form : forms()) {
            const RippleSettings& settings = form.settings;
            const std::string form_name = form.name;
            const std::string name = "fused norm against separate, " + form_name;
            if (!merges_whole_tokens(settings) || !wanted(name) || !(full || form_name == "token" || form_name == "near field")) {
                continue;
            }
            const ClipPtr fused = run(request(DeviceChoice::Cuda, Precision::BFloat16, &settings), name);
            const ClipPtr apart =
                run(request(DeviceChoice::Cuda, Precision::BFloat16, &settings, KernelChoice::OwnNormApart), name);
            if (!fused || !apart) {
                continue;
            }
            const Difference difference = compare(*apart, *fused);
            const std::string& made_by = fused->provenance.attention_kernel;
            if (settings.key_value_weight > 0.0) {
                report(made_by.find("norm apart") != std::string::npos && same_bits(*apart, *fused),
                       name + ": value-aware keys stay apart, equal bits; " + text_of(*fused, difference));
                continue;
            }
            const FirstDecisions first = differing_first_decisions(*apart, *fused);
            report(made_by.find("norm fused") != std::string::npos && first.links > 0 &&
                       first.differing <= first.all / 1000,
                   name + ": of " + std::to_string(first.all) + " decisions of the first accelerated layer (" +
                       std::to_string(first.links) + " links) " + std::to_string(first.differing) + " differ, by " +
                       made_by);
            report(difference.psnr > 26.0 && std::abs(savings(*apart) - savings(*fused)) < 0.02,
                   name + ": " + text_of(*fused, difference) + "; separate saves " +
                       std::to_string(100 * savings(*apart)) + " % in " + std::to_string(apart->times.denoising) +
                       " s");
        }
    }

    // Delta as our kernels add it up, against LibTorch's operators. With one accelerated layer both have the same q and k
    // in the first accelerated step, where the norm stands apart: fp16 rounds by half of 2^-10, which moves a byte (4 to
    // 9 % a step of Delta^2) by one at most. In the fused norm another order of its sum turns the last bit of few values.
    void deltas() {
        const ClipPtr first =
            wanted("Delta in maps")
                ? run(request(DeviceChoice::Cuda, Precision::BFloat16, &forms()[0].settings, KernelChoice::LibTorch),
                      "Delta in maps, number of layers")
                : nullptr;
        if (!first || first->token_maps.empty()) {
            report(!wanted("Delta in maps"), "Delta in maps: no map");
            return;
        }
        for (Form& form : forms()) {
            if (!merges_whole_tokens(form.settings)) {
                continue;
            }
            form.settings.dense_layers.clear();
            for (int layer = 1; layer < first->token_maps.front()->layers; ++layer) {
                form.settings.dense_layers.push_back(layer);
            }
            const std::string name = std::string("Delta in maps of one layer, ") + form.name;
            const auto run_by = [&](KernelChoice kernel) {
                return run(request(DeviceChoice::Cuda, Precision::BFloat16, &form.settings, kernel), name);
            };
            const ClipPtr tensors = run_by(KernelChoice::LibTorch), apart = run_by(KernelChoice::OwnNormApart),
                          fused = run_by(KernelChoice::Auto);
            if (!tensors || !apart || !fused) {
                continue;
            }
            const DeltaDifference exact = differing_deltas(*tensors, *apart), close = differing_deltas(*apart, *fused);
            report(exact.means > 0 && exact.singles > 0 && exact.elsewhere == 0 && exact.worst_mean < 1e-3 &&
                       exact.worst_code <= 1,
                   name + ", norm apart against LibTorch's operators: " + text_of(exact));
            report(close.means == exact.means && close.singles == exact.singles && close.elsewhere == 0 &&
                       close.of_means < 0.01 && close.of_singles < 0.01,
                   name + ", " + fused->provenance.attention_kernel + " against norm apart: " + text_of(close));
        }
    }

    void repeat(int times) {
        const RippleSettings settings = forms()[0].settings;
        for (const auto& [precision, kernel] : {std::pair{Precision::BFloat16, KernelChoice::Auto},
                                                {Precision::BFloat16, KernelChoice::OwnNormApart},
                                                {Precision::Float32, KernelChoice::Auto}}) {
            GenerationRequest one = request(DeviceChoice::Cuda, precision, &settings, kernel);
            one.frames = 9;
            one.steps = 5;
            const std::string name =
                "equal bits, " + std::string(word_of(precision)) + ", kernel " + std::string(word_of(kernel));
            if (!wanted(name)) {
                continue;
            }
            const ClipPtr first = run(one, name);
            int differing = 0, done = 0;
            for (; first && done < times; ++done) {
                const ClipPtr again = run(one, name);
                if (!again) {
                    break;
                }
                differing += same_bits(*first, *again) ? 0 : 1;
            }
            report(first && differing == 0,
                   name + ": " + std::to_string(differing) + " of " + std::to_string(done) + " repeated runs differ");
        }
    }

  private:
    ClipPtr compare_devices(const std::string& name, const RippleSettings* settings, double fp32_rms, double fp32_db,
                            double bf16_db) {
        if (!wanted(name)) {
            return nullptr;
        }
        const ClipPtr cpu = run(request(DeviceChoice::Cpu, Precision::Float32, settings), name + ", CPU");
        if (!cpu) {
            return nullptr;
        }
        if (const ClipPtr gpu = run(request(DeviceChoice::Cuda, Precision::Float32, settings), name + ", fp32")) {
            const Difference d = compare(*cpu, *gpu);
            const double shares = largest_share_difference(*cpu, *gpu);
            report(d.relative < fp32_rms && d.psnr > fp32_db && shares < 0.05,
                   "fp32 " + name + ": " + text_of(*gpu, d) + "; CPU savings " + std::to_string(100 * savings(*cpu)) +
                       " %, shares differ by at most " + std::to_string(shares));
            report(gpu->token_maps.size() == cpu->token_maps.size(),
                   "fp32 " + name + ": " + std::to_string(gpu->token_maps.size()) + " token maps");
        }
        const ClipPtr half = run(request(DeviceChoice::Cuda, Precision::BFloat16, settings), name + ", bf16");
        if (half) {
            const Difference d = compare(*cpu, *half);
            report(d.psnr > bf16_db, "bf16 " + name + " against the CPU's fp32: " + text_of(*half, d));
            if (settings && merges_whole_tokens(*settings)) {
                // bf16 rounds every operator of the steps before and of this one at 2^-9: most where Delta is small
                // beside q and k. Wrong axes, heads or neighbours are off by tens of percent.
                const DeltaDifference deltas = differing_deltas(*cpu, *half);
                report(deltas.means > 0 && deltas.singles > 0 && deltas.elsewhere == 0 && deltas.of_means < 0.05 &&
                           deltas.of_singles < 0.10,
                       "bf16 " + name + " against the CPU's fp32: " + text_of(deltas));
            }
        }
        return half;
    }

    Engine& engine_;
    std::string filter_;
    GenerationRequest base_;
};

}  // namespace

int main(int count, char** arguments) {
    const std::string level = count > 1 ? arguments[1] : "quick";
    auto engine = open_engine();
    if (!engine) {
        std::printf("FAIL the engine: %s [%s]\n", engine.error().message.c_str(), engine.error().detail.c_str());
        return 1;
    }
    std::string reason = "no NVIDIA driver finds a device";
    bool usable = false;
    for (const DeviceInfo& device : (*engine)->devices()) {
        std::printf("%s: %s, %.1f of %.1f GB free%s\n", device.id.c_str(), device.name.c_str(),
                    device.free_memory_bytes / 1e9, device.total_memory_bytes / 1e9,
                    device.note.empty() ? "" : (", " + device.note).c_str());
        if (device.id != "cpu") {
            usable = usable || device.note.empty();
            reason = device.note;
        }
    }
    if (!usable) {
        std::printf("skipped: %s\n", reason.c_str());
        return 77;
    }
    Check check(**engine, count > 2 ? arguments[2] : "");
    if (level == "repeat") {
        check.repeat(100);
    } else {
        check.equality(level == "full");
        check.dispatcher();
        check.fused_norm(level == "full");
        check.deltas();
        check.repeat(level == "full" ? 20 : 3);
    }
    std::printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
