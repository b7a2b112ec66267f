#pragma once
// One 2x2x2 cell of one head and side on the device, served by head_dim / 8 neighbouring lanes of a warp, each of which
// holds one 16-byte vector of all eight tokens: sums of the squared differences, their reduction over the lanes, and
// the decision with everything that is written about it.

#include "kernels/device/element.cuh"
#include "kernels/reuse_mask/cell_decision.h"

#include <cuda_runtime.h>

namespace timeripple::kernels {

// The lanes of a cell inside their warp.
template <int kLanes>
struct CellLanes {
    int shift = int(threadIdx.x) % 32 / kLanes * kLanes;
    unsigned mask = ((1u << kLanes) - 1u) << shift;
    int lane = int(threadIdx.x) % kLanes;
};

// sums[edge] += squared differences of the edge's two tokens over the vector's eight channels.
template <typename Element>
__device__ inline void add_squared_differences(const uint4 (&rows)[kCellTokens], float (&sums)[kCellEdges]) {
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
                    sum = fmaf(low, low, sum);
                    sum = fmaf(high, high, sum);
                }
            }
        }
    }
}

// One step of a reduction that scatters: of the values, a lane keeps the half that its bit `step` names (the upper half
// is padded with a zero where their number is odd) and adds its partner's.
template <int kValues>
__device__ inline void reduce_half(const float (&values)[kValues], float (&half)[(kValues + 1) / 2], unsigned lanes,
                                   int step) {
    constexpr int kHalf = (kValues + 1) / 2;
    const bool upper = (threadIdx.x & step) != 0;
#pragma unroll
    for (int i = 0; i < kHalf; ++i) {
        const float above = i + kHalf < kValues ? values[i + kHalf < kValues ? i + kHalf : 0] : 0.0f;
        half[i] = (upper ? above : values[i]) + __shfl_xor_sync(lanes, upper ? values[i] : above, step);
    }
}

// The sums of a cell's edges over its lanes, spread: which lane holds which edge in which slot says owned_edge().
template <int kLanes>
struct EdgeSums {
    static_assert(kLanes == 8 || kLanes == 16);
    static constexpr int kSlots = kLanes == 16 ? 1 : 2;
    float slot[kSlots];

    __device__ EdgeSums(const float (&sums)[kCellEdges], unsigned lanes) {
        float six[6];
        float three[3];
        reduce_half(sums, six, lanes, kLanes / 2);
        reduce_half(six, three, lanes, kLanes / 4);
        if constexpr (kLanes == 16) {
            float two[2];
            reduce_half(three, two, lanes, 2);
            reduce_half(two, slot, lanes, 1);
        } else {
            reduce_half(three, slot, lanes, 1);
        }
    }
    // Sum of any edge, to any lane.
    __device__ float of(int edge, unsigned lanes) const {
        float sum = __shfl_sync(lanes, slot[0], edge_lane<kLanes>(edge), kLanes);
        if constexpr (kSlots == 2) {
            const float other = __shfl_sync(lanes, slot[1], edge_lane<kLanes>(edge), kLanes);
            sum = edge_slot<kLanes>(edge) == 1 ? other : sum;
        }
        return sum;
    }
};

// What is written about one head and side.
struct CellOutputs {
    std::uint8_t* member_mask;  // may be null
    std::uint8_t* link;         // may be null
    std::uint16_t* edge_delta;  // may be null
};

// ReuseMaskParams as the kernels take it.
struct MaskSide {
    TensorView x;  // q or k
    TensorView v;  // data null: the values do not count
    float squared_theta[kAxes];
    std::uint8_t* member_mask;
    std::uint8_t* link;
    std::uint16_t* edge_delta;
};
struct MaskArgs {
    MaskSide side[kSides];
    TokenGrid grid;
    CellGrid cells;
    int tokens;
    int video_begin;
    int exempt_frames;
    float squared_value_weight;
    const std::uint8_t* dense_heads;

    __device__ CellOutputs outputs(const MaskSide& own, int head) const {
        return {
            own.member_mask == nullptr ? nullptr : own.member_mask + head * member_mask_stride(tokens),
            own.link == nullptr ? nullptr : own.link + std::int64_t(head) * tokens,
            own.edge_delta == nullptr ? nullptr : own.edge_delta + head * (std::int64_t(cells.cells()) * kCellEdges)};
    }
    __device__ int mergeable(const Cell& cell, int head) const {
        return dense_heads != nullptr && dense_heads[head] != 0 ? 0 : cell.mergeable(grid, exempt_frames);
    }
};

inline MaskArgs mask_args(const ReuseMaskParams& params) {
    MaskArgs args{};
    args.grid = params.grid;
    args.cells = CellGrid(params.grid);
    args.tokens = params.tokens;
    args.video_begin = params.video_begin;
    args.exempt_frames = params.exempt_frames;
    args.squared_value_weight = params.value_weight * params.value_weight;
    args.dense_heads = params.dense_heads;
    for (int s = 0; s < kSides; ++s) {
        MaskSide& side = args.side[s];
        const std::int64_t rows = std::int64_t(s) * params.heads;
        side.v = s == 1 && params.value_weight > 0.0f ? params.v : TensorView{};
        side.member_mask =
            params.member_mask == nullptr ? nullptr : params.member_mask + rows * member_mask_stride(params.tokens);
        side.link = params.link == nullptr ? nullptr : params.link + rows * params.tokens;
        side.edge_delta =
            params.edge_delta == nullptr ? nullptr : params.edge_delta + rows * edge_delta_stride(params.grid);
        const float* theta = s == 0 ? params.query_theta : params.key_theta;
        for (int axis = 0; axis < kAxes; ++axis) {
            side.squared_theta[axis] = theta[axis] * theta[axis];
        }
    }
    args.side[0].x = params.q;
    args.side[1].x = params.k;
    return args;
}

