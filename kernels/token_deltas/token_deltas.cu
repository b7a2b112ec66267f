// One thread per token and side goes through all heads: sums need no atomics and have one order.

#include "kernels/token_deltas/smallest_delta.h"

#include <cuda_fp16.h>
#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;

struct TokenDeltaArgs {
    TokenDeltaParams params;
    CellGrid cells;
};

__device__ inline float delta_at(const std::uint16_t* deltas, int edge) {
    __half_raw raw;
    raw.x = __ldg(deltas + edge);
    return __half2float(__half(raw));
}

__global__ void __launch_bounds__(kThreads) token_deltas_kernel(const __grid_constant__ TokenDeltaArgs args) {
    const TokenDeltaParams& params = args.params;
    const int side = blockIdx.y;
    // Eight neighbouring threads are the tokens of a cell, in its own numbering; half cells leave some idle.
    const int cell_index = blockIdx.x * (kThreads / kCellTokens) + threadIdx.x / kCellTokens;
    const int p = threadIdx.x % kCellTokens;
    if (cell_index >= args.cells.cells()) {
        return;
    }
    const Cell cell(args.cells, cell_index);
    if ((cell.present(params.grid) >> p & 1) == 0) {
        return;
    }
    const int axes = compared_axes(p, cell.mergeable(params.grid, params.exempt_frames), params.enabled_axes[side]);
    const int tokens = params.grid.tokens();
    const int token = cell.token(params.grid, p);
    const std::int64_t head_stride = std::int64_t(args.cells.cells()) * kCellEdges;
    const std::uint16_t* deltas =
        params.edge_delta + side * params.heads * head_stride + std::int64_t(cell_index) * kCellEdges;
    float sum = 0.0f;
    int found = 0;
#pragma unroll 4
    for (int head = 0; head < params.heads; ++head, deltas += head_stride) {
        const bool dense = params.dense_heads != nullptr && __ldg(params.dense_heads + head) != 0;
        // An even token's edge is that of its odd neighbour: inside the cell, and not looked at.
        const float delta[kAxes] = {delta_at(deltas, edge_index(0, p)), delta_at(deltas, edge_index(1, p)),
                                    delta_at(deltas, edge_index(2, p))};
        const float smallest = smallest_delta(dense ? 0 : axes, delta);
        const bool has_delta = !isnan(smallest);
        sum += has_delta ? smallest : 0.0f;
        found += has_delta ? 1 : 0;
        if (params.bytes != nullptr) {
            params.bytes[(std::int64_t(head) * kSides + side) * tokens + token] =
                has_delta ? delta_byte(__float_as_int(smallest * smallest)) : kNoDeltaByte;
        }
    }
    const std::int64_t at = std::int64_t(side) * tokens + token;
    params.sum[at] += sum;
    params.head_count[at] += float(found);
}

}  // namespace

GpuError launch_token_deltas(const TokenDeltaParams& params, GpuStream stream) noexcept {
    if (!supports_token_deltas(params)) {
        return kGpuInvalidValue;
    }
    const TokenDeltaArgs args{params, CellGrid(params.grid)};
    constexpr int kCells = kThreads / kCellTokens;
    const dim3 blocks((args.cells.cells() + kCells - 1) / kCells, kSides);
    token_deltas_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(args);
    return cudaGetLastError();
}

}  // namespace timeripple::kernels
