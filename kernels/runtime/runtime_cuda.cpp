#include "kernels/api/gpu_types.h"

#include <cuda_runtime_api.h>

namespace timeripple::kernels {

bool built_with_cuda() noexcept {
    return true;
}
const char* gpu_error_text(GpuError error) noexcept {
    return cudaGetErrorString(static_cast<cudaError_t>(error));
}

}  // namespace timeripple::kernels