// Text, eight tokens to an item, in front of the video and behind it: each is a group of its own.
__device__ inline void write_text_item(const MaskArgs& args, int item, int lane, const CellOutputs& out) {
    int token = item * kCellTokens + lane;
    if (lane < kCellTokens && token < args.tokens - args.grid.tokens()) {
        token += token >= args.video_begin ? args.grid.tokens() : 0;
        if (out.member_mask != nullptr) {
            out.member_mask[token] = 1;
        }
        if (out.link != nullptr) {
            out.link[token] = kNoLinkByte;
        }
    }
}
inline int text_items(const MaskArgs& args) {
    return (args.tokens - args.grid.tokens() + kCellTokens - 1) / kCellTokens;
}

// One 16-byte vector of each of a cell's tokens; `first` points into the row of token 0. A token that does not exist is
// never asked for: any row will do for it.
template <typename Element>
__device__ inline void load_cell(const Element* first, const TokenGrid& grid, std::int64_t token_stride, int present,
                                 uint4 (&rows)[kCellTokens]) {
    const std::int64_t stride[kAxes] = {grid.stride(0) * token_stride, grid.stride(1) * token_stride, token_stride};
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        const std::int64_t offset = (p >> 2) * stride[0] + (p >> 1 & 1) * stride[1] + (p & 1) * stride[2];
        rows[p] = *reinterpret_cast<const uint4*>(first + ((present >> p & 1) != 0 ? offset : 0));
    }
}

// What turns a sum of squared differences over all channels into Delta^2.
TR_HOST_DEVICE constexpr float squared_delta_norm(int head_dim) {
    return 1.0f / (4.0f * float(head_dim));
}

// Value-aware keys: the sums of squared differences of v, weighted, before those of k are added. Returns what then
// turns a sum into Delta^2, where `norm` would without v.
template <typename Element>
__device__ inline float weigh_value_sums(const MaskArgs& args, const uint4 (&rows)[kCellTokens],
                                         float (&sums)[kCellEdges], float norm) {
    add_squared_differences<Element>(rows, sums);
#pragma unroll
    for (float& sum : sums) {
        sum *= args.squared_value_weight;
    }
    return norm / (1.0f + args.squared_value_weight);
}

// The same from global memory, where there are values to look at.
template <typename Element, int kHeadDim>
__device__ inline float begin_sums(const MaskArgs& args, const MaskSide& side, int head, const Cell& cell, int lane,
                                   float (&sums)[kCellEdges]) {
    constexpr float kNorm = squared_delta_norm(kHeadDim);
    if (side.v.data == nullptr) {
        return kNorm;
    }
    uint4 rows[kCellTokens];
    load_cell(static_cast<const Element*>(side.v.data) + head * side.v.head_stride +
                  (args.video_begin + cell.token(args.grid, 0)) * side.v.token_stride + lane * device::kVectorElements,
              args.grid, side.v.token_stride, cell.present(args.grid), rows);
    return weigh_value_sums<Element>(args, rows, sums, kNorm);
}

// From a lane's sums over its own channels to links, masks and, where wanted, Deltas. `norm` turns a sum into Delta^2.
// Every lane gets the cell's groups.
template <int kLanes>
__device__ inline CellGroups decide_cell(const CellLanes<kLanes>& lanes, const float (&sums)[kCellEdges], float norm,
                                         const MaskArgs& args, const MaskSide& side, const Cell& cell, int cell_index,
                                         int head) {
    const TokenGrid& grid = args.grid;
    const CellOutputs out = args.outputs(side, head);
    const EdgeSums<kLanes> edges(sums, lanes.mask);
    const int present = cell.present(grid);
    if (out.edge_delta != nullptr) {
#pragma unroll
        for (int slot = 0; slot < EdgeSums<kLanes>::kSlots; ++slot) {
            const int edge = owned_edge<kLanes>(lanes.lane, slot);
            if (edge >= 0) {
                const bool pair = (present >> edge_odd_token(edge) & 1) != 0;
                const __half delta = __float2half_rn(sqrtf(edges.slot[slot] * norm));
                out.edge_delta[std::int64_t(cell_index) * kCellEdges + edge] =
                    pair ? __half_raw(delta).x : std::uint16_t(kNoDelta);
            }
        }
    }

    // From here on a lane is a token of the cell (with 16 lanes every token is decided twice).
    const int p = lanes.lane % kCellTokens;
    float delta[kAxes];
#pragma unroll
    for (int axis = 0; axis < kAxes; ++axis) {
        delta[axis] = edges.of(edge_index(axis, p | axis_bit(axis)), lanes.mask) * norm;
    }
    const int link = token_link(p, args.mergeable(cell, head), delta, side.squared_theta);
    const int linked = linked_token(p, link);
    int root = linked;  // at most three links
    root = __shfl_sync(lanes.mask, linked, root, kLanes);
    root = __shfl_sync(lanes.mask, linked, root, kLanes);
    CellGroups groups;
#pragma unroll
    for (int j = 0; j < 3; ++j) {
        groups.root_bits[j] = __ballot_sync(lanes.mask, (root >> j & 1) != 0) >> lanes.shift;
    }
    if (lanes.lane < kCellTokens && (present >> lanes.lane & 1) != 0) {
        const int token = args.video_begin + cell.token(grid, lanes.lane);
        if (out.member_mask != nullptr) {
            out.member_mask[token] = std::uint8_t(member_mask_of(p, groups.root_bits));
        }
        if (out.link != nullptr) {
            out.link[token] = link == kNoLink ? kNoLinkByte : std::uint8_t(link);
        }
    }
    return groups;
}

}  // namespace timeripple::kernels
