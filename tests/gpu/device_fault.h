#pragma once
// A kernel that writes where nothing is: the sticky error after which a process cannot use its CUDA device again.

#include <dlfcn.h>

// Launches it beside whatever the process does on its first device. Empty, or why it could not.
inline const char* launch_device_fault() {
    static const char* const kCode =
        ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry fault()\n{\n"
        "    .reg .b64 %place;\n    .reg .b32 %value;\n"
        "    mov.u64 %place, 4096;\n    mov.u32 %value, 1;\n    st.global.u32 [%place], %value;\n    ret;\n}\n";
    void* driver = dlopen("libcuda.so.1", RTLD_NOW);
    if (!driver) return "no driver";
    const auto find = [driver](const char* name) { return dlsym(driver, name); };
    const auto retain = reinterpret_cast<int (*)(void**, int)>(find("cuDevicePrimaryCtxRetain"));
    const auto enter = reinterpret_cast<int (*)(void*)>(find("cuCtxSetCurrent"));
    const auto load = reinterpret_cast<int (*)(void**, const void*)>(find("cuModuleLoadData"));
    const auto get = reinterpret_cast<int (*)(void**, void*, const char*)>(find("cuModuleGetFunction"));
    const auto launch = reinterpret_cast<int (*)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                                                 unsigned, void*, void**, void**)>(find("cuLaunchKernel"));
    if (!retain || !enter || !load || !get || !launch) return "a driver without these functions";
    void *context = nullptr, *module = nullptr, *function = nullptr;
    if (retain(&context, 0) != 0 || enter(context) != 0) return "no context";
    if (load(&module, kCode) != 0 || get(&function, module, "fault") != 0) return "the kernel was not loaded";
    return launch(function, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr) == 0 ? "" : "the kernel was not launched";
}
