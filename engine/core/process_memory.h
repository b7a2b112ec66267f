#pragma once
#include <cstdint>

namespace timeripple::engine {

// Largest resident size of this process since the last reset, in bytes.
std::uint64_t peak_process_memory();
// Starts the peak anew where the kernel allows it; otherwise the peak covers the whole life of the process.
void reset_peak_process_memory();

}  // namespace timeripple::engine
