// K1: from member masks to the lists of groups. A block owns one chunk of one head and side; it counts all masks in
// front of its chunk by itself (at most 1 byte per token, out of L2) and so needs no word from any other block: stable
// order, no atomics, no look-back.

#include "kernels/api/reuse_mask.h"
#include "kernels/reuse_mask/cell_decision.h"
#include "kernels/reuse_mask/scan_words.h"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kWarps = kScanThreads / 32;

struct ScanArgs {
    TokenGrid grid;
    int tokens;
    int heads;
    const std::uint8_t* member_mask;
    int* members;
    int* starts;
    int* groups;
    int* chunk_groups;  // of the keys, or null
    int* group_of;      // or null
};

__device__ GroupCount operator+(GroupCount a, GroupCount b) {
    return {a.groups + b.groups, a.members + b.members};
}

__device__ GroupCount inclusive_warp_scan(GroupCount count) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
        const GroupCount before{__shfl_up_sync(0xffffffffu, count.groups, step),
                                __shfl_up_sync(0xffffffffu, count.members, step)};
        if (lane >= step) {
            count = count + before;
        }
    }
    return count;
}

__device__ GroupCount count_vector(const uint4& masks) {
    return count_groups(masks.x) + count_groups(masks.y) + count_groups(masks.z) + count_groups(masks.w);
}

__global__ void __launch_bounds__(kScanThreads) scan_groups_kernel(const __grid_constant__ ScanArgs args) {
    __shared__ uint4 unit_masks[kScanThreads];    // a unit: 16 tokens, one thread's load
    __shared__ GroupCount unit_at[kScanThreads];  // groups and members in front of a unit
    __shared__ GroupCount warp_before[kWarps];    // sums in front of the chunk, by warp
    __shared__ GroupCount warp_inside[kWarps];    // sums inside the chunk, by warp
    const int row = blockIdx.z * args.heads + blockIdx.y;
    const std::uint8_t* masks = args.member_mask + row * member_mask_stride(args.tokens);
    const auto* vectors = reinterpret_cast<const uint4*>(masks);
    const int lane = threadIdx.x % 32;
    const int warp = threadIdx.x / 32;

    GroupCount before;
    for (int i = threadIdx.x; i < int(blockIdx.x) * kScanThreads; i += kScanThreads) {
        before = before + count_vector(vectors[i]);
    }
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
        before.groups += __shfl_xor_sync(0xffffffffu, before.groups, step);
        before.members += __shfl_xor_sync(0xffffffffu, before.members, step);
    }

    const int first = (blockIdx.x * kScanThreads + threadIdx.x) * kScanBytesPerThread;
    uint4 own{0, 0, 0, 0};
    if (first < args.tokens) {
        own = vectors[first / kScanBytesPerThread];
        own.x = masks_before(own.x, first, args.tokens);
        own.y = masks_before(own.y, first + 4, args.tokens);
        own.z = masks_before(own.z, first + 8, args.tokens);
        own.w = masks_before(own.w, first + 12, args.tokens);
    }
    const GroupCount own_count = count_vector(own);
    const GroupCount inclusive = inclusive_warp_scan(own_count);
    if (lane == 31) {
        warp_inside[warp] = inclusive;
    }
    if (lane == 0) {
        warp_before[warp] = before;
    }
    __syncthreads();

    GroupCount at{inclusive.groups - own_count.groups, inclusive.members - own_count.members};
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
        at = at + warp_before[w];
        if (w < warp) {
            at = at + warp_inside[w];
        }
    }

    unit_masks[threadIdx.x] = own;
    unit_at[threadIdx.x] = at;
    __syncthreads();

    // Token by token, so that neighbouring threads write neighbouring list entries.
    int* members = args.members + std::int64_t(row) * args.tokens;
    int* starts = args.starts + std::int64_t(row) * (args.tokens + 1);
    int* group_of = args.group_of == nullptr ? nullptr : args.group_of + std::int64_t(row) * args.tokens;
    int* chunk_groups = args.chunk_groups == nullptr || blockIdx.z == 0
                            ? nullptr
                            : args.chunk_groups + std::int64_t(blockIdx.y) * (member_chunks(args.tokens) + 1);
    const int chunk_first = blockIdx.x * kScanChunk;
    const int chunk_tokens = min(kScanChunk, args.tokens - chunk_first);
    const unsigned lanes_before = (1u << lane) - 1u;
    for (int i = threadIdx.x; i - lane < chunk_tokens; i += kScanThreads) {
        const unsigned mask = reinterpret_cast<const std::uint8_t*>(unit_masks)[i];  // 0 behind the last token
        // A warp's 32 tokens are two units; what is in front of a token inside them comes out of votes.
        const int size = __popc(mask);
        std::uint32_t votes[kSizeBits];
#pragma unroll
        for (int bit = 0; bit < kSizeBits; ++bit) {
            votes[bit] = __ballot_sync(0xffffffffu, (size >> bit & 1) != 0);
        }
        const unsigned roots = __ballot_sync(0xffffffffu, size != 0);
        if (size == 0) {
            continue;
        }
        const GroupCount front = unit_at[(i - lane) / kScanBytesPerThread] +
                                 GroupCount{__popc(roots & lanes_before), members_of(votes, lanes_before)};
        starts[front.groups] = front.members;
        int* list = members + front.members;
#pragma unroll
        for (int bit = 0; bit < kCellTokens; ++bit) {
            if ((mask >> bit & 1) != 0) {
                const int token = chunk_first + i + member_offset(args.grid, bit);
                *list++ = token;
                if (group_of != nullptr) {
                    group_of[token] = front.groups;
                }
            }
        }
        if (chunk_groups != nullptr) {
            const int chunk = chunk_behind(front.members, size);
            if (chunk >= 0) {
                chunk_groups[chunk] = front.groups + 1;
            }
            if (front.members == 0) {
                chunk_groups[0] = 0;
            }
        }
    }
    // The thread that holds the head's last token closes the lists.
    if (first < args.tokens && first + kScanBytesPerThread >= args.tokens) {
        const GroupCount end = at + own_count;
        starts[end.groups] = end.members;
        args.groups[row] = end.groups;
        if (chunk_groups != nullptr) {
            chunk_groups[member_chunks(args.tokens)] = end.groups;
        }
    }
}

}  // namespace

GpuError launch_scan_groups(const ReuseMaskParams& params, GpuStream stream) noexcept {
    if (!supports_reuse_mask(params)) {
        return kGpuInvalidValue;
    }
    const ScanArgs args{params.grid,   params.tokens, params.heads,        params.member_mask, params.members,
                        params.starts, params.groups, params.chunk_groups, params.group_of};
    const dim3 blocks((params.tokens + kScanChunk - 1) / kScanChunk, params.heads, kSides);
    scan_groups_kernel<<<blocks, kScanThreads, 0, static_cast<cudaStream_t>(stream)>>>(args);
    return cudaGetLastError();
}

}  // namespace timeripple::kernels
