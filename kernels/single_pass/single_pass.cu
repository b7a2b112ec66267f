// K0, K1 and K2 in one pass. head_dim / 8 neighbouring lanes serve an item, a 2x2x2
// cell or eight text tokens, and hold one 16-byte vector of each of its rows, in shared memory: first of q and k, then
// of k and v. A block has both sides of a chunk of items of one head.
//
// Blocks are launched in the order of blockIdx, chunk after chunk of all heads, so a block waits only for blocks that
// have begun before it: a decoupled look-back, whose sums are integers and so the same in any order.

#include "kernels/api/single_pass.h"
#include "kernels/device/mma_sync.cuh"
#include "kernels/reuse_mask/cell_lanes.cuh"
#include "kernels/single_pass/items.h"
#include "kernels/single_pass/look_back.cuh"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kBlocks = 3;  // on an SM of 227 KB
constexpr int kRowBytes = kCellTokens * kThreads * int(sizeof(uint4));
constexpr int kSharedBytes = 2 * kRowBytes;

struct SinglePassArgs {
    MaskArgs mask;
    Sequence sequence;
    TensorView v;
    int heads;
    int chunks;
    int capacity;
    bool first_of_group;
    bool key_lists;
    int* members;
    int* starts;
    int* groups;
    int* group_of;  // or null
    void* compacted_k;
    void* compacted_v;
    float* counts;
    std::uint32_t* state;
};

// 1.0f / count as the compiler rounds it, without the registers of a division.
__constant__ const float kReciprocals[kCellTokens + 1] = {0,        1.0f,     1.0f / 2, 1.0f / 3, 1.0f / 4,
                                                          1.0f / 5, 1.0f / 6, 1.0f / 7, 1.0f / 8};

// Starts the copies of an item's rows, a thread its own vector of each.
template <typename Element>
__device__ void copy_rows(const TensorView& x, int head, int column, const Sequence& sequence, const Item& item,
                          uint4* shared) {
    const auto* from = static_cast<const Element*>(x.data) + head * x.head_stride + column;
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        const std::int64_t token = (item.present >> p & 1) != 0 ? item.token(sequence, p) : 0;
        device::copy_async_16(device::shared_address(shared + p * kThreads + threadIdx.x),
                              from + token * x.token_stride, true);
    }
    device::copy_async_commit();
}
// What the thread has copied itself, so no barrier is needed. All of it is in registers before the thread's next copy.
__device__ inline void own_rows(const uint4* shared, uint4 (&rows)[kCellTokens]) {
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        rows[p] = shared[p * kThreads + threadIdx.x];
    }
#pragma unroll
    for (uint4& row : rows) {
        asm volatile("" : "+r"(row.x), "+r"(row.y), "+r"(row.z), "+r"(row.w)::"memory");
    }
}

// Everything about an item's tokens that is written into lists; the lane p is token p.
__device__ inline void write_lists(const SinglePassArgs& args, const Item& item, int side, int head, int p,
                                   const CellGroups& groups, int first_group) {
    if (p >= kCellTokens || (item.present >> p & 1) == 0) {
        return;
    }
    const std::int64_t row = side * args.heads + head;
    const int root = groups.root(p);
    const int group = first_group + __popc(groups.roots(item.present) & ((1 << root) - 1));
    const int token = item.token(args.sequence, p);
    if (args.group_of != nullptr) {
        args.group_of[row * args.sequence.tokens + token] = group;
    }
    if (side == 0 || args.key_lists) {
        const int at = item.tokens_before(args.sequence) + __popc(groups.listed_before(p, item.present));
        args.members[row * args.sequence.tokens + at] = token;
        if (root == p) {
            args.starts[row * (args.sequence.tokens + 1) + group] = at;
        }
    }
    if (side == 1 && root == p) {
        args.counts[std::int64_t(head) * args.capacity + group] = float(__popc(groups.members(p)));
    }
}

