// K0, K1 and K2 in one pass. head_dim / 8 neighbouring lanes serve an item, a 2x2x2 cell or eight text tokens, and hold
// one 16-byte vector of each of its rows: in registers for q and k, in shared memory for v.
//
// Blocks are launched in the order of blockIdx, chunk after chunk of all heads and both sides, so a block waits only
// for blocks that have begun before it: a decoupled look-back, whose sums are integers and so the same in any order.

#include "kernels/api/single_pass.h"
#include "kernels/device/mma_sync.cuh"
#include "kernels/reuse_mask/cell_lanes.cuh"
#include "kernels/single_pass/items.h"
#include "kernels/single_pass/look_back.cuh"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kBlocks = 3;                                                     // on an SM of 227 KB
constexpr int kSharedBytes = 2 * kCellTokens * kThreads * int(sizeof(uint4));  // rows of k or q, rows of v

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

template <typename Element>
__device__ void add_vector(const uint4& vector, float (&sum)[device::kVectorElements]) {
    float values[device::kVectorElements];
    device::unpack_vector<Element>(vector, values);
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        sum[i] += values[i];
    }
}

// 1.0f / count as the compiler rounds it, without the registers of a division.
__constant__ const float kReciprocals[kCellTokens + 1] = {0,        1.0f,     1.0f / 2, 1.0f / 3, 1.0f / 4,
                                                          1.0f / 5, 1.0f / 6, 1.0f / 7, 1.0f / 8};

// The rows of this thread's item in shared memory, its vector of each. A thread reads what it has copied itself, so no
// barrier is needed.
struct OwnRows {
    uint4* rows;
    __device__ uint4& operator[](int p) const { return rows[p * kThreads]; }
    __device__ void load(uint4 (&registers)[kCellTokens]) const {
#pragma unroll
        for (int p = 0; p < kCellTokens; ++p) {
            registers[p] = (*this)[p];
        }
    }
};

