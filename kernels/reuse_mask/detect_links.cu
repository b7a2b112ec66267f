// K0: Delta of every pair inside a 2x2x2 cell, then the links and groups of the cell. q and k (and v) are read once.

#include "kernels/reuse_mask/cell_lanes.cuh"

#include <cuda_runtime.h>
#include <type_traits>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;
// Blocks on an SM. 4 leave a thread 64 registers, in which only bf16, cheaper to unpack, fits, and not everywhere.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ == 900
template <typename Element>
constexpr int kBlocks = std::is_same_v<Element, __nv_bfloat16> ? 4 : 3;
#else
template <typename Element>
constexpr int kBlocks = 3;
#endif

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads, kBlocks<Element>)
    detect_links_kernel(const __grid_constant__ MaskArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const CellLanes<kLanes> lanes;
    const int head = blockIdx.y;
    const MaskSide& side = args.side[blockIdx.z];
    const int item = blockIdx.x * (kThreads / kLanes) + threadIdx.x / kLanes;
    const int cells = args.cells.cells();
    if (item >= cells) {
        write_text_item(args, item - cells, lanes.lane, args.outputs(side, head));
        return;
    }
    const Cell cell(args.cells, item);
    float sums[kCellEdges] = {};
    const float norm = begin_sums<Element, kHeadDim>(args, side, head, cell, lanes.lane, sums);
    uint4 rows[kCellTokens];
    load_cell(static_cast<const Element*>(side.x.data) + head * side.x.head_stride +
                  (args.video_begin + cell.token(args.grid, 0)) * side.x.token_stride +
                  lanes.lane * device::kVectorElements,
              args.grid, side.x.token_stride, cell.present(args.grid), rows);
    add_squared_differences<Element>(rows, sums);
    // The lanes of a cell leave the kernel together or not at all, so they can talk to each other.
    decide_cell(lanes, sums, norm, args, side, cell, item, head);
}

template <typename Element, int kHeadDim>
cudaError_t launch(const MaskArgs& args, int heads, cudaStream_t stream) {
    constexpr int kItems = kThreads / (kHeadDim / device::kVectorElements);
    const int items = args.cells.cells() + text_items(args);
    const dim3 blocks((items + kItems - 1) / kItems, heads, kSides);
    detect_links_kernel<Element, kHeadDim><<<blocks, kThreads, 0, stream>>>(args);
    return cudaGetLastError();
}

}  // namespace

GpuError launch_detect_links(const ReuseMaskParams& params, GpuStream stream) noexcept {
    if (!supports_reuse_mask(params)) {
        return kGpuInvalidValue;
    }
    const MaskArgs args = mask_args(params);
    const auto cuda_stream = static_cast<cudaStream_t>(stream);
    const bool bf16 = params.type == ElementType::BFloat16;
    if (params.head_dim == 128) {
        return bf16 ? launch<__nv_bfloat16, 128>(args, params.heads, cuda_stream)
                    : launch<__half, 128>(args, params.heads, cuda_stream);
    }
    return bf16 ? launch<__nv_bfloat16, 64>(args, params.heads, cuda_stream)
                : launch<__half, 64>(args, params.heads, cuda_stream);
}

}  // namespace timeripple::kernels