// The rows of an item's groups, one after the other: mean (`mean`) or sum over the members of one vector of each.
// fp32, members ascending, rounded once; a row that stands alone is passed through bit by bit.
template <typename Element, int kHeadDim>
__device__ void write_merged_rows(const uint4* rows, const CellGroups& groups, int roots, bool first_only, bool mean,
                                  Element* out) {
    for (int left = roots; left != 0; left &= left - 1, out += kHeadDim) {
        const int root = __ffs(left) - 1;
        const int members = first_only ? 1 << root : groups.members(root);
        uint4 merged = rows[root * kThreads];
        int others = members & (members - 1);  // the root is the lowest
        if (others != 0) {
            float sum[device::kVectorElements];
            device::unpack_vector<Element>(merged, sum);
            do {
                float values[device::kVectorElements];
                device::unpack_vector<Element>(rows[(__ffs(others) - 1) * kThreads], values);
#pragma unroll
                for (int i = 0; i < device::kVectorElements; ++i) {
                    sum[i] += values[i];
                }
                others &= others - 1;
            } while (others != 0);
            const float scale = mean ? kReciprocals[__popc(members)] : 1.0f;
#pragma unroll
            for (float& value : sum) {
                value *= scale;
            }
            merged = device::pack_vector<Element>(sum);
        }
        *reinterpret_cast<uint4*>(out) = merged;
    }
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads, kBlocks) single_pass_kernel(const __grid_constant__ SinglePassArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    constexpr int kItems = kThreads / kLanes;
    static_assert(kItems <= 32 && kThreads >= 32 * kSides);
    __shared__ int item_groups[kSides][kItems];  // first the groups of an item, then those in front of it
    __shared__ int chunk_base[kSides];           // groups in front of the chunk
    extern __shared__ uint4 shared_rows[];
    uint4* const key_rows = shared_rows;
    uint4* const value_rows = shared_rows + kCellTokens * kThreads;
    const MaskArgs& mask = args.mask;
    const Sequence& sequence = args.sequence;
    const CellLanes<kLanes> lanes;
    const int chunk = blockIdx.x / args.heads;
    const int head = blockIdx.x - chunk * args.heads;
    const int own = threadIdx.x / kLanes;
    const int index = chunk * kItems + own;
    const Item item(sequence, index);
    const int column = lanes.lane * device::kVectorElements;

    CellGroups groups[kSides];
    // q lies where v will: its copy starts as soon as q has been read.
    copy_rows<Element>(mask.side[0].x, head, column, sequence, item, value_rows);
    copy_rows<Element>(mask.side[1].x, head, column, sequence, item, key_rows);
    const bool value_aware = mask.side[1].v.data != nullptr;
    uint4 rows[kCellTokens];
    device::copy_async_wait<1>();
    own_rows(value_rows, rows);
    copy_rows<Element>(args.v, head, column, sequence, item, value_rows);
    float sums[kCellEdges] = {};
    add_squared_differences<Element>(rows, sums);
    float norm = 1.0f / (4.0f * kHeadDim);
    if (item.video) {
        groups[0] = decide_cell(lanes, sums, norm, mask, mask.side[0], item.cell, index, head);
    }
#pragma unroll
    for (float& sum : sums) {
        sum = 0.0f;
    }
    if (value_aware) {
        device::copy_async_wait<0>();
        own_rows(value_rows, rows);
        norm = weigh_value_sums<Element>(mask, rows, sums, norm);
    }
    device::copy_async_wait<1>();
    own_rows(key_rows, rows);
    add_squared_differences<Element>(rows, sums);
    if (item.video) {
        groups[1] = decide_cell(lanes, sums, norm, mask, mask.side[1], item.cell, index, head);
    } else {
#pragma unroll
        for (int side = 0; side < kSides; ++side) {
            write_text_item(mask, index - sequence.cells.cells(), lanes.lane, mask.outputs(mask.side[side], head));
        }
    }
    if (lanes.lane == 0) {
#pragma unroll
        for (int side = 0; side < kSides; ++side) {
            item_groups[side][own] = __popc(groups[side].roots(item.present));
        }
    }
    __syncthreads();
    const bool last_chunk = chunk == args.chunks - 1;
    if (threadIdx.x < 32 * kSides) {
        const int side = threadIdx.x / 32;
        const int lane = threadIdx.x % 32;
        const std::int64_t row = side * args.heads + head;
        const int count = lane < kItems ? item_groups[side][lane] : 0;
        const int through = inclusive_warp_sum(count);
        const int total = __shfl_sync(0xffffffffu, through, 31);
        const int base = look_back(args.state + row * args.chunks, chunk, total);
        if (lane < kItems) {
            item_groups[side][lane] = through - count;
        }
        if (lane == 0) {
            chunk_base[side] = base;
            if (last_chunk) {
                args.groups[row] = base + total;
                if (side == 0 || args.key_lists) {
                    args.starts[row * (sequence.tokens + 1) + base + total] = sequence.tokens;
                }
            }
        }
    }
    device::copy_async_wait<0>();
    __syncthreads();

#pragma unroll
    for (int side = 0; side < kSides; ++side) {
        write_lists(args, item, side, head, lanes.lane, groups[side], chunk_base[side] + item_groups[side][own]);
    }

    // One half of a warp's groups of lanes has the keys and the other the values of the same items, so that the lanes
    // of a warp go through the same groups (of as few items as possible).
    constexpr int kWarpItems = 32 / kLanes;
    const int team = threadIdx.x % 32 / kLanes;
    const bool keys = team % 2 == 0;
    const std::int64_t head_rows = std::int64_t(head) * args.capacity;
    Element* const out =
        static_cast<Element*>(keys ? args.compacted_k : args.compacted_v) + head_rows * kHeadDim + column;
    const int roots = groups[1].roots(item.present);
    const std::uint32_t packed = groups[1].packed() | std::uint32_t(roots) << 24;
#pragma unroll
    for (int step = 0; step < 2; ++step) {
        const int warp_item = step * (kWarpItems / 2) + team / 2;
        const std::uint32_t word = __shfl_sync(0xffffffffu, packed, warp_item * kLanes);
        const int first_item = threadIdx.x / 32 * kWarpItems + warp_item;
        const int group = chunk_base[1] + item_groups[1][first_item];
        write_merged_rows<Element, kHeadDim>((keys ? key_rows : value_rows) + first_item * kLanes + lanes.lane,
                                             CellGroups::unpacked(word), int(word >> 24), keys && args.first_of_group,
                                             keys, out + std::int64_t(group) * kHeadDim);
    }
    if (!last_chunk) {
        return;
    }
    // The last chunk holds the head's last group, which the tail repeats with count 0 and value 0.
    __syncthreads();
    const int head_groups = args.groups[args.heads + head];
    const uint4 last =
        keys ? *reinterpret_cast<const uint4*>(out + std::int64_t(head_groups - 1) * kHeadDim) : uint4{0, 0, 0, 0};
    for (int tail = threadIdx.x / (2 * kLanes); tail < kKeyTailRows; tail += kItems / 2) {
        *reinterpret_cast<uint4*>(out + std::int64_t(head_groups + tail) * kHeadDim) = last;
        if (keys && lanes.lane == 0) {
            args.counts[head_rows + head_groups + tail] = 0.0f;
        }
    }
}

