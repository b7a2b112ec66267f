#include "engine/core/process_memory.h"

#include <fstream>
#include <string>
#include <sys/resource.h>

namespace timeripple::engine {

std::uint64_t peak_process_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string key; status >> key;) {
        if (key == "VmHWM:") {
            std::uint64_t kilobytes = 0;
            status >> kilobytes;
            return kilobytes * 1024;
        }
        std::getline(status, key);
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::uint64_t(usage.ru_maxrss) * 1024;
}

void reset_peak_process_memory() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace timeripple::engine
