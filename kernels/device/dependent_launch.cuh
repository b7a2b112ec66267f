#pragma once
// Programmatic dependent launch (sm_90 and later): a kernel's blocks may be set up while the one before it ends. Every
// kernel launched this way waits before it reads or writes global memory, so that nothing else changes; earlier
// architectures launch as ever.

#include <cuda_runtime.h>
#include <utility>

#ifndef TR_DEPENDENT_LAUNCH
#define TR_DEPENDENT_LAUNCH 0
#endif

namespace timeripple::kernels::device {

// The kernel before has ended and its writes are visible.
__device__ inline void wait_for_kernel_before() {
#if TR_DEPENDENT_LAUNCH && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

template <typename... Parameters, typename... Arguments>
cudaError_t launch_behind(void (*kernel)(Parameters...), dim3 blocks, int threads, int shared_bytes,
                          cudaStream_t stream, Arguments&&... arguments) {
    cudaLaunchAttribute attribute{};
    attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attribute.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = blocks;
    config.blockDim = dim3(threads);
    config.dynamicSmemBytes = shared_bytes;
    config.stream = stream;
    config.attrs = &attribute;
    config.numAttrs = TR_DEPENDENT_LAUNCH;
    return cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...);
}

}  // namespace timeripple::kernels::device
