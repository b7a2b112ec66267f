#include "engine/api/run_control.h"

#include <utility>

namespace timeripple::engine {

Status RunControl::set_attention(AttentionMode mode, const RippleSettings& settings, std::string preset_name) {
    if (mode == AttentionMode::Ripple) {
        if (auto status = validate(settings); !status) return status;
    }
    {
        const std::scoped_lock lock(mutex_);
        wishes_.attention = AttentionChange{0, mode, settings, std::move(preset_name)};
    }
    changed_.notify_all();
    return {};
}

void RunControl::pause() {
    const std::scoped_lock lock(mutex_);
    paused_ = true;
}

void RunControl::resume() {
    {
        const std::scoped_lock lock(mutex_);
        paused_ = false;
    }
    changed_.notify_all();
}

bool RunControl::paused() const {
    const std::scoped_lock lock(mutex_);
    return paused_;
}

void RunControl::save_checkpoint(std::string path) {
    {
        const std::scoped_lock lock(mutex_);
        wishes_.checkpoints.push_back(std::move(path));
    }
    changed_.notify_all();
}

void RunControl::decode_frame(int frame) {
    {
        const std::scoped_lock lock(mutex_);
        wishes_.frame = frame;
    }
    changed_.notify_all();
}

RunControl::Wishes RunControl::take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(wishes_, {});
}

void RunControl::wait(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, std::move(stop), [this] { return !paused_ || wishes_.any(); });
}

}  // namespace timeripple::engine
