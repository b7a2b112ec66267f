#pragma once
// Where to compute. CUDA is found at run time: LibTorch's CUDA half is opened only if it is wanted, lies beside
// libtorch_cpu.so and a driver is installed, so nothing here needs a CUDA toolkit.

#include "engine/api/device_info.h"
#include "engine/api/generation_request.h"

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace timeripple::engine {

// The device of a run. Auto: the first CUDA device that works, else the CPU. Throws EngineFailure(BadRequest) where
// CUDA is demanded and cannot be had, with the reason. Call it on the engine thread: opening the library takes a
// second.
at::Device choose_device(DeviceChoice choice);

// CPU first, then every CUDA device of the driver, with the reason where it cannot be used.
std::vector<DeviceInfo> list_devices();
DeviceInfo device_info(at::Device device);

// Waits for the device's work, so that a clock can be read. Nothing on the CPU.
void synchronize(at::Device device);

// Processor cores that this process may use.
int usable_cores();

}  // namespace timeripple::engine
