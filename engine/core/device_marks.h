#pragma once
// Times on the device without waiting for it: marks in the stream of work, read when the device has passed them. On the
// CPU a mark is the clock.

#include <c10/core/Device.h>
#include <c10/core/Event.h>

#include <chrono>
#include <cstddef>
#include <vector>

namespace timeripple::engine {

class DeviceMarks {
  public:
    explicit DeviceMarks(at::Device device) : device_(device) {}

    // Number of a new mark behind all work launched so far.
    std::size_t mark();
    // Between two marks, both of which the device must have passed.
    double seconds(std::size_t from, std::size_t to) const;
    // Number of marks that the device has passed, the first so many. Never waits.
    std::size_t passed() const;

  private:
    at::Device device_;
    std::vector<c10::Event> events_;
    mutable std::size_t passed_ = 0;
    std::vector<std::chrono::steady_clock::time_point> clock_;
};

}  // namespace timeripple::engine
