// K0 with qk-norm and RoPE in front: a cell's eight rows are in registers, a 16-byte vector of each per lane, from the
// load to the store. With one RMS over all heads a block goes through cells of one side whole, heads * head_dim / 8
// threads, and fetches the next cell while it works on this one; with one per head, cells and heads are spread as in
// detect_links.

#include "kernels/api/norm_rope_detect.h"
#include "kernels/device/mma_sync.cuh"
#include "kernels/norm_rope_detect/norm_rope.cuh"
#include "kernels/reuse_mask/cell_lanes.cuh"

#include <algorithm>
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
    int items;  // of a side: cells and, for detection, pieces of text
    bool detect;

    __device__ bool rotates() const { return cosine != nullptr; }
};

// A zero that the compiler does not know: what depends on it is not carried through a loop in registers.
__device__ inline int opaque_zero() {
    int zero;
    asm volatile("mov.b32 %0, 0;" : "=r"(zero));
    return zero;
}

// A value that is worked out again where it is used, for want of a few registers: where, the compiler's table of
// registers says (sm_90 has enough for some).
template <bool kAgain>
__device__ inline int worked_out_again(int value) {
    return kAgain ? value + opaque_zero() : value;
}
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ == 900
constexpr bool kShortOfRegisters = false;
#else
constexpr bool kShortOfRegisters = true;
#endif

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

// Norm, rotation, store, and the decision about the cell. rows: raw; scale(p), angles(p): of token p, 1 / RMS and
// rotation.
template <typename Element, int kHeadDim, typename Scale, typename Angles>
__device__ void finish_cell(const NormRopeArgs& args, int side_index, int head, const NormWeights& weights,
                            const Cell& cell, int cell_index, uint4 (&rows)[kCellTokens], const Scale& scale,
                            const Angles& angles) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const CellLanes<kLanes> lanes;
    const MaskArgs& mask = args.mask;
    const MaskSide& side = mask.side[side_index];
    const MutableTensorView& out = args.side[side_index].out;
    const int present = worked_out_again<kShortOfRegisters>(cell.present(mask.grid));
    const int stride = worked_out_again<kShortOfRegisters>(int(out.token_stride));
    auto* out_head = static_cast<Element*>(out.data) + head * out.head_stride + lanes.lane * device::kVectorElements +
                     std::int64_t(mask.video_begin + cell.token(mask.grid, 0)) * stride;
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        rows[p] = norm_rope_vector<Element>(rows[p], scale(p), weights, args.rotates(), angles(p));
        if ((present >> p & 1) != 0) {
            *reinterpret_cast<uint4*>(out_head + member_offset(mask.grid, p) * stride) = rows[p];
        }
        asm volatile("" ::: "memory");  // row after row: eight rows' angles at a time need too many registers
    }
    if (!args.detect) {
        return;
    }
    float sums[kCellEdges] = {};
    add_squared_differences<Element>(rows, sums);
    decide_cell(lanes, sums, squared_delta_norm(kHeadDim), mask, side, cell, cell_index, head);
}