// Reference of a group's keys and sum of its values. fp32, members ascending; a row that stands alone is passed through
// bit by bit. `members`: bit b is row root + b.
template <typename Element>
__device__ void merge_group(const OwnRows& keys, const OwnRows& values, int root, int members, bool first_of_group,
                            uint4& key, uint4& value) {
    key = keys[root];
    value = values[root];
    if (members == 1) {
        return;
    }
    float key_sum[device::kVectorElements];
    float value_sum[device::kVectorElements];
    device::unpack_vector<Element>(key, key_sum);
    device::unpack_vector<Element>(value, value_sum);
    for (int left = members & ~1; left != 0; left &= left - 1) {
        const int member = root + __ffs(left) - 1;
        add_vector<Element>(keys[member], key_sum);
        add_vector<Element>(values[member], value_sum);
    }
    if (!first_of_group) {
        const float scale = kReciprocals[__popc(members)];
#pragma unroll
        for (float& sum : key_sum) {
            sum *= scale;
        }
        key = device::pack_vector<Element>(key_sum);
    }
    value = device::pack_vector<Element>(value_sum);
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads, kBlocks) single_pass_kernel(const __grid_constant__ SinglePassArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    constexpr int kItems = kThreads / kLanes;
    __shared__ int item_groups[kItems];  // first the groups of an item, then those in front of it
    __shared__ int chunk_base;           // groups in front of the chunk
    extern __shared__ uint4 shared_rows[];
    const MaskArgs& mask = args.mask;
    const CellLanes<kLanes> lanes;
    const int side_index = blockIdx.x % kSides;
    const int chunk = blockIdx.x / kSides / args.heads;
    const int head = blockIdx.x / kSides - chunk * args.heads;
    const MaskSide& side = mask.side[side_index];
    const bool keys = side_index == 1;
    const int own = threadIdx.x / kLanes;
    const int index = chunk * kItems + own;
    const Item item(args.sequence, index);
    const int column = lanes.lane * device::kVectorElements;

    const OwnRows rows{shared_rows + threadIdx.x};
    const OwnRows values{shared_rows + kCellTokens * kThreads + threadIdx.x};
    const auto* x = static_cast<const Element*>(side.x.data) + head * side.x.head_stride + column;
    const auto* v = static_cast<const Element*>(args.v.data) + head * args.v.head_stride + column;
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        const std::int64_t token = (item.present >> p & 1) != 0 ? item.token(args.sequence, p) : 0;
        device::copy_async_16(device::shared_address(&rows[p]), x + token * side.x.token_stride, true);
        if (keys) {
            device::copy_async_16(device::shared_address(&values[p]), v + token * args.v.token_stride, true);
        }
    }
    device::copy_async_wait_all();

    CellGroups groups;
    if (item.video) {
        float sums[kCellEdges] = {};
        float norm = 1.0f / (4.0f * kHeadDim);
        uint4 registers[kCellTokens];
        if (side.v.data != nullptr) {
            values.load(registers);
            norm = weigh_value_sums<Element>(mask, registers, sums, norm);
        }
        rows.load(registers);
        add_squared_differences<Element>(registers, sums);
        groups = decide_cell(lanes, sums, norm, mask, side, item.cell, index, head);
    } else {
        write_text_item(mask, index - mask.cells.cells(), lanes.lane, mask.outputs(side, head));
    }
    const int roots = groups.roots(item.present);
    if (lanes.lane == 0) {
        item_groups[own] = __popc(roots);
    }
    __syncthreads();
    const int row = side_index * args.heads + head;
    if (threadIdx.x < 32) {
        static_assert(kItems <= 32);
        const int lane = threadIdx.x;
        const int count = lane < kItems ? item_groups[lane] : 0;
        const int through = inclusive_warp_sum(count);
        const int total = __shfl_sync(0xffffffffu, through, 31);
        const int base = look_back(args.state + std::int64_t(row) * args.chunks, chunk, total);
        if (lane < kItems) {
            item_groups[lane] = through - count;
        }
        if (lane == 0) {
            chunk_base = base;
            if (chunk == args.chunks - 1) {
                args.groups[row] = base + total;
                if (!keys || args.key_lists) {
                    args.starts[std::int64_t(row) * (mask.tokens + 1) + base + total] = mask.tokens;
                }
            }
        }
    }
    __syncthreads();

    int group = chunk_base + item_groups[own];
    const std::int64_t head_rows = std::int64_t(head) * args.capacity;
    // A lane is a token again.
    if (lanes.lane < kCellTokens && (item.present >> lanes.lane & 1) != 0) {
        const int p = lanes.lane;
        const int root = groups.root(p);
        const int group_of_p = group + __popc(roots & ((1 << root) - 1));
        const int token = item.token(args.sequence, p);
        if (args.group_of != nullptr) {
            args.group_of[std::int64_t(row) * mask.tokens + token] = group_of_p;
        }
        if (!keys || args.key_lists) {
            const int at = item.tokens_before(args.sequence) + groups.members_before(p, item.present);
            args.members[std::int64_t(row) * mask.tokens + at] = token;
            if (root == p) {
                args.starts[std::int64_t(row) * (mask.tokens + 1) + group_of_p] = at;
            }
        }
        if (keys && root == p) {
            args.counts[head_rows + group_of_p] = float(__popc(groups.members(p)));
        }
    }
    if (!keys) {
        return;
    }
    auto* key_out = static_cast<Element*>(args.compacted_k) + head_rows * kHeadDim;
    auto* value_out = static_cast<Element*>(args.compacted_v) + head_rows * kHeadDim;
    for (int left = roots; left != 0; left &= left - 1) {
        const int root = __ffs(left) - 1;
        const std::int64_t out = std::int64_t(group++) * kHeadDim + column;
        uint4 key, value;
        merge_group<Element>(rows, values, root, groups.members(root), args.first_of_group, key, value);
        *reinterpret_cast<uint4*>(key_out + out) = key;
        *reinterpret_cast<uint4*>(value_out + out) = value;
    }
    if (chunk < args.chunks - 1) {
        return;
    }
    // The last chunk holds the head's last group, which the tail repeats with count 0 and value 0.
    __syncthreads();
    const int head_groups = args.groups[row];
    const uint4 last = *reinterpret_cast<const uint4*>(key_out + std::int64_t(head_groups - 1) * kHeadDim + column);
    for (int tail = own; tail < kKeyTailRows; tail += kItems) {
        const std::int64_t out = std::int64_t(head_groups + tail) * kHeadDim + column;
        *reinterpret_cast<uint4*>(key_out + out) = last;
        *reinterpret_cast<uint4*>(value_out + out) = uint4{0, 0, 0, 0};
        if (lanes.lane == 0) {
            args.counts[head_rows + head_groups + tail] = 0.0f;
        }
    }
}

template <typename Element, int kHeadDim>
cudaError_t launch(const SinglePassArgs& args, cudaStream_t stream) {
    cudaError_t error =
        cudaMemsetAsync(args.state, 0, sizeof(std::uint32_t) * kSides * args.heads * args.chunks, stream);
    if (error != cudaSuccess) {
        return error;
    }
    const auto kernel = single_pass_kernel<Element, kHeadDim>;
    error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes);
    if (error != cudaSuccess) {
        return error;
    }
    kernel<<<kSides * args.heads * args.chunks, kThreads, kSharedBytes, stream>>>(args);
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
    args.v = mask.v;
    args.heads = mask.heads;
    args.sequence = {mask.grid, CellGrid(mask.grid), mask.tokens, mask.video_begin};
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
