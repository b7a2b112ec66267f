#include "engine/core/device_marks.h"

#include <ATen/DeviceAccelerator.h>

namespace timeripple::engine {

std::size_t DeviceMarks::mark() {
    if (device_.is_cpu()) {
        clock_.push_back(std::chrono::steady_clock::now());
        return clock_.size() - 1;
    }
    c10::Event& event = events_.emplace_back(device_.type(), c10::EventFlag::BACKEND_DEFAULT);  // with timing
    event.record(at::accelerator::getCurrentStream(device_.index()));
    return events_.size() - 1;
}

double DeviceMarks::seconds(std::size_t from, std::size_t to) const {
    if (device_.is_cpu()) {
        return std::chrono::duration<double>(clock_[to] - clock_[from]).count();
    }
    return events_[from].elapsedTime(events_[to]) * 1e-3;
}

std::size_t DeviceMarks::passed() const {
    while (passed_ < events_.size() && events_[passed_].query()) {
        ++passed_;
    }
    return device_.is_cpu() ? clock_.size() : passed_;
}

}  // namespace timeripple::engine