// Token p of a cell, or the cell's first where there is none.
__device__ inline int present_token(const TokenGrid& grid, const Cell& cell, int present, int p) {
    return cell.token(grid, (present >> p & 1) != 0 ? p : 0);
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

// A block: cell after cell, all heads. Threads behind the last head only keep the shuffles whole. Dynamic shared
// memory: the raw rows of the next cell, [warps][kCellTokens][32], where a thread reads what it fetched itself.
template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kMostThreads)
    norm_rope_detect_all_heads_kernel(const __grid_constant__ NormRopeArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    constexpr int kAngleVectors = kHeadDim / 8;  // of four angles, of a token
    extern __shared__ uint4 next_rows[];
    __shared__ float4 cell_angles[2][kCellTokens][2][kAngleVectors];  // of this cell and the next; cosines, sines
    __shared__ float warp_sums[kMostWarps][kCellTokens];
    __shared__ float scales[kCellTokens];
    const MaskArgs& mask = args.mask;
    const int head = threadIdx.x / kLanes;
    const int lane = threadIdx.x % kLanes;
    const bool has_head = head < args.heads;
    const int side = blockIdx.y;
    const int cells = mask.cells.cells();
    uint4* own_rows = next_rows + threadIdx.x / 32 * (32 * kCellTokens) + threadIdx.x % 32;
    const auto fetch_rows = [&](int item) {
        if (item >= cells) {
            return;
        }
        const Cell cell(mask.cells, item);
        const int present = cell.present(mask.grid);
        const TensorView& x = mask.side[side].x;
        const int stride = int(x.token_stride);
        const auto* from = static_cast<const Element*>(x.data) + (has_head ? head : 0) * x.head_stride +
                           lane * device::kVectorElements +
                           std::int64_t(mask.video_begin + cell.token(mask.grid, 0)) * stride;
#pragma unroll
        for (int p = 0; p < kCellTokens; ++p) {
            const int offset = (present >> p & 1) != 0 ? member_offset(mask.grid, p) * stride : 0;
            device::copy_async_16(device::shared_address(&own_rows[p * 32]), from + offset, true);
        }
    };
    const auto fetch_angles = [&](int item, int buffer) {
        if (!args.rotates() || item >= cells) {
            return;
        }
        const Cell cell(mask.cells, item);
        const int present = cell.present(mask.grid);
#pragma unroll 1
        for (int i = threadIdx.x; i < kCellTokens * 2 * kAngleVectors; i += blockDim.x) {
            const int vector = i % kAngleVectors;
            const int table = i / kAngleVectors % 2;
            const int p = i / kAngleVectors / 2;
            const std::int64_t row = present_token(mask.grid, cell, present, p);
            device::copy_async_16(device::shared_address(&cell_angles[buffer][p][table][vector]),
                                  (table == 0 ? args.cosine : args.sine) + row * (kHeadDim / 2) + vector * 4, true);
        }
    };
    fetch_rows(blockIdx.x);
    fetch_angles(blockIdx.x, 0);
    device::copy_async_commit();
    int buffer = 0;
    for (int item = blockIdx.x; item < cells; item += gridDim.x, buffer ^= 1) {
        device::copy_async_wait<0>();
        uint4 rows[kCellTokens];
        float squares[kCellTokens];
#pragma unroll
        for (int p = 0; p < kCellTokens; ++p) {
            rows[p] = own_rows[p * 32];
            squares[p] = has_head ? squares_of_vector<Element>(rows[p]) : 0.0f;
        }
        fetch_rows(item + gridDim.x);
        const float sum = spread_sum_of_eight<32>(squares, 0xffffffffu);
        if (threadIdx.x % 4 == 0) {
            warp_sums[threadIdx.x / 32][threadIdx.x % 32 / 4] = sum;
        }
        __syncthreads();  // also: everyone's part of the angles is there, and nobody reads those of the cell before
        fetch_angles(item + gridDim.x, buffer ^ 1);
        device::copy_async_commit();
        if (threadIdx.x < kCellTokens) {
            float total = 0.0f;
            for (int warp = 0; warp < int(blockDim.x) / 32; ++warp) {
                total += warp_sums[warp][threadIdx.x];
            }
            scales[threadIdx.x] = 1.0f / sqrtf(total / float(args.heads * kHeadDim) + args.eps);
        }
        __syncthreads();
        const int thread = threadIdx.x + opaque_zero();
        const int head = thread / kLanes;
        const int lane = thread % kLanes;
        if (head < args.heads) {
            const NormWeights weights(args.side[side].weight + threadIdx.x * device::kVectorElements);
            finish_cell<Element, kHeadDim>(
                args, side, head, weights,
                Cell(mask.cells, worked_out_again < kShortOfRegisters || kHeadDim == 64 > (item)), item, rows,
                [&](int p) { return scales[p]; },
                [&](int p) {
                    return PairAngles{cell_angles[buffer][p][0][lane], cell_angles[buffer][p][1][lane]};
                });
        }
    }
    if (!args.detect || !has_head) {
        return;
    }
    const int pieces = args.items - cells;  // of text
    for (int item = blockIdx.x; item < pieces; item += gridDim.x) {
        write_text_item(mask, item, lane, mask.outputs(mask.side[side], head));
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
    const NormWeights weights(args.side[side].weight + lanes.lane * device::kVectorElements);
    const int present = cell.present(mask.grid);
    finish_cell<Element, kHeadDim>(
        args, side, head, weights, cell, item, rows,
        [&](int p) { return __shfl_sync(lanes.mask, own_scale, p * (kLanes / kCellTokens), kLanes); },
        [&](int p) {
            const std::int64_t angle =
                std::int64_t(present_token(mask.grid, cell, present, p)) * (kHeadDim / 2) + lanes.lane * 4;
            return args.rotates() ? PairAngles{__ldg(reinterpret_cast<const float4*>(args.cosine + angle)),
                                               __ldg(reinterpret_cast<const float4*>(args.sine + angle))}
                                  : PairAngles{};
        });
}

// As many blocks as the device holds at a time.
template <typename Element, int kHeadDim>
cudaError_t launch_all_heads(const NormRopeArgs& args, cudaStream_t stream) {
    const auto kernel = norm_rope_detect_all_heads_kernel<Element, kHeadDim>;
    const int threads = (args.heads * (kHeadDim / device::kVectorElements) + 31) / 32 * 32;
    const int bytes = kCellTokens * threads * int(sizeof(uint4));
    int device = 0, multiprocessors = 0, blocks = 0;
    cudaError_t error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
    error = error == cudaSuccess ? cudaGetDevice(&device) : error;
    error =
        error == cudaSuccess ? cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device) : error;
    error =
        error == cudaSuccess ? cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, bytes) : error;
    if (error != cudaSuccess) {
        return error;
    }
    kernel<<<dim3(std::min(args.items, std::max(1, multiprocessors * blocks / kSides)), kSides), threads, bytes,
             stream>>>(args);
    return cudaGetLastError();
}

