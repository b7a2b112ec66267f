#include "engine/core/device.h"

#include "engine/api/log.h"
#include "engine/weights/weight_source.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <dlfcn.h>
#include <filesystem>
#include <sched.h>
#include <thread>

namespace timeripple::engine {
namespace {

// The few functions of the driver that are needed, looked up by name.
struct Driver {
    int devices = 0;
    std::string problem;  // empty: devices can be used
    int (*device_name)(char*, int, int) = nullptr;
    int (*device_memory)(std::size_t*, int) = nullptr;
    int (*device_attribute)(int*, int, int) = nullptr;
};

Driver open_driver() {
    Driver driver;
    void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        driver.problem = "No NVIDIA driver is installed.";
        return driver;
    }
    const auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(library, "cuInit"));
    const auto count = reinterpret_cast<int (*)(int*)>(dlsym(library, "cuDeviceGetCount"));
    driver.device_name = reinterpret_cast<int (*)(char*, int, int)>(dlsym(library, "cuDeviceGetName"));
    driver.device_memory = reinterpret_cast<int (*)(std::size_t*, int)>(dlsym(library, "cuDeviceTotalMem_v2"));
    driver.device_attribute = reinterpret_cast<int (*)(int*, int, int)>(dlsym(library, "cuDeviceGetAttribute"));
    if (!init || !count || !driver.device_name || !driver.device_memory || !driver.device_attribute) {
        driver.problem = "The NVIDIA driver is too old.";
    } else if (init(0) != 0 || count(&driver.devices) != 0 || driver.devices < 1) {
        driver.devices = 0;
        driver.problem = "The NVIDIA driver finds no device.";
    }
    return driver;
}

const Driver& driver() {
    static const Driver instance = open_driver();
    return instance;
}

// Opens libtorch_cuda.so, which registers itself with LibTorch. Empty, or why there is no CUDA.
std::string open_cuda_library() {
    if (!driver().problem.empty()) {
        return driver().problem;
    }
    Dl_info torch{};
    if (!dladdr(reinterpret_cast<void*>(&at::globalContext), &torch) || !torch.dli_fname) {
        return "The folder of LibTorch could not be found.";
    }
    const std::filesystem::path library = std::filesystem::path(torch.dli_fname).parent_path() / "libtorch_cuda.so";
    std::error_code error;
    if (!std::filesystem::exists(library, error)) {
        return "This LibTorch has no CUDA half (" + library.string() + ").";
    }
    if (!dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
        const char* reason = dlerror();
        return std::string("LibTorch's CUDA half could not be opened: ") + (reason ? reason : "no reason given") + ".";
    }
    if (!at::globalContext().hasCUDA()) {
        return "LibTorch's CUDA half does not work with this driver.";
    }
    // A library without code for this device, or a device in exclusive use, shows only when something runs.
    try {
        const at::Tensor two = at::ones({2}, at::TensorOptions().dtype(at::kFloat).device(at::kCUDA));
        if (two.sum().item<float>() != 2.0f) {
            return "The device computes wrong sums.";
        }
    } catch (const std::exception& failure) {
        const std::string text = failure.what();
        return "The device cannot be used: " + text.substr(0, text.find('\n')) + ".";
    }
    return {};
}

const std::string& cuda_problem() {
    static const std::string problem = [] {
        std::string text = open_cuda_library();
        log_info("device", text.empty() ? "CUDA is ready." : "No CUDA: " + text);
        return text;
    }();
    return problem;
}

}  // namespace

at::Device choose_device(DeviceChoice choice) {
    if (choice == DeviceChoice::Cpu) {
        return at::kCPU;
    }
    if (cuda_problem().empty()) {
        return at::Device(at::kCUDA, 0);
    }
    if (choice == DeviceChoice::Cuda) {
        throw EngineFailure(
            {ErrorCode::BadRequest,
             "CUDA was asked for but cannot be used: " + cuda_problem() + " Choose the device auto or cpu.",
             {}});
    }
    return at::kCPU;
}

DeviceInfo device_info(at::Device device) {
    if (device.is_cpu()) {
        return cpu_device();
    }
    DeviceInfo info;
    const int index = std::max<int>(0, device.index());
    info.id = "cuda:" + std::to_string(index);
    char name[256] = "";
    std::size_t bytes = 0;
    if (driver().device_name && driver().device_name(name, sizeof(name), index) == 0) {
        info.name = name;
    }
    if (driver().device_memory && driver().device_memory(&bytes, index) == 0) {
        info.total_memory_bytes = bytes;
    }
    info.note = cuda_problem();
    if (info.note.empty()) {
        try {
            info.free_memory_bytes = at::getDeviceAllocator(at::kCUDA)->getMemoryInfo(at::DeviceIndex(index)).first;
        } catch (const std::exception&) {
            info.free_memory_bytes = info.total_memory_bytes;
        }
    }
    return info;
}

std::vector<DeviceInfo> list_devices() {
    std::vector<DeviceInfo> devices{cpu_device()};
    for (int index = 0; index < driver().devices; ++index) {
        devices.push_back(device_info(at::Device(at::kCUDA, at::DeviceIndex(index))));
    }
    return devices;
}

bool device_answers(at::Device device) noexcept {
    try {
        if (!device.is_cpu()) {
            at::accelerator::synchronizeDevice(device.index());
        }
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

int compute_capability(at::Device device) {
    constexpr int kMajor = 75, kMinor = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*
    int major = 0, minor = 0;
    const int index = std::max<int>(0, device.index());
    if (!device.is_cuda() || !driver().device_attribute || driver().device_attribute(&major, kMajor, index) != 0 ||
        driver().device_attribute(&minor, kMinor, index) != 0) {
        return 0;
    }
    return 10 * major + minor;
}

void* current_stream(at::Device device) {
    return device.is_cpu() ? nullptr : at::accelerator::getCurrentStream(device.index()).native_handle();
}

std::optional<c10::Stream> side_stream(at::Device device, SideWork work) {
    if (device.is_cpu()) {
        return std::nullopt;
    }
    // The one device of a process (choose_device()).
    static const c10::impl::VirtualGuardImpl streams(device.type());
    static const c10::Stream showing = streams.getStreamFromGlobalPool(device);
    static const c10::Stream saving = streams.getStreamFromGlobalPool(device);
    return work == SideWork::Showing ? showing : saving;
}

at::Tensor upload(const at::Tensor& tensor, at::Device device) {
    return tensor.to(device, tensor.scalar_type(), /*non_blocking=*/true);
}

std::uint64_t peak_device_memory(at::Device device) {
    if (device.is_cpu()) {
        return 0;
    }
    const auto stats = at::getDeviceAllocator(device.type())->getDeviceStats(device.index());
    return std::uint64_t(stats.reserved_bytes[std::size_t(c10::CachingAllocator::StatType::AGGREGATE)].peak);
}

void reset_peak_device_memory(at::Device device) {
    if (!device.is_cpu()) {
        at::getDeviceAllocator(device.type())->resetPeakStats(device.index());
    }
}

void release_device_cache(at::Device device) noexcept {
    if (device.is_cpu()) {
        return;
    }
    try {
        at::getDeviceAllocator(device.type())->emptyCache();
    } catch (const std::exception& error) {  // a lost device
        log_error("device", error.what());
    }
}

void set_device_precision(bool full_fp32) {
    at::globalContext().setAllowTF32CuDNN(!full_fp32);
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setDeterministicCuDNN(true);
}

int usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) {
        return CPU_COUNT(&set);
    }
    return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace timeripple::engine
