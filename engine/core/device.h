#pragma once
// Where to compute. CUDA is found at run time: LibTorch's CUDA half is opened only if it is wanted, lies beside
// libtorch_cpu.so and a driver is installed, so nothing here needs a CUDA toolkit.

#include "engine/api/device_info.h"
#include "engine/api/generation_request.h"

#include <c10/core/Device.h>
#include <c10/core/Stream.h>

#include <cstdint>
#include <optional>
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

// Waits for all of the device's work. False: the device is lost to this process, whose every later call would fail too
// (a sticky CUDA error). Never throws.
bool device_answers(at::Device device) noexcept;

// Compute capability of a CUDA device as 10 * major + minor (90 for an H100); 0 on the CPU or where it is not known.
int compute_capability(at::Device device);
// Stream on which LibTorch works now, as a cudaStream_t; null on the CPU.
void* current_stream(at::Device device);
// Streams beside the one of the work: for what a run shows, and for what it saves. Nothing on the CPU.
enum class SideWork { Showing, Saving };
std::optional<c10::Stream> side_stream(at::Device device, SideWork work);
// Small tensors of the host to the device without waiting: the driver has copied them away when this returns.
at::Tensor upload(const at::Tensor& tensor, at::Device device);

// Peak of what LibTorch's allocator held on the device since the last reset; 0 on the CPU.
std::uint64_t peak_device_memory(at::Device device);
void reset_peak_device_memory(at::Device device);
// Gives memory that the allocator keeps for later back to the driver. Nothing on the CPU; never throws.
void release_device_cache(at::Device device) noexcept;
// Rounding of fp32 convolutions on a GPU: TF32 (10 bits) where a run is bf16 anyway, full fp32 else. The algorithms are
// deterministic either way.
void set_device_precision(bool full_fp32);

// Processor cores that this process may use.
int usable_cores();

}  // namespace timeripple::engine
