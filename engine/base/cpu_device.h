#pragma once
#include "engine/api/device_info.h"

#include <filesystem>

namespace timeripple::engine::detail {

// cpu_device() reads from "/"; tests give a made-up tree with proc/ and sys/fs/cgroup/.
DeviceInfo read_cpu_device(const std::filesystem::path& root);

}  // namespace timeripple::engine::detail
