// K0 with qk-norm and RoPE in front: a cell's eight rows are in registers, a 16-byte vector of each per lane, from the
// load to the store. With one RMS over all heads a block holds one cell of one side whole, heads * head_dim / 8
// threads; with one per head, cells and heads are spread as in detect_links.

#include "kernels/api/norm_rope_detect.h"
#include "kernels/norm_rope_detect/norm_rope.cuh"
#include "kernels/reuse_mask/cell_lanes.cuh"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kMostThreads = kMostNormDim / device::kVectorElements;  // with more a thread had too few registers
constexpr int kMostWarps = kMostThreads / 32;
constexpr int kThreadsEachHead = 256;

struct NormRopeSide {
    const float* weight;
    MutableTensorView out;
};
struct NormRopeArgs {
    MaskArgs mask;
    NormRopeSide side[kSides];
    const float* cosine;
    const float* sine;
    float eps;
    int heads;
    bool detect;
};

// Sums of eight values over the lanes of a warp, `kLanes` at a time: the lane `lane` gets the sum of value lane /
// (kLanes / 8), spread over kLanes / 8 neighbours that all have it.
template <int kLanes>
__device__ float spread_sum_of_eight(const float (&values)[kCellTokens], unsigned lanes) {
    float four[4], two[2], one[1];
    reduce_half(values, four, lanes, kLanes / 2);
    reduce_half(four, two, lanes, kLanes / 4);
    reduce_half(two, one, lanes, kLanes / 8);
#pragma unroll
    for (int step = kLanes / 16; step > 0; step /= 2) {
        one[0] += __shfl_xor_sync(lanes, one[0], step);
    }
    return one[0];
}

// Norm, rotation, store, and the decision about the cell. rows: raw; scale[p]: 1 / RMS of token p.
template <typename Element, int kHeadDim, typename Scale>
__device__ void finish_cell(const NormRopeArgs& args, int side_index, int head, const float* weight, const Cell& cell,
                            int cell_index, uint4 (&rows)[kCellTokens], const Scale& scale) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const CellLanes<kLanes> lanes;
    const MaskArgs& mask = args.mask;
    const MaskSide& side = mask.side[side_index];
    const MutableTensorView& out = args.side[side_index].out;
    const int present = cell.present(mask.grid);
    auto* out_head = static_cast<Element*>(out.data) + head * out.head_stride + lanes.lane * device::kVectorElements;
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        const bool exists = (present >> p & 1) != 0;
        const int token = exists ? cell.token(mask.grid, p) : cell.token(mask.grid, 0);
        const std::int64_t angle = std::int64_t(token) * (kHeadDim / 2) + lanes.lane * (device::kVectorElements / 2);
        rows[p] =
            norm_rope_vector<Element>(rows[p], scale(p), weight, args.cosine == nullptr ? nullptr : args.cosine + angle,
                                      args.cosine == nullptr ? nullptr : args.sine + angle);
        if (exists) {
            *reinterpret_cast<uint4*>(out_head + (mask.video_begin + token) * out.token_stride) = rows[p];
        }
    }
    if (!args.detect) {
        return;
    }
    float sums[kCellEdges] = {};
    const float norm = begin_sums<Element, kHeadDim>(mask, side, head, cell, lanes.lane, sums);
    add_squared_differences<Element>(rows, sums);
    decide_cell(lanes, sums, norm, mask, side, cell, cell_index, head);
}

template <typename Element, int kHeadDim>
__device__ void load_raw(const NormRopeArgs& args, int side_index, int head, int lane, const Cell& cell,
                         uint4 (&rows)[kCellTokens]) {
    const MaskArgs& mask = args.mask;
    const TensorView& x = mask.side[side_index].x;
    load_cell(static_cast<const Element*>(x.data) + head * x.head_stride +
                  (mask.video_begin + cell.token(mask.grid, 0)) * x.token_stride + lane * device::kVectorElements,
              mask.grid, x.token_stride, cell.present(mask.grid), rows);
}

