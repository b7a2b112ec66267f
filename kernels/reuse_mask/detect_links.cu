// K0: Delta of every pair inside a 2x2x2 cell, then the links and groups of the cell. A cell is served by head_dim / 8
// neighbouring lanes, each of which holds one 16-byte vector of all eight tokens: q and k (and v) are read once.

#include "kernels/device/element.cuh"
#include "kernels/reuse_mask/cell_decision.h"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;

struct DetectSide {
    TensorView x;  // q or k
    TensorView v;  // data null: the values do not count
    float squared_theta[kAxes];
    std::uint8_t* member_mask;
    std::uint8_t* link;
};

struct DetectArgs {
    DetectSide side[kSides];
    TokenGrid grid;
    int tokens;
    int video_begin;
    int exempt_frames;
    float value_weight;
    const std::uint8_t* dense_heads;
};

template <typename Element>
__device__ void add_squared_differences(const Element* base, std::int64_t token_stride, const TokenGrid& grid,
                                        const Cell& cell, int present, int lane, float weight, float sums[kCellEdges]) {
    uint4 rows[kCellTokens];
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        rows[p] = uint4{0, 0, 0, 0};
        if (present >> p & 1) {
            const Element* row = base + cell.token(grid, p) * token_stride;
            rows[p] = *reinterpret_cast<const uint4*>(row + lane * device::kVectorElements);
        }
    }
    // Pair by pair of channels: eight tokens x 2 values live at a time.
#pragma unroll
    for (int word = 0; word < 4; ++word) {
        float2 values[kCellTokens];
#pragma unroll
        for (int p = 0; p < kCellTokens; ++p) {
            const std::uint32_t words[4] = {rows[p].x, rows[p].y, rows[p].z, rows[p].w};
            values[p] = device::Pack<Element>::unpack(words[word]);
        }
#pragma unroll
        for (int axis = 0; axis < kAxes; ++axis) {
#pragma unroll
            for (int p = 0; p < kCellTokens; ++p) {
                if (p & axis_bit(axis)) {
                    const float2 even = values[p - axis_bit(axis)];
                    const float low = values[p].x - even.x;
                    const float high = values[p].y - even.y;
                    float& sum = sums[edge_index(axis, p)];
                    sum = fmaf(weight * low, low, sum);
                    sum = fmaf(weight * high, high, sum);
                }
            }
        }
    }
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads) detect_links_kernel(const __grid_constant__ DetectArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const int head = blockIdx.y;
    const DetectSide& side = args.side[blockIdx.z];
    const int lane = threadIdx.x % kLanes;
    int item = blockIdx.x * (kThreads / kLanes) + threadIdx.x / kLanes;

    std::uint8_t* mask_row = side.member_mask + head * member_mask_stride(args.tokens);
    std::uint8_t* link_row = side.link == nullptr ? nullptr : side.link + std::int64_t(head) * args.tokens;
    const CellGrid cells(args.grid);

    if (item >= cells.cells()) {
        // Text: eight tokens to an item, in front of the video and behind it; each is a group of its own.
        item -= cells.cells();
        int token = item * kCellTokens + lane;
        if (lane < kCellTokens && token < args.tokens - args.grid.tokens()) {
            token += token >= args.video_begin ? args.grid.tokens() : 0;
            mask_row[token] = 1;
            if (link_row != nullptr) {
                link_row[token] = kNoLinkByte;
            }
        }
        return;
    }

    const Cell cell(cells, item);
    const int present = cell.mergeable(args.grid, 0);
    int mergeable = cell.mergeable(args.grid, args.exempt_frames);
    if (args.dense_heads != nullptr && args.dense_heads[head] != 0) {
        mergeable = 0;
    }

    float sums[kCellEdges] = {};
    const auto* x =
        static_cast<const Element*>(side.x.data) + head * side.x.head_stride + args.video_begin * side.x.token_stride;
    add_squared_differences<Element>(x, side.x.token_stride, args.grid, cell, present, lane, 1.0f, sums);
    float norm = 1.0f / (4.0f * kHeadDim);
    if (side.v.data != nullptr) {
        const float squared_weight = args.value_weight * args.value_weight;
        const auto* v = static_cast<const Element*>(side.v.data) + head * side.v.head_stride +
                        args.video_begin * side.v.token_stride;
        add_squared_differences<Element>(v, side.v.token_stride, args.grid, cell, present, lane, squared_weight, sums);
        norm /= 1.0f + squared_weight;
    }
    // The lanes of a cell lie inside one warp, and leave the kernel together or not at all: their group's mask.
    const unsigned lanes = kLanes == 32 ? 0xffffffffu : ((1u << kLanes) - 1u) << (threadIdx.x % 32 / kLanes * kLanes);
#pragma unroll
    for (int edge = 0; edge < kCellEdges; ++edge) {
#pragma unroll
        for (int step = kLanes / 2; step > 0; step /= 2) {
            sums[edge] += __shfl_xor_sync(lanes, sums[edge], step);
        }
        sums[edge] *= norm;
    }

    const CellDecision decision = decide_cell(mergeable, sums, side.squared_theta);
    if (lane < kCellTokens && cell.holds(args.grid, lane)) {
        const int token = args.video_begin + cell.token(args.grid, lane);
        mask_row[token] = std::uint8_t(decision.member_masks >> (8 * lane));
        if (link_row != nullptr) {
            link_row[token] = std::uint8_t(decision.links >> (8 * lane));
        }
    }
}

template <typename Element, int kHeadDim>
cudaError_t launch(const DetectArgs& args, int heads, cudaStream_t stream) {
    constexpr int kItems = kThreads / (kHeadDim / device::kVectorElements);
    const int text = args.tokens - args.grid.tokens();
    const int items = CellGrid(args.grid).cells() + (text + kCellTokens - 1) / kCellTokens;
    const dim3 blocks((items + kItems - 1) / kItems, heads, kSides);
    detect_links_kernel<Element, kHeadDim><<<blocks, kThreads, 0, stream>>>(args);
    return cudaGetLastError();
}

}  // namespace

GpuError launch_detect_links(const ReuseMaskParams& params, GpuStream stream) noexcept {
    if (!supports_reuse_mask(params)) {
        return kGpuInvalidValue;
    }
    DetectArgs args{};
    args.grid = params.grid;
    args.tokens = params.tokens;
    args.video_begin = params.video_begin;
    args.exempt_frames = params.exempt_frames;
    args.value_weight = params.value_weight;
    args.dense_heads = params.dense_heads;
    for (int s = 0; s < kSides; ++s) {
        DetectSide& side = args.side[s];
        side.x = s == 0 ? params.q : params.k;
        side.v = s == 1 && params.value_weight > 0.0f ? params.v : TensorView{};
        const std::int64_t rows = std::int64_t(s) * params.heads;
        side.member_mask = params.member_mask + rows * member_mask_stride(params.tokens);
        side.link = params.link == nullptr ? nullptr : params.link + rows * params.tokens;
        const float* theta = s == 0 ? params.query_theta : params.key_theta;
        for (int axis = 0; axis < kAxes; ++axis) {
            side.squared_theta[axis] = theta[axis] * theta[axis];
        }
    }
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
