// K2: one output row per head_dim / 8 neighbouring lanes, a 16-byte vector each.

#include "kernels/api/compact_kv.h"
#include "kernels/device/dependent_launch.cuh"
#include "kernels/device/element.cuh"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kBatch = 4;  // members on their way at a time

struct CompactArgs {
    TensorView k, v;
    const int* members;
    const int* starts;
    const int* groups;
    void* compacted_k;
    void* compacted_v;
    float* counts;
    int tokens;
    int capacity;
    bool first_of_group;
};

template <typename Element>
__device__ void add_vector(const uint4& vector, float sum[device::kVectorElements]) {
    float values[device::kVectorElements];
    device::unpack_vector<Element>(vector, values);
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        sum[i] += values[i];
    }
}

// Variants under measurement: rows of one group of lanes at a time, and K and V in blocks of their own.
#ifndef TR_COMPACT_ROWS
#define TR_COMPACT_ROWS 1
#endif
#ifndef TR_COMPACT_SPLIT
#define TR_COMPACT_SPLIT 0
#endif
#ifndef TR_COMPACT_BLOCKS
#define TR_COMPACT_BLOCKS 3
#endif
constexpr int kRowsAtOnce = TR_COMPACT_ROWS;
constexpr bool kSplit = TR_COMPACT_SPLIT != 0;

template <typename Element, int kHeadDim, bool kKeys, bool kValues>
__device__ void compact_rows(const CompactArgs& args, int head) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    constexpr int kGroups = kThreads / kLanes;
    const int groups = args.groups[head];
    const int end = min(groups + kKeyTailRows, args.capacity);
    const int first_row = blockIdx.x * (kGroups * kRowsAtOnce) + threadIdx.x / kLanes;
    const int column = threadIdx.x % kLanes * device::kVectorElements;
    if (first_row >= end) {
        return;
    }
    const int* starts = args.starts + std::int64_t(head) * (args.tokens + 1);
    const int* members = args.members + std::int64_t(head) * args.tokens;
    const auto* k = static_cast<const Element*>(args.k.data) + head * args.k.head_stride + column;
    const auto* v = static_cast<const Element*>(args.v.data) + head * args.v.head_stride + column;

    int begin[kRowsAtOnce];
    int count[kRowsAtOnce];
    int most = 0;
#pragma unroll
    for (int r = 0; r < kRowsAtOnce; ++r) {
        const int group = min(first_row + r * kGroups, groups - 1);  // the tail repeats the last key
        begin[r] = starts[group];
        count[r] = starts[group + 1] - begin[r];
        most = max(most, count[r]);
    }
    uint4 first_key[kRowsAtOnce] = {};
    float key_sum[kRowsAtOnce][device::kVectorElements] = {};
    float value_sum[kRowsAtOnce][device::kVectorElements] = {};
    for (int first = 0; first < most; first += kBatch) {
        uint4 keys[kRowsAtOnce][kBatch];
        uint4 values[kRowsAtOnce][kBatch];
#pragma unroll
        for (int r = 0; r < kRowsAtOnce; ++r) {
#pragma unroll
            for (int b = 0; b < kBatch; ++b) {
                if (first + b < count[r]) {
                    const std::int64_t token = members[begin[r] + first + b];
                    if constexpr (kKeys) {
                        keys[r][b] = *reinterpret_cast<const uint4*>(k + token * args.k.token_stride);
                    }
                    if constexpr (kValues) {
                        values[r][b] = *reinterpret_cast<const uint4*>(v + token * args.v.token_stride);
                    }
                }
            }
        }
#pragma unroll
        for (int r = 0; r < kRowsAtOnce; ++r) {
            if (kKeys && first == 0) {
                first_key[r] = keys[r][0];
            }
#pragma unroll
            for (int b = 0; b < kBatch; ++b) {
                if (first + b < count[r]) {
                    if constexpr (kKeys) {
                        add_vector<Element>(keys[r][b], key_sum[r]);
                    }
                    if constexpr (kValues) {
                        add_vector<Element>(values[r][b], value_sum[r]);
                    }
                }
            }
        }
    }
#pragma unroll
    for (int r = 0; r < kRowsAtOnce; ++r) {
        const int row = first_row + r * kGroups;
        if (row >= end) {
            return;
        }
        const bool tail = row >= groups;
        const std::int64_t out = (std::int64_t(head) * args.capacity + row) * kHeadDim + column;
        if constexpr (kKeys) {
            const float key_scale = 1.0f / float(count[r]);
#pragma unroll
            for (int i = 0; i < device::kVectorElements; ++i) {
                key_sum[r][i] *= key_scale;
            }
            // A key that stands alone is passed through bit by bit.
            *reinterpret_cast<uint4*>(static_cast<Element*>(args.compacted_k) + out) =
                count[r] == 1 || args.first_of_group ? first_key[r] : device::pack_vector<Element>(key_sum[r]);
            if (column == 0) {
                args.counts[std::int64_t(head) * args.capacity + row] = tail ? 0.0f : float(count[r]);
            }
        }
        if constexpr (kValues) {
            *reinterpret_cast<uint4*>(static_cast<Element*>(args.compacted_v) + out) =
                tail ? uint4{0, 0, 0, 0} : device::pack_vector<Element>(value_sum[r]);
        }
    }
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads, TR_COMPACT_BLOCKS)
    compact_kv_kernel(const __grid_constant__ CompactArgs args) {
    device::wait_for_kernel_before();
    if constexpr (kSplit) {
        if (blockIdx.z == 0) {
            compact_rows<Element, kHeadDim, true, false>(args, blockIdx.y);
        } else {
            compact_rows<Element, kHeadDim, false, true>(args, blockIdx.y);
        }
    } else {
        compact_rows<Element, kHeadDim, true, true>(args, blockIdx.y);
    }
}

template <typename Element, int kHeadDim>
cudaError_t launch(const CompactArgs& args, int heads, cudaStream_t stream) {
    constexpr int kRows = kThreads / (kHeadDim / device::kVectorElements) * kRowsAtOnce;
    const dim3 blocks((args.capacity + kRows - 1) / kRows, heads, kSplit ? 2 : 1);
    return device::launch_behind(compact_kv_kernel<Element, kHeadDim>, blocks, kThreads, 0, stream, args);
}

}  // namespace

GpuError launch_compact_kv(const CompactKvParams& params, GpuStream stream) noexcept {
    if (!supports_compact_kv(params)) {
        return kGpuInvalidValue;
    }
    const CompactArgs args{params.k,
                           params.v,
                           params.members,
                           params.starts,
                           params.groups,
                           params.compacted_k,
                           params.compacted_v,
                           params.counts,
                           params.tokens,
                           key_capacity(params.tokens),
                           params.reference == GroupReference::First};
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
