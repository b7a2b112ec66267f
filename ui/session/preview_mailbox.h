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
