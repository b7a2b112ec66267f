#pragma once
// Times on the device without waiting for it: marks in the stream of work, read after the next synchronisation. On the
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
    // Between two marks. The device must have passed both (synchronize()).
    double seconds(std::size_t from, std::size_t to) const;
    // Forgets all marks; their events are used again.
    void clear() { used_ = 0; }

  private:
    at::Device device_;
    std::size_t used_ = 0;
    std::vector<c10::Event> events_;
    std::vector<std::chrono::steady_clock::time_point> clock_;
};

}  // namespace timeripple::engine
