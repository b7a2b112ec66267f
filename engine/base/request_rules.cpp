// Rules of a request and of the ripple settings that hold for every model.
#include "engine/api/generation_request.h"
#include "engine/api/setting_names.h"
#include "engine/base/text.h"

#include <algorithm>
#include <cmath>

namespace timeripple::engine {
namespace {

using detail::number_text;

Error bad(std::string sentence) {
    return {ErrorCode::BadRequest, std::move(sentence), ""};
}

// Nearest offset + k * step within [low, high], which are themselves of that form.
int nearest(long value, int low, int high, int step, int offset) {
    const long clamped = std::clamp<long>(value, low, high);
    return static_cast<int>(std::clamp<long>((clamped - offset + step / 2) / step * step + offset, low, high));
}

std::optional<Error> whole(const char* name, int value, int low, int high) {
    if (value >= low && value <= high) return std::nullopt;
    return bad(std::string("The setting ") + name + " is " + std::to_string(value) + ", but must be from " +
               std::to_string(low) + " to " + std::to_string(high) + ". The nearest that works is " +
               std::to_string(std::clamp(value, low, high)) + ".");
}

std::optional<Error> real(const std::string& name, double value, double low, double high, double usual) {
    const std::string range = number_text(low) + " to " + number_text(high);
    if (!std::isfinite(value)) {
        return bad("The setting " + name + " is not a number (" + number_text(value) + "). Choose one from " + range +
                   "; usual is " + number_text(usual) + ".");
    }
    if (value >= low && value <= high) return std::nullopt;
    return bad("The setting " + name + " is " + number_text(value) + ", but must be from " + range +
               ". The nearest that works is " + number_text(std::clamp(value, low, high)) + ".");
}

std::optional<Error> size(const char* name, int value) {
    if (value >= kMinSize && value <= kMaxSize && value % kSizeStep == 0) return std::nullopt;
    return bad(std::string("The ") + name + " is " + std::to_string(value) + ", but must be a multiple of " +
               std::to_string(kSizeStep) + " from " + std::to_string(kMinSize) + " to " + std::to_string(kMaxSize) +
               ". The nearest that works is " + std::to_string(nearest(value, kMinSize, kMaxSize, kSizeStep, 0)) + ".");
}

std::optional<Error> text(const char* name, const std::string& value) {
    if (value.size() > kMaxPromptBytes) {
        return bad(std::string("The ") + name + " has " + std::to_string(value.size()) + " bytes, but at most " +
                   std::to_string(kMaxPromptBytes) +
                   " are accepted, and models read only its first few hundred words. Shorten it.");
    }
    if (value.find('\0') != std::string::npos || !detail::is_valid_utf8(value)) {
        return bad(std::string("The ") + name + " is not plain UTF-8 text. Type it again, or save its file as UTF-8.");
    }
    return std::nullopt;
}

std::optional<Error> forms_that_exclude_each_other(const RippleSettings& settings) {
    if (settings.key_value_weight > 0.0 && settings.granularity != Granularity::Token) {
        return bad("Value-aware keys (key_value_weight above 0) merge whole tokens and do not go with granularity " +
                   std::string(word_of(settings.granularity)) + ". Set granularity to token or key_value_weight to 0.");
    }
    const bool whole_tokens =
        settings.granularity == Granularity::Token && settings.adversarial == AdversarialReuse::None;
    if (settings.near_field && (!whole_tokens || settings.carry == Carry::Output)) {
        return bad(
            "The exact near field (near_field) completes the merging of whole tokens. It needs granularity token, "
            "adversarial none and a carry other than output, or set near_field to false.");
    }
    if (settings.adversarial != AdversarialReuse::None && settings.carry != Carry::Nothing) {
        return bad("Adversarial reuse (" + std::string(word_of(settings.adversarial)) + ") does not go with carry " +
                   std::string(word_of(settings.carry)) +
                   ": it would repair what the demonstration is to show. Set carry to nothing or adversarial to none.");
    }
    return std::nullopt;
}

std::optional<Error> first_problem(const RippleSettings& settings) {
    const auto& schedule = settings.schedule;
    constexpr double kMaxTheta = 100.0, kMaxFactor = 100.0;
    constexpr int kMaxIndex = 999, kMaxReach = 16;
    if (auto e = real("theta_min", schedule.theta_min, 0.0, kMaxTheta, 0.2)) return e;
    if (auto e = real("theta_max", schedule.theta_max, 0.0, kMaxTheta, 0.4)) return e;
    if (schedule.theta_max < schedule.theta_min) {
        return bad("The setting theta_max is " + number_text(schedule.theta_max) + ", below theta_min (" +
                   number_text(schedule.theta_min) + "). The nearest that works is " + number_text(schedule.theta_min) +
                   ".");
    }
    if (auto e = whole("i_min", schedule.i_min, 0, kMaxSteps)) return e;
    if (auto e = whole("i_max", schedule.i_max, schedule.i_min, kMaxSteps)) return e;
    static const char* kAxisNames[kAxes] = {"time", "y", "x"};
    for (int axis = 0; axis < kAxes; ++axis) {
        if (auto e = real(std::string("query factor of ") + kAxisNames[axis], settings.query_factor[axis], 0.0,
                          kMaxFactor, 1.0)) {
            return e;
        }
        if (auto e = whole((std::string("near_reach of ") + kAxisNames[axis]).c_str(), settings.near_reach[axis], 0,
                           kMaxReach)) {
            return e;
        }
        if (auto e = real(std::string("key factor of ") + kAxisNames[axis], settings.key_factor[axis], 0.0, kMaxFactor,
                          1.0)) {
            return e;
        }
    }
    for (int layer : settings.dense_layers) {
        if (auto e = whole("dense_layers", layer, 0, kMaxIndex)) return e;
    }
    for (int head : settings.dense_heads) {
        if (auto e = whole("dense_heads", head, 0, kMaxIndex)) return e;
    }
    if (auto e = real("key_value_weight", settings.key_value_weight, 0.0, kMaxFactor, 0.5)) return e;
    if (auto e = whole("refresh_steps", settings.refresh_steps, 1, kMaxSteps)) return e;
    return forms_that_exclude_each_other(settings);
}

std::optional<Error> first_problem(const GenerationRequest& request) {
    if (auto e = text("prompt", request.prompt)) return e;
    if (auto e = text("negative prompt", request.negative_prompt)) return e;
    if (detail::trimmed(request.prompt).empty()) {
        return bad(
            "The prompt is empty. Say what the clip should show, for example: a large orange fish moves left in dark "
            "water.");
    }
    if (auto e = size("width", request.width)) return e;
    if (auto e = size("height", request.height)) return e;
    if (request.frames < 1 || request.frames > kMaxFrames || request.frames % 4 != 1) {
        return bad("The number of frames is " + std::to_string(request.frames) +
                   ", but must be 4k + 1 (1, 5, 9, ...) up to " + std::to_string(kMaxFrames) +
                   ". The nearest that works is " + std::to_string(nearest(request.frames, 1, kMaxFrames, 4, 1)) + ".");
    }
    if (auto e = real("fps", request.fps, 0.1, 240.0, 16.0)) return e;
    if (auto e = whole("steps", request.steps, 1, kMaxSteps)) return e;
    if (auto e = real("guidance", request.guidance_scale, 0.0, 100.0, 5.0)) return e;
    if (auto e = real("shift", request.flow_shift, 0.01, 100.0, 3.0)) return e;
    if (auto e = whole("threads", request.threads, 0, 1024)) return e;
    if (request.attention == AttentionMode::Ripple) {
        if (auto e = first_problem(request.ripple)) return e;
    }
    int earliest = 1;
    for (const AttentionChange& change : request.attention_changes) {
        if (auto e = whole("from_step of attention_changes", change.from_step, earliest, request.steps)) return e;
        earliest = std::min(change.from_step + 1, request.steps);
        if (&change != &request.attention_changes.front() && change.from_step == (&change - 1)->from_step) {
            return bad("Two attention_changes begin at step " + std::to_string(change.from_step) +
                       ". Leave one of them out.");
        }
        if (change.mode == AttentionMode::Ripple) {
            if (auto e = first_problem(change.ripple)) return e;
        }
    }
    return std::nullopt;
}

}  // namespace

AttentionChange attention_at(const GenerationRequest& request, int step) {
    AttentionChange now{1, request.attention, request.ripple, request.preset_name};
    for (const AttentionChange& change : request.attention_changes) {
        if (change.from_step <= step) now = change;
    }
    return now;
}

Status validate(const RippleSettings& settings) {
    if (auto e = first_problem(settings)) return *e;
    return {};
}

Status validate(const GenerationRequest& request) {
    if (auto e = first_problem(request)) return *e;
    return {};
}

std::uint64_t carried_bytes(const RippleSettings& settings, int layers, std::uint64_t tokens, int channels,
                            int bytes_per_value, int passes) {
    if (settings.carry == Carry::Nothing) return 0;
    std::vector<int> dense = settings.dense_layers;
    std::sort(dense.begin(), dense.end());
    dense.erase(std::unique(dense.begin(), dense.end()), dense.end());
    const auto is_layer = [layers](int layer) { return layer < layers; };
    const int carrying = layers - static_cast<int>(std::count_if(dense.begin(), dense.end(), is_layer));
    return tokens * channels * bytes_per_value * carrying * passes;
}

double ThresholdSchedule::threshold(int step, int steps) const {
    if (step <= i_min || (last_step_dense && step >= steps)) return 0.0;
    if (step >= i_max) return theta_max;
    return theta_min + (step - i_min) * (theta_max - theta_min) / (i_max - i_min);
}

}  // namespace timeripple::engine
