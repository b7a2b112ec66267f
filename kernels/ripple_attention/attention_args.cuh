#pragma once
// What both attention kernels share on the device: the launch's arguments, the row lists, and moving rows in and out.

#include "kernels/api/ripple_attention.h"
#include "kernels/device/element.cuh"
#include "kernels/residual/residual.cuh"
#include "kernels/ripple_attention/tile_schedule.h"

#include <cuda_runtime.h>

namespace timeripple::kernels {

struct AttentionArgs {
    RippleAttentionParams params;
    float exp2_scale;  // softmax_scale * log2(e)
};

// The tokens behind query row `row` of a head: members[0, count). count 0: no such row.
struct QueryRow {
    const int* members = nullptr;  // null: the row is a token, `token`
    int token = 0;
    int count = 0;

    __device__ int member(int i) const { return members == nullptr ? token : members[i]; }
};

template <bool kCompacted>
__device__ inline QueryRow query_row(const RippleAttentionParams& params, int head, int row, int rows) {
    QueryRow result;
    if (row < rows) {
        if constexpr (kCompacted) {
            const int* starts = params.query_starts + std::int64_t(head) * (params.tokens + 1) + row;
            const int begin = starts[0];
            result.members = params.query_members + std::int64_t(head) * params.tokens + begin;
            result.count = starts[1] - begin;
        } else {
            result.token = row;
            result.count = 1;
        }
    }
    return result;
}

// 16 bytes of a query row: the group's reference, zeros where there is no row.
template <typename Element, bool kCompacted>
__device__ inline uint4 load_query_vector(const RippleAttentionParams& params, int head, const QueryRow& row,
                                          int column) {
    const auto* q = static_cast<const Element*>(params.q.data) + head * params.q.head_stride + column;
    if (row.count == 0) {
        return uint4{0, 0, 0, 0};
    }
    if constexpr (kCompacted) {
        const int count = params.reference == GroupReference::First ? 1 : row.count;
        return device::mean_of_rows(q, params.q.token_stride, row.members, count);
    } else {
        return *reinterpret_cast<const uint4*>(q + row.token * params.q.token_stride);
    }
}

// A token's part of the output: the row's, plus the token's residual where there is one.
template <typename Element>
__device__ inline uint4 with_residual(const RippleAttentionParams& params, int head, int token, int column,
                                      const uint4& vector) {
    if (params.residual.data == nullptr) {
        return vector;
    }
    return plus_residual<Element>(vector, params.residual, std::int64_t(head) * params.tokens + token, params.head_dim,
                                  column);
}

template <typename Element>
__device__ inline void store_to_members(const RippleAttentionParams& params, int head, const QueryRow& row, int column,
                                        const uint4& vector) {
    auto* out = static_cast<Element*>(params.out.data) + head * params.out.head_stride + column;
    for (int i = 0; i < row.count; ++i) {
        const int token = row.member(i);
        *reinterpret_cast<uint4*>(out + token * params.out.token_stride) =
            with_residual<Element>(params, head, token, column, vector);
    }
}

template <bool kCompacted>
__device__ inline int rows_of_head(const RippleAttentionParams& params, int head) {
    if constexpr (kCompacted) {
        return params.query_groups[head];
    }
    return params.tokens;
}
template <bool kCompacted>
__device__ inline int keys_of_head(const RippleAttentionParams& params, int head) {
    if constexpr (kCompacted) {
        return params.key_groups[head];
    }
    return params.tokens;
}

}  // namespace timeripple::kernels
