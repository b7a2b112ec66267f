// TMA descriptors, by the driver's own encoder. It is looked up at run time, so that the program starts without a
// driver.

#include "kernels/api/gpu_types.h"

#include <cuda.h>
#include <cuda_runtime_api.h>

namespace timeripple::kernels::sm90 {

GpuError encode_tensor_map(CUtensorMap& map, const TensorView& view, ElementType type, int head_dim, int rows,
                           int heads, int box_rows) {
    using Encode = decltype(&cuTensorMapEncodeTiled);
    static const Encode encode = [] {
        void* function = nullptr;
        cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
        const cudaError_t error =
            cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function, 12000, cudaEnableDefault, &found);
        return error == cudaSuccess && found == cudaDriverEntryPointSuccess ? reinterpret_cast<Encode>(function)
                                                                            : nullptr;
    }();
    if (encode == nullptr) {
        return cudaErrorInsufficientDriver;
    }
    constexpr int kColumnElements = 64;  // 128 bytes, the width of the swizzle
    const cuuint64_t sizes[3] = {cuuint64_t(head_dim), cuuint64_t(rows), cuuint64_t(heads)};
    // A single head may come with any stride; the encoder wants a real one.
    const std::int64_t head_stride = heads > 1 ? view.head_stride : view.token_stride * rows;
    const cuuint64_t strides[2] = {cuuint64_t(view.token_stride) * 2, cuuint64_t(head_stride) * 2};
    const cuuint32_t box[3] = {kColumnElements, cuuint32_t(box_rows), 1};
    const cuuint32_t steps[3] = {1, 1, 1};
    const CUresult result =
        encode(&map, type == ElementType::BFloat16 ? CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 : CU_TENSOR_MAP_DATA_TYPE_FLOAT16,
               3, const_cast<void*>(view.data), sizes, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
               CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    return result == CUDA_SUCCESS ? cudaSuccess : cudaErrorInvalidValue;
}

}  // namespace timeripple::kernels::sm90
