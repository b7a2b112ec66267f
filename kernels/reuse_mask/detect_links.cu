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
__device__ void add_squared_differences(const Element* first_token, const std::int64_t (&stride)[kAxes], int present,
                                        float weight, float sums[kCellEdges]) {
    uint4 rows[kCellTokens];
#pragma unroll
    for (int p = 0; p < kCellTokens; ++p) {
        const std::int64_t offset = (p >> 2) * stride[0] + (p >> 1 & 1) * stride[1] + (p & 1) * stride[2];
        // A token that does not exist is never asked for: any row will do for it.
        rows[p] = *reinterpret_cast<const uint4*>(first_token + ((present >> p & 1) != 0 ? offset : 0));
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

// One step of a reduction that scatters: of the values, a lane keeps the half that its bit `step` names (the upper half
// is padded with a zero where their number is odd) and adds its partner's.
template <int kValues>
__device__ void reduce_half(const float (&values)[kValues], float (&half)[(kValues + 1) / 2], unsigned lanes,
                            int step) {
    constexpr int kHalf = (kValues + 1) / 2;
    const bool upper = (threadIdx.x & step) != 0;
#pragma unroll
    for (int i = 0; i < kHalf; ++i) {
        const float above = i + kHalf < kValues ? values[i + kHalf < kValues ? i + kHalf : 0] : 0.0f;
        half[i] = (upper ? above : values[i]) + __shfl_xor_sync(lanes, upper ? values[i] : above, step);
    }
}

// The sums of a cell's edges over its lanes, spread: the lane `lane_of_edge` holds the sum in its slot `slot_of_edge`.
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
        const int last = edge % 3;  // of the three edges that two steps leave
        const int lane = edge / 3 * (kLanes / 4) + (kLanes == 16 ? last : last >> 1);
        float sum = __shfl_sync(lanes, slot[0], lane, kLanes);
        if constexpr (kSlots == 2) {
            const float other = __shfl_sync(lanes, slot[1], lane, kLanes);
            sum = last == 1 ? other : sum;
        }
        return sum;
    }
};

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
    const int present = cell.present(args.grid);
    int mergeable = cell.mergeable(args.grid, args.exempt_frames);
    if (args.dense_heads != nullptr && args.dense_heads[head] != 0) {
        mergeable = 0;
    }

    float sums[kCellEdges] = {};
    const auto add = [&](const TensorView& tensor, float weight) {
        const std::int64_t stride[kAxes] = {args.grid.stride(0) * tensor.token_stride,
                                            args.grid.stride(1) * tensor.token_stride, tensor.token_stride};
        const auto* data = static_cast<const Element*>(tensor.data) + head * tensor.head_stride +
                           (args.video_begin + cell.token(args.grid, 0)) * tensor.token_stride +
                           lane * device::kVectorElements;
        add_squared_differences(data, stride, present, weight, sums);
    };
    add(side.x, 1.0f);
    float norm = 1.0f / (4.0f * kHeadDim);
    if (side.v.data != nullptr) {
        const float squared_weight = args.value_weight * args.value_weight;
        add(side.v, squared_weight);
        norm /= 1.0f + squared_weight;
    }
    // The lanes of a cell lie inside one warp, and leave the kernel together or not at all: their group's mask.
    const int group_shift = threadIdx.x % 32 / kLanes * kLanes;
    const unsigned lanes = ((1u << kLanes) - 1u) << group_shift;
    const EdgeSums<kLanes> edges(sums, lanes);

    // From here on a lane is a token of the cell (with 16 lanes every token is decided twice).
    const int p = lane % kCellTokens;
    float delta[kAxes];
#pragma unroll
    for (int axis = 0; axis < kAxes; ++axis) {
        delta[axis] = edges.of(edge_index(axis, p | axis_bit(axis)), lanes) * norm;
    }
    const int link = token_link(p, mergeable, delta, side.squared_theta);
    const int linked = linked_token(p, link);
    int root = linked;  // at most three links
    root = __shfl_sync(lanes, linked, root, kLanes);
    root = __shfl_sync(lanes, linked, root, kLanes);
    std::uint32_t root_bits[3];
#pragma unroll
    for (int j = 0; j < 3; ++j) {
        root_bits[j] = __ballot_sync(lanes, (root >> j & 1) != 0) >> group_shift;
    }
    if (lane < kCellTokens && (present >> lane & 1) != 0) {
        const int token = args.video_begin + cell.token(args.grid, lane);
        mask_row[token] = std::uint8_t(member_mask_of(p, root_bits));
        if (link_row != nullptr) {
            link_row[token] = link == kNoLink ? kNoLinkByte : std::uint8_t(link);
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