template <typename Element, int kHeadDim>
cudaError_t launch(const NormRopeArgs& args, NormSpan span, cudaStream_t stream) {
    if (span == NormSpan::AllHeads) {
        return launch_all_heads<Element, kHeadDim>(args, stream);
    }
    constexpr int kItems = kThreadsEachHead / (kHeadDim / device::kVectorElements);
    norm_rope_detect_each_head_kernel<Element, kHeadDim>
        <<<dim3((args.items + kItems - 1) / kItems, args.heads, kSides), kThreadsEachHead, 0, stream>>>(args);
    return cudaGetLastError();
}

}  // namespace

GpuError launch_norm_rope_detect(const NormRopeDetectParams& params, GpuStream stream) noexcept {
    if (!supports_norm_rope_detect(params)) {
        return kGpuInvalidValue;
    }
    if (params.mask.member_mask != nullptr && params.mask.value_weight > 0.0f) {
        // Rows of v too are more than a thread has registers for.
        NormRopeDetectParams norm = params;
        norm.mask.member_mask = nullptr;
        const GpuError error = launch_norm_rope_detect(norm, stream);
        ReuseMaskParams detect = params.mask;
        detect.q = {params.q_out.data, params.q_out.head_stride, params.q_out.token_stride};
        detect.k = {params.k_out.data, params.k_out.head_stride, params.k_out.token_stride};
        return error == kGpuSuccess ? launch_detect_links(detect, stream) : error;
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
    args.items = args.mask.cells.cells() + (args.detect ? text_items(args.mask) : 0);
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