template <typename Element, int kHeadDim>
cudaError_t launch(const SinglePassArgs& args, cudaStream_t stream) {
    const auto kernel = single_pass_kernel<Element, kHeadDim>;
    cudaError_t error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes);
    if (error == cudaSuccess) {
        error = cudaMemsetAsync(args.state, 0, sizeof(std::uint32_t) * kSides * args.heads * args.chunks, stream);
    }
    if (error != cudaSuccess) {
        return error;
    }
    kernel<<<args.heads * args.chunks, kThreads, kSharedBytes, stream>>>(args);
    return cudaGetLastError();
}

}  // namespace

GpuError launch_single_pass(const SinglePassParams& params, GpuStream stream) noexcept {
    if (!supports_single_pass(params)) {
        return kGpuInvalidValue;
    }
    const ReuseMaskParams& mask = params.mask;
    SinglePassArgs args{};
    args.mask = mask_args(mask);
    args.sequence = {mask.grid, CellGrid(mask.grid), mask.tokens, mask.video_begin};
    args.v = mask.v;
    args.heads = mask.heads;
    const int items_of_chunk = kThreads / (mask.head_dim / device::kVectorElements);
    args.chunks = (args.sequence.items() + items_of_chunk - 1) / items_of_chunk;
    args.capacity = key_capacity(mask.tokens);
    args.first_of_group = params.reference == GroupReference::First;
    args.key_lists = params.key_lists;
    args.members = mask.members;
    args.starts = mask.starts;
    args.groups = mask.groups;
    args.group_of = mask.group_of;
    args.compacted_k = params.compacted_k;
    args.compacted_v = params.compacted_v;
    args.counts = params.counts;
    args.state = params.state;
    const auto cuda_stream = static_cast<cudaStream_t>(stream);
    const bool bf16 = mask.type == ElementType::BFloat16;
    if (mask.head_dim == 128) {
        return bf16 ? launch<__nv_bfloat16, 128>(args, cuda_stream) : launch<__half, 128>(args, cuda_stream);
    }
    return bf16 ? launch<__nv_bfloat16, 64>(args, cuda_stream) : launch<__half, 64>(args, cuda_stream);
}

}  // namespace timeripple::kernels
