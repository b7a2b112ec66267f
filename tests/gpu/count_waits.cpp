// Preloaded into a program (LD_PRELOAD): counts the calls by which the host waits for a GPU. LibTorch calls the CUDA
// runtime through the dynamic linker, so that what stands here comes first.
//   tr_device_waits()   calls so far; where TIMERIPPLE_SHOW_WAITS is set, each is also named on stderr
// Not counted: events that are asked without waiting, and copies from the host, which the driver takes away at once.

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <execinfo.h>

namespace {

std::atomic<long> g_waits{0};

void* runtime(const char* name) {
    void* library = dlopen("libcudart.so.13", RTLD_NOW | RTLD_NOLOAD);
    if (!library) library = dlopen("libcudart.so.12", RTLD_NOW | RTLD_NOLOAD);
    void* function = library ? dlsym(library, name) : nullptr;
    if (!function) {
        std::fprintf(stderr, "count_waits: the CUDA runtime has no %s\n", name);
        std::abort();
    }
    return function;
}

void count(const char* name) {
    ++g_waits;
    if (std::getenv("TIMERIPPLE_SHOW_WAITS")) {
        std::fprintf(stderr, "waits: %s\n", name);
        void* frames[24];
        backtrace_symbols_fd(frames, backtrace(frames, 24), 2);
    }
}

// The runtime's types as they pass through here: an error is an int, a stream or event a pointer.
template <typename... Arguments>
int pass_on(const char* name, void*& function, Arguments... arguments) {
    if (!function) function = runtime(name);
    return reinterpret_cast<int (*)(Arguments...)>(function)(arguments...);
}

constexpr int kDeviceToHost = 2, kDefault = 4;

// Whether the driver can write into this memory beside the host: pinned, managed or of the device.
bool can_be_written_beside(const void* memory) {
    struct {
        int type, device;
        void *device_pointer, *host_pointer;
        long reserved[8];
    } attributes{};
    static void* function = nullptr;
    return pass_on("cudaPointerGetAttributes", function, static_cast<void*>(&attributes), memory) == 0 &&
           attributes.type != 0;
}

}  // namespace

extern "C" {

long tr_device_waits() {
    return g_waits;
}

int cudaDeviceSynchronize() {
    static void* function = nullptr;
    count(__func__);
    return pass_on(__func__, function);
}
int cudaStreamSynchronize(void* stream) {
    static void* function = nullptr;
    count(__func__);
    return pass_on(__func__, function, stream);
}
int cudaEventSynchronize(void* event) {
    static void* function = nullptr;
    count(__func__);
    return pass_on(__func__, function, event);
}
int cudaMemcpy(void* to, const void* from, std::size_t bytes, int kind) {
    static void* function = nullptr;
    count(__func__);
    return pass_on(__func__, function, to, from, bytes, kind);
}
int cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, int kind, void* stream) {
    static void* function = nullptr;
    if ((kind == kDeviceToHost || kind == kDefault) && !can_be_written_beside(to)) count("cudaMemcpyAsync to pageable memory");
    return pass_on(__func__, function, to, from, bytes, kind, stream);
}
int cudaFree(void* memory) {
    static void* function = nullptr;
    if (memory) count(__func__);
    return pass_on(__func__, function, memory);
}
int cudaFreeHost(void* memory) {
    static void* function = nullptr;
    count(__func__);
    return pass_on(__func__, function, memory);
}

}  // extern "C"
