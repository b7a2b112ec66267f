#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace timeripple::engine {

struct DeviceInfo {
    std::string id;    // "cpu", "cuda:0"
    std::string name;  // "AMD EPYC, 2 cores", "NVIDIA H100 80GB HBM3"
    std::uint64_t total_memory_bytes = 0;
    std::uint64_t free_memory_bytes = 0;
    std::string note;  // why it cannot be used, or empty
};

// The CPU and its memory (cgroup limits included). No Torch: also used for the pre-flight check. Threads: any.
DeviceInfo cpu_device();

}  // namespace timeripple::engine