// A block: one cell, all heads. Threads behind the last head only keep the shuffles whole.
template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kMostThreads)
    norm_rope_detect_all_heads_kernel(const __grid_constant__ NormRopeArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    __shared__ float warp_sums[kMostWarps][kCellTokens];
    __shared__ float scales[kCellTokens];
    const MaskArgs& mask = args.mask;
    const int head = threadIdx.x / kLanes;
    const int lane = threadIdx.x % kLanes;
    const int side = blockIdx.y;
    const bool has_head = head < args.heads;
    const int cells = mask.cells.cells();
    if (int(blockIdx.x) >= cells) {
        if (has_head && args.detect) {
            write_text_item(mask, int(blockIdx.x) - cells, lane, mask.outputs(mask.side[side], head));
        }
        return;
    }
    const Cell cell(mask.cells, blockIdx.x);
    uint4 rows[kCellTokens];
    load_raw<Element, kHeadDim>(args, side, has_head ? head : 0, lane, cell, rows);
    float squares[kCellTokens];
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        squares[p] = has_head ? squares_of_vector<Element>(rows[p]) : 0.0f;
    }
    const float sum = spread_sum_of_eight<32>(squares, 0xffffffffu);
    if (threadIdx.x % 4 == 0) {
        warp_sums[threadIdx.x / 32][threadIdx.x % 32 / 4] = sum;
    }
    __syncthreads();
    if (threadIdx.x < kCellTokens) {
        float total = 0.0f;
        for (int warp = 0; warp < int(blockDim.x) / 32; ++warp) {
            total += warp_sums[warp][threadIdx.x];
        }
        scales[threadIdx.x] = 1.0f / sqrtf(total / float(args.heads * kHeadDim) + args.eps);
    }
    __syncthreads();
    if (has_head) {
        const float* weight = args.side[side].weight + head * kHeadDim + lane * device::kVectorElements;
        finish_cell<Element, kHeadDim>(args, side, head, weight, cell, blockIdx.x, rows,
                                       [&](int p) { return scales[p]; });
    }
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreadsEachHead)
    norm_rope_detect_each_head_kernel(const __grid_constant__ NormRopeArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const CellLanes<kLanes> lanes;
    const MaskArgs& mask = args.mask;
    const int head = blockIdx.y;
    const int side = blockIdx.z;
    const int item = blockIdx.x * (kThreadsEachHead / kLanes) + threadIdx.x / kLanes;
    const int cells = mask.cells.cells();
    if (item >= cells) {
        if (args.detect) {
            write_text_item(mask, item - cells, lanes.lane, mask.outputs(mask.side[side], head));
        }
        return;
    }
    const Cell cell(mask.cells, item);
    uint4 rows[kCellTokens];
    load_raw<Element, kHeadDim>(args, side, head, lanes.lane, cell, rows);
    float squares[kCellTokens];
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        squares[p] = squares_of_vector<Element>(rows[p]);
    }
    const float sum = spread_sum_of_eight<kLanes>(squares, lanes.mask);
    const float own_scale = 1.0f / sqrtf(sum / float(kHeadDim) + args.eps);
    finish_cell<Element, kHeadDim>(
        args, side, head, args.side[side].weight + lanes.lane * device::kVectorElements, cell, item, rows,
        [&](int p) { return __shfl_sync(lanes.mask, own_scale, p * (kLanes / kCellTokens), kLanes); });
}

template <typename Element, int kHeadDim>
cudaError_t launch(const NormRopeArgs& args, NormSpan span, cudaStream_t stream) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const int items = args.mask.cells.cells() + text_items(args.mask);
    if (span == NormSpan::AllHeads) {
        const int threads = (args.heads * kLanes + 31) / 32 * 32;
        const dim3 blocks(items, kSides);
        norm_rope_detect_all_heads_kernel<Element, kHeadDim><<<blocks, threads, 0, stream>>>(args);
    } else {
        constexpr int kItems = kThreadsEachHead / kLanes;
        norm_rope_detect_each_head_kernel<Element, kHeadDim>
            <<<dim3((items + kItems - 1) / kItems, args.heads, kSides), kThreadsEachHead, 0, stream>>>(args);
    }
    return cudaGetLastError();
}

}  // namespace

GpuError launch_norm_rope_detect(const NormRopeDetectParams& params, GpuStream stream) noexcept {
    if (!supports_norm_rope_detect(params)) {
        return kGpuInvalidValue;
    }
    NormRopeArgs args{};
    args.mask = mask_args(params.mask);
    args.side[0] = {params.query_weight, params.q_out};
    args.side[1] = {params.key_weight, params.k_out};
    args.cosine = params.cosine;
    args.sine = params.sine;
    args.eps = params.eps;
    args.heads = params.mask.heads;
    args.detect = params.mask.member_mask != nullptr;
    const auto cuda_stream = static_cast<cudaStream_t>(stream);
    const bool bf16 = params.mask.type == ElementType::BFloat16;
    if (params.mask.head_dim == 128) {
        return bf16 ? launch<__nv_bfloat16, 128>(args, params.span, cuda_stream)
                    : launch<__half, 128>(args, params.span, cuda_stream);
    }
    return bf16 ? launch<__nv_bfloat16, 64>(args, params.span, cuda_stream)
                : launch<__half, 64>(args, params.span, cuda_stream);
}

}  // namespace timeripple::kernels
