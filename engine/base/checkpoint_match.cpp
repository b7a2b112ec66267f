// Whether a run may go on from a checkpoint.
#include "engine/api/checkpoint.h"
#include "engine/api/setting_names.h"
#include "engine/base/text.h"

#include <algorithm>

namespace timeripple::engine {
namespace {

std::string quoted(const std::string& text) {
    return "\"" + detail::for_sentence(text) + "\"";
}

// Collects the first difference.
class Difference {
  public:
    template <typename T>
    void compare(const char* name, const T& checkpoint, const T& wanted) {
        if (!(checkpoint == wanted) && text_.empty()) {
            text_ = std::string("the ") + name + " (" + word(checkpoint) + " there, " + word(wanted) + " here)";
        }
    }
    void note(const std::string& text) {
        if (text_.empty()) text_ = text;
    }
    const std::string& text() const { return text_; }

  private:
    static std::string word(const std::string& value) { return quoted(value); }
    static std::string word(double value) { return detail::number_text(value); }
    static std::string word(int value) { return std::to_string(value); }
    static std::string word(std::uint64_t value) { return std::to_string(value); }
    template <typename T>
    requires std::is_enum_v<T>
    static std::string word(T value) { return std::string(word_of(value)); }
    std::string text_;
};

bool same_attention(const AttentionChange& a, const AttentionChange& b) {
    return a.mode == b.mode && (a.mode == AttentionMode::Dense || a.ripple == b.ripple);
}

bool same_changes(const std::vector<AttentionChange>& a, const std::vector<AttentionChange>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const AttentionChange& x, const AttentionChange& y) {
        return x.from_step == y.from_step && same_attention(x, y);
    });
}

}  // namespace

Result<GenerationRequest> continued_request(const CheckpointInfo& checkpoint, const GenerationRequest& wanted,
                                            const Provenance& here, bool fork) {
    const GenerationRequest& there = checkpoint.request;
    Difference difference;
    difference.compare("build of this program", checkpoint.provenance.build_id, here.build_id);
    difference.compare("model", checkpoint.provenance.model_name, here.model_name);
    if (checkpoint.provenance.model_digest != here.model_digest) difference.note("the weights of the model");
    difference.compare("prompt", there.prompt, wanted.prompt);
    if (std::max(there.guidance_scale, wanted.guidance_scale) > 1.0) {
        difference.compare("negative prompt", there.negative_prompt, wanted.negative_prompt);
    }
    difference.compare("initial latents", there.initial_latents_path, wanted.initial_latents_path);
    if (there.initial_latents_path.empty()) difference.compare("seed", there.seed, wanted.seed);
    difference.compare("width", there.width, wanted.width);
    difference.compare("height", there.height, wanted.height);
    difference.compare("number of frames", there.frames, wanted.frames);
    difference.compare("number of steps", there.steps, wanted.steps);
    difference.compare("guidance", there.guidance_scale, wanted.guidance_scale);
    difference.compare("flow shift", there.flow_shift, wanted.flow_shift);
    difference.compare("scheduler", there.scheduler, wanted.scheduler);
    difference.compare("precision", there.precision, wanted.precision);
    difference.compare("attention kernel", there.kernel, wanted.kernel);
    difference.compare("device", there.device, wanted.device);
    difference.compare("number of threads", there.threads, wanted.threads);
    if (!fork) {
        if (!same_attention(attention_at(there, 0), attention_at(wanted, 0))) {
            difference.note("the attention settings; a fork may change them");
        } else if (!wanted.attention_changes.empty() &&
                   !same_changes(there.attention_changes, wanted.attention_changes)) {
            difference.note("the changes of attention on the way; a fork may change them");
        }
    }
    if (!difference.text().empty()) {
        return Error{ErrorCode::BadRequest,
                     quoted(checkpoint.path) + " is a checkpoint of another run: what differs is " + difference.text() +
                         ". Resume with the settings of the checkpoint, or begin the run anew.",
                     ""};
    }
    if (fork && checkpoint.step >= there.steps) {
        return Error{ErrorCode::BadRequest,
                     quoted(checkpoint.path) +
                         " is of the last step, after which nothing can change. Fork from an "
                         "earlier checkpoint.",
                     ""};
    }
    GenerationRequest request = wanted;
    request.attention = there.attention;
    request.ripple = there.ripple;
    if (!fork) {
        request.attention_changes = there.attention_changes;
        return request;
    }
    const int next = checkpoint.step + 1;
    request.preset_name = there.preset_name;
    request.attention_changes.clear();
    for (const AttentionChange& change : there.attention_changes) {
        if (change.from_step <= checkpoint.step) request.attention_changes.push_back(change);
    }
    AttentionChange now = attention_at(wanted, 0);
    now.from_step = next;
    if (!same_attention(attention_at(request, next), now)) request.attention_changes.push_back(now);
    for (const AttentionChange& change : wanted.attention_changes) {
        if (change.from_step > next) request.attention_changes.push_back(change);
    }
    return request;
}

}  // namespace timeripple::engine
