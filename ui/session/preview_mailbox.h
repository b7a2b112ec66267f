#pragma once
// What a running engine has to show, handed to the GUI thread: pictures and progress are latest-wins (a slow window skips, the
// sampler never waits), statistics are kept in order. At most one wake-up is in flight.

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/api/generation_observer.h"
#include "engine/api/generation_request.h"
#include "engine/api/model_info.h"

namespace timeripple::ui {

// One frame of the clip, really decoded from the estimate after a step.
struct DecodedFrame {
    int step = 0;
    int frame = 0;  // 0-based
    engine::FrameSequencePtr picture;
};

struct Checkpoint {
    int step = 0;
    std::string path;
};

// Everything that happened since the last look. Values only.
struct RunUpdate {
    std::optional<engine::Progress> progress;
    std::optional<engine::GenerationRequest> resolved;  // the request as it runs
    std::optional<engine::ModelInfo> model;
    int preview_step = 0;
    engine::FrameSequencePtr preview;
    engine::TokenMapPtr token_map;
    std::vector<engine::StepStats> steps;
    std::vector<std::string> notices;
    engine::DeltaDistributionPtr delta;
    std::vector<engine::AttentionChange> attention_changes;
    std::optional<bool> paused;
    std::vector<Checkpoint> checkpoints;
    std::optional<DecodedFrame> decoded;
};

class PreviewMailbox final : public engine::GenerationObserver {
  public:
    // `wake` is called on the engine thread when the box turns from empty to full; it must only post an event.
    explicit PreviewMailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

    // Any thread. Empties the box.
    RunUpdate take() {
        std::scoped_lock lock(mutex_);
        full_ = false;
        return std::exchange(update_, {});
    }

    void on_progress(const engine::Progress& progress) override {
        publish([&](RunUpdate& u) { u.progress = progress; });
    }
    void on_started(const engine::GenerationRequest& resolved, const engine::ModelInfo& model) override {
        publish([&](RunUpdate& u) {
            u.resolved = resolved;
            u.model = model;
        });
    }
    void on_preview(int step, engine::FrameSequencePtr frames) override {
        publish([&](RunUpdate& u) {
            u.preview_step = step;
            u.preview = std::move(frames);
        });
    }
    void on_step(const engine::StepStats& stats) override {
        publish([&](RunUpdate& u) { u.steps.push_back(stats); });
    }
    void on_token_map(engine::TokenMapPtr map) override {
        publish([&](RunUpdate& u) { u.token_map = std::move(map); });
    }
    void on_notice(const std::string& text) override {
        publish([&](RunUpdate& u) { u.notices.push_back(text); });
    }
    void on_delta(engine::DeltaDistributionPtr delta) override {
        publish([&](RunUpdate& u) { u.delta = std::move(delta); });
    }
    void on_attention_changed(const engine::AttentionChange& change) override {
        publish([&](RunUpdate& u) { u.attention_changes.push_back(change); });
    }
    void on_paused(int /*step*/, bool paused) override {
        publish([&](RunUpdate& u) { u.paused = paused; });
    }
    void on_checkpoint(int step, const std::string& path) override {
        publish([&](RunUpdate& u) { u.checkpoints.push_back({step, path}); });
    }
    void on_decoded_frame(int step, int frame, engine::FrameSequencePtr picture) override {
        publish([&](RunUpdate& u) { u.decoded = DecodedFrame{step, frame, std::move(picture)}; });
    }

  private:
    template <typename Change>
    void publish(Change change) {
        bool wake = false;
        {
            std::scoped_lock lock(mutex_);
            change(update_);
            wake = !std::exchange(full_, true);
        }
        if (wake) wake_();
    }

    std::function<void()> wake_;
    std::mutex mutex_;
    RunUpdate update_;
    bool full_ = false;
};

}  // namespace timeripple::ui
