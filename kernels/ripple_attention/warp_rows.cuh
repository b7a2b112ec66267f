#pragma once
// The query rows of one consumer warp of the wgmma kernel: which tokens stand behind them, Q gathered into shared
// memory, the output scattered from there. Chains of dependent global loads are what a tile's start costs, so the lists
// are loaded once per tile and rows are loaded in batches.

#include "kernels/ripple_attention/attention_args.cuh"
#include "kernels/ripple_attention/smem_layout.h"

namespace timeripple::kernels::sm90 {

inline constexpr int kRowsOfGroup = 64;  // of a warpgroup
inline constexpr int kRowsOfWarp = 16;

// In shared memory, one per warp.
struct WarpRows {
    int begin[kRowsOfWarp + 1];  // of a row's tokens in `token`; rows behind the head's last have none
    int token[kRowsOfWarp * kMaxGroup];
};

template <bool kCompacted>
__device__ inline void load_warp_rows(WarpRows& list, const RippleAttentionParams& params, int head, int first_row,
                                      int rows, int lane) {
    if constexpr (kCompacted) {
        const int* starts = params.query_starts + std::int64_t(head) * (params.tokens + 1);
        const int start = starts[min(first_row + min(lane, kRowsOfWarp), rows)];
        const int first = __shfl_sync(0xffffffffu, start, 0);
        const int count = __shfl_sync(0xffffffffu, start, kRowsOfWarp) - first;
        if (lane <= kRowsOfWarp) {
            list.begin[lane] = start - first;
        }
        const int* members = params.query_members + std::int64_t(head) * params.tokens + first;
        for (int i = lane; i < count; i += 32) {
            list.token[i] = members[i];
        }
    } else {
        if (lane <= kRowsOfWarp) {
            list.begin[lane] = min(first_row + lane, rows) - min(first_row, rows);
        }
        if (lane < kRowsOfWarp) {
            list.token[lane] = first_row + lane;
        }
    }
    __syncwarp();
}

// The lanes of a warp as sub-warps that hold one row of head_dim each, 16 bytes per lane.
template <int kHeadDim>
struct RowLanes {
    static constexpr int kChunks = kHeadDim / kChunkElements;
    static constexpr int kRows = kRowsOfWarp * kChunks / 32;  // rows of a sub-warp

    int chunk, first_row;

    __device__ explicit RowLanes(int lane) : chunk(lane % kChunks), first_row(lane / kChunks * kRows) {}
};

// Every row of the warp: the reference of its tokens' queries, zeros where there are none. `q_tile` is the warpgroup's.
template <typename Element, int kHeadDim, bool kCompacted>
__device__ inline void gather_queries(const RippleAttentionParams& params, int head, const WarpRows& list,
                                      unsigned char* q_tile, int warp, int lane) {
    using Lanes = RowLanes<kHeadDim>;
    const Lanes lanes(lane);
    const auto* q =
        static_cast<const Element*>(params.q.data) + head * params.q.head_stride + lanes.chunk * kChunkElements;
    const auto place = [&](int row) -> uint4& {
        return *reinterpret_cast<uint4*>(q_tile +
                                         column_tile_offset(kRowsOfGroup, warp * kRowsOfWarp + row, lanes.chunk));
    };
    const auto load = [&](int i) { return *reinterpret_cast<const uint4*>(q + list.token[i] * params.q.token_stride); };

    if (!kCompacted || params.reference == GroupReference::First) {
        uint4 rows[Lanes::kRows];
#pragma unroll
        for (int r = 0; r < Lanes::kRows; ++r) {
            const int begin = list.begin[lanes.first_row + r];
            rows[r] = begin < list.begin[lanes.first_row + r + 1] ? load(begin) : uint4{0, 0, 0, 0};
        }
#pragma unroll
        for (int r = 0; r < Lanes::kRows; ++r) {
            place(lanes.first_row + r) = rows[r];
        }
        return;
    }

    constexpr int kBatch = 8;  // rows on their way at a time
    const int end = list.begin[lanes.first_row + Lanes::kRows];
    int row = lanes.first_row;
    int row_begin = list.begin[row];
    float sum[kChunkElements] = {};
    for (int first = row_begin; first < end; first += kBatch) {
        uint4 batch[kBatch];
#pragma unroll
        for (int b = 0; b < kBatch; ++b) {
            batch[b] = load(min(first + b, end - 1));
        }
#pragma unroll
        for (int b = 0; b < kBatch; ++b) {
            if (first + b < end) {
                float values[kChunkElements];
                device::unpack_vector<Element>(batch[b], values);
#pragma unroll
                for (int i = 0; i < kChunkElements; ++i) {
                    sum[i] += values[i];
                }
                const int next = first + b + 1;
                if (next == list.begin[row + 1]) {
                    const float scale = 1.0f / float(next - row_begin);
#pragma unroll
                    for (int i = 0; i < kChunkElements; ++i) {
                        values[i] = sum[i] * scale;
                        sum[i] = 0.0f;
                    }
                    place(row) = device::pack_vector<Element>(values);
                    row_begin = next;
                    ++row;
                }
            }
        }
    }
    for (; row < lanes.first_row + Lanes::kRows; ++row) {
        place(row) = uint4{0, 0, 0, 0};
    }
}

// Every row of the warp to all its tokens.
template <typename Element, int kHeadDim>
__device__ inline void scatter_output(const RippleAttentionParams& params, int head, const WarpRows& list,
                                      const unsigned char* tile, int warp, int lane) {
    using Lanes = RowLanes<kHeadDim>;
    const Lanes lanes(lane);
    auto* out = static_cast<Element*>(params.out.data) + head * params.out.head_stride + lanes.chunk * kChunkElements;
#pragma unroll
    for (int r = 0; r < Lanes::kRows; ++r) {
        const int row = lanes.first_row + r;
        const uint4 vector = *reinterpret_cast<const uint4*>(
            tile + column_tile_offset(kRowsOfGroup, warp * kRowsOfWarp + row, lanes.chunk));
        for (int i = list.begin[row]; i < list.begin[row + 1]; ++i) {
            const int token = list.token[i];
            *reinterpret_cast<uint4*>(out + token * params.out.token_stride) =
                with_residual<Element>(params, head, token, lanes.chunk * kChunkElements, vector);
        }
    }
}

}  // namespace timeripple::kernels::sm90
