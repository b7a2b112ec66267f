#include "engine/base/cpu_device.h"

#include "engine/base/text.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sched.h>
#include <sstream>
#include <string>

namespace timeripple::engine {
namespace detail {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> number_in(const std::string& text) {
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc()) return std::nullopt;
    return value;
}

std::string first_line(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

// Value after "key" in files of lines such as "MemAvailable:  123 kB" or "inactive_file 123".
std::optional<std::uint64_t> keyed_number(const fs::path& file, const std::string& key) {
    std::ifstream stream(file);
    std::string line;
    while (std::getline(stream, line)) {
        if (line.compare(0, key.size(), key) == 0) return number_in(trimmed(line.substr(key.size())));
    }
    return std::nullopt;
}

std::string processor_name(const fs::path& root) {
    std::ifstream stream(root / "proc/cpuinfo");
    std::string line;
    while (std::getline(stream, line)) {
        const auto colon = line.find(':');
        if (line.compare(0, 10, "model name") == 0 && colon != std::string::npos)
            return trimmed(line.substr(colon + 1));
    }
    return "Processor";
}

int allowed_cores() {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

// The limits of every control group from ours up to the root: the smallest counts. Version 2, and version 1's memory.
void apply_cgroups(const fs::path& root, std::uint64_t& total, std::uint64_t& available) {
    auto apply = [&](const fs::path& limit_file, const fs::path& usage_file, const fs::path& stat_file) {
        const auto limit = number_in(first_line(limit_file));  // "max" gives none
        if (!limit || *limit >= total) return;
        total = *limit;
        const std::uint64_t usage = number_in(first_line(usage_file)).value_or(0);
        // Page cache that can be dropped at once is not in the way.
        const std::uint64_t cache = std::min(usage, keyed_number(stat_file, "inactive_file").value_or(0));
        available = std::min(available, total - std::min(total, usage - cache));
    };
    std::ifstream stream(root / "proc/self/cgroup");
    std::string line;
    while (std::getline(stream, line)) {
        std::istringstream parts(line);
        std::string id, controllers, path;
        std::getline(parts, id, ':');
        std::getline(parts, controllers, ':');
        std::getline(parts, path);
        const bool version2 = controllers.empty();
        if (!version2 && controllers != "memory") continue;
        const fs::path top = root / (version2 ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
        // Inside a container the path may name the host's tree; the group's own files then lie at the top.
        fs::path relative = fs::path(path).relative_path();
        for (;;) {
            const fs::path group = top / relative;
            if (version2) {
                apply(group / "memory.max", group / "memory.current", group / "memory.stat");
            } else {
                apply(group / "memory.limit_in_bytes", group / "memory.usage_in_bytes", group / "memory.stat");
            }
            if (relative.empty()) break;
            relative = relative.parent_path();
        }
    }
}

}  // namespace

DeviceInfo read_cpu_device(const fs::path& root) {
    DeviceInfo device;
    device.id = "cpu";
    const int cores = allowed_cores();
    device.name = processor_name(root) + ", " + std::to_string(cores) + (cores == 1 ? " core" : " cores");
    device.total_memory_bytes = keyed_number(root / "proc/meminfo", "MemTotal:").value_or(0) * 1024;
    device.free_memory_bytes = keyed_number(root / "proc/meminfo", "MemAvailable:").value_or(0) * 1024;
    if (device.total_memory_bytes == 0) device.note = "The size of the memory is not known.";
    apply_cgroups(root, device.total_memory_bytes, device.free_memory_bytes);
    return device;
}

}  // namespace detail

DeviceInfo cpu_device() {
    try {
        return detail::read_cpu_device("/");
    } catch (const std::exception&) {
        DeviceInfo device;
        device.id = "cpu";
        device.name = "Processor";
        device.note = "The size of the memory is not known.";
        return device;
    }
}

}  // namespace timeripple::engine
