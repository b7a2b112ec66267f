// One thread per video token and side goes through all heads, so that per-token sums need no atomics and have one
// order. Counts of heads and Deltas are gathered per block in shared memory and added to the global sums once, as
// integers.

#include "kernels/api/ripple_attention.h"
#include "kernels/reuse_mask/cell_decision.h"
#include "kernels/reuse_statistics/delta_bins.h"

#include <cuda_fp16.h>
#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;

struct StatisticsArgs {
    ReuseStatisticsParams params;
    CellGrid cells;
};

// Number of tokens in the group of token p of a cell. `links`: the links of the cell's tokens, 4 bits each (15: none).
__device__ int group_size(int p, std::uint32_t links) {
    int root_of[kCellTokens];
    int own = 0;
#pragma unroll
    for (int token = 0; token < kCellTokens; ++token) {
        int root = token;
#pragma unroll
        for (int hop = 0; hop < kAxes; ++hop) {
            const int link = int(links >> (4 * root) & 15u);
            root = link == 15 ? root : root - axis_bit(link);
        }
        root_of[token] = root;
        own = token == p ? root : own;
    }
    int size = 0;
#pragma unroll
    for (int token = 0; token < kCellTokens; ++token) {
        size += root_of[token] == own ? 1 : 0;
    }
    return size;
}

__global__ void __launch_bounds__(kThreads) reuse_statistics_kernel(const __grid_constant__ StatisticsArgs args) {
    __shared__ unsigned head_origins[kMaxHeads][kOrigins];
    __shared__ unsigned histogram[kAxes][kDeltaBins];
    __shared__ float bin_edges[kDeltaBins];
    const ReuseStatisticsParams& params = args.params;
    const int side = blockIdx.y;
    const int video_tokens = params.grid.tokens();
    for (int i = threadIdx.x; i < params.heads * kOrigins; i += kThreads) {
        (&head_origins[0][0])[i] = 0;
    }
    for (int i = threadIdx.x; i < kAxes * kDeltaBins; i += kThreads) {
        (&histogram[0][0])[i] = 0;
    }
    if (threadIdx.x < kDeltaBins) {
        bin_edges[threadIdx.x] = params.bin_edges[threadIdx.x];
    }
    __syncthreads();

    // Eight neighbouring threads are the tokens of a cell, in its own numbering; half cells leave some idle.
    const int cell_index = blockIdx.x * (kThreads / kCellTokens) + threadIdx.x / kCellTokens;
    const int p = threadIdx.x % kCellTokens;
    const bool inside = cell_index < args.cells.cells();
    const Cell cell(args.cells, inside ? cell_index : 0);
    const int present = inside ? cell.present(params.grid) : 0;
    const bool exists = (present >> p & 1) != 0;
    const int video = exists ? cell.token(params.grid, p) : 0;
    const int lane = threadIdx.x % 32;

    unsigned origins[kOrigins] = {};
    unsigned merged = 0;
    float smallest_sum = 0.0f;
    bool has_delta = false;
    for (int head = 0; head < params.heads; ++head) {
        const std::int64_t row = std::int64_t(side) * params.heads + head;
        const int link = exists ? int(params.link[row * params.tokens + params.video_begin + video]) : int(kNoLinkByte);
        const int origin = exists ? (link == kNoLinkByte ? 0 : 1 + link) : -1;
#pragma unroll
        for (int o = 0; o < kOrigins; ++o) {
            const unsigned votes = __ballot_sync(0xffffffffu, origin == o);
            if (lane == 0 && votes != 0) {
                atomicAdd(&head_origins[head][o], unsigned(__popc(votes)));
            }
            origins[o] += origin == o ? 1u : 0u;
        }
        // The cell's links, gathered by a reduction over its eight threads: 4 bits a token.
        std::uint32_t links = std::uint32_t(link == kNoLinkByte ? 15 : link) << (4 * p);
#pragma unroll
        for (int step = 1; step < kCellTokens; step *= 2) {
            links |= __shfl_xor_sync(0xffffffffu, links, step);
        }
        // Tokens that do not exist look like groups of their own and are in nobody else's.
        merged += unsigned(group_size(p, links));
        if (params.edge_delta != nullptr && exists) {
            const std::uint16_t* deltas = params.edge_delta + (row * args.cells.cells() + cell_index) * kCellEdges;
            float smallest = INFINITY;
#pragma unroll
            for (int axis = 0; axis < kAxes; ++axis) {
                if ((p & axis_bit(axis)) != 0) {
                    __half_raw raw;
                    raw.x = deltas[edge_index(axis, p)];
                    const float delta = __half2float(__half(raw));
                    const int bin = delta_bin(delta, bin_edges);
                    if (bin >= 0 && params.delta_histogram != nullptr) {
                        atomicAdd(&histogram[axis][bin], 1u);
                    }
                    if ((params.enabled_axes[side] >> axis & 1) != 0 && delta < smallest) {
                        smallest = delta;
                    }
                }
            }
            if (smallest < INFINITY) {
                smallest_sum += smallest;
                has_delta = true;
            }
        }
    }

    if (exists) {
        const std::int64_t at = std::int64_t(side) * video_tokens + video;
        if (params.token_origins != nullptr) {
#pragma unroll
            for (int o = 0; o < kOrigins; ++o) {
                params.token_origins[(std::int64_t(side) * kOrigins + o) * video_tokens + video] += origins[o];
            }
        }
        if (params.token_merged != nullptr) {
            params.token_merged[at] += merged;
        }
        if (params.token_delta != nullptr && has_delta) {
            params.token_delta[at] += smallest_sum;
        }
    }
    __syncthreads();
    if (params.head_counters != nullptr) {
        auto* counters = reinterpret_cast<unsigned long long*>(params.head_counters);
        for (int i = threadIdx.x; i < params.heads * kOrigins; i += kThreads) {
            const int head = i / kOrigins;
            const unsigned count = (&head_origins[0][0])[i];
            if (count != 0) {
                atomicAdd(counters + head * kHeadCounters + (side == 0 ? kQueryOrigins : kKeyOrigins) + i % kOrigins,
                          (unsigned long long)count);
            }
        }
        if (blockIdx.x == 0 && side == 0) {
            for (int head = threadIdx.x; head < params.heads; head += kThreads) {
                const auto queries = (unsigned long long)params.groups[head];
                const auto keys = (unsigned long long)params.groups[params.heads + head];
                unsigned long long* own = counters + head * kHeadCounters;
                own[kCalls] += 1;
                own[kQueryGroups] += queries;
                own[kKeyGroups] += keys;
                own[kGroupPairs] += queries * keys;
            }
        }
    }
    if (params.delta_histogram != nullptr) {
        for (int i = threadIdx.x; i < kAxes * kDeltaBins; i += kThreads) {
            const unsigned count = (&histogram[0][0])[i];
            if (count != 0) {
                atomicAdd(params.delta_histogram + side * kAxes * kDeltaBins + i, count);
            }
        }
    }
}

}  // namespace

GpuError launch_reuse_statistics(const ReuseStatisticsParams& params, GpuStream stream) noexcept {
    if (!supports_reuse_statistics(params)) {
        return kGpuInvalidValue;
    }
    const StatisticsArgs args{params, CellGrid(params.grid)};
    constexpr int kCells = kThreads / kCellTokens;
    const dim3 blocks((args.cells.cells() + kCells - 1) / kCells, kSides);
    reuse_statistics_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(args);
    return cudaGetLastError();
}

}  // namespace timeripple::kernels
