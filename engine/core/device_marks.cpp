#include "engine/core/device_marks.h"

#include <ATen/DeviceAccelerator.h>

namespace timeripple::engine {

std::size_t DeviceMarks::mark() {
    const std::size_t index = used_++;
    if (device_.is_cpu()) {
        clock_.resize(used_);
        clock_[index] = std::chrono::steady_clock::now();
        return index;
    }
    if (events_.size() < used_) {
        events_.emplace_back(device_.type(), c10::EventFlag::BACKEND_DEFAULT);  // with timing
    }
    events_[index].record(at::accelerator::getCurrentStream(device_.index()));
    return index;
}

double DeviceMarks::seconds(std::size_t from, std::size_t to) const {
    if (device_.is_cpu()) {
        return std::chrono::duration<double>(clock_[to] - clock_[from]).count();
    }
    return events_[from].elapsedTime(events_[to]) * 1e-3;
}

}  // namespace timeripple::engine
