// K2: one output row per head_dim / 8 neighbouring lanes, a 16-byte vector each.

#include "kernels/api/compact_kv.h"
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

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads) compact_kv_kernel(const __grid_constant__ CompactArgs args) {
    constexpr int kLanes = kHeadDim / device::kVectorElements;
    const int head = blockIdx.y;
    const int row = blockIdx.x * (kThreads / kLanes) + threadIdx.x / kLanes;
    const int column = threadIdx.x % kLanes * device::kVectorElements;
    const int groups = args.groups[head];
    if (row >= min(groups + kKeyTailRows, args.capacity)) {
        return;
    }
    const int* starts = args.starts + std::int64_t(head) * (args.tokens + 1);
    const int group = min(row, groups - 1);  // the tail repeats the last key
    const int begin = starts[group];
    const int count = starts[group + 1] - begin;
    const int* members = args.members + std::int64_t(head) * args.tokens + begin;

    const auto* k = static_cast<const Element*>(args.k.data) + head * args.k.head_stride + column;
    const auto* v = static_cast<const Element*>(args.v.data) + head * args.v.head_stride + column;
    const bool tail = row >= groups;
    uint4 first_key{};
    float key_sum[device::kVectorElements] = {};
    float value_sum[device::kVectorElements] = {};
    for (int first = 0; first < count; first += kBatch) {
        uint4 keys[kBatch];
        uint4 values[kBatch];
#pragma unroll
        for (int b = 0; b < kBatch; ++b) {
            if (first + b < count) {
                const std::int64_t token = members[first + b];
                keys[b] = *reinterpret_cast<const uint4*>(k + token * args.k.token_stride);
                values[b] = *reinterpret_cast<const uint4*>(v + token * args.v.token_stride);
            }
        }
        if (first == 0) {
            first_key = keys[0];
        }
#pragma unroll
        for (int b = 0; b < kBatch; ++b) {
            if (first + b < count) {
                add_vector<Element>(keys[b], key_sum);
                add_vector<Element>(values[b], value_sum);
            }
        }
    }
    const float key_scale = 1.0f / float(count);
#pragma unroll
    for (int i = 0; i < device::kVectorElements; ++i) {
        key_sum[i] *= key_scale;
    }
    // A key that stands alone is passed through bit by bit.
    const uint4 key = count == 1 || args.first_of_group ? first_key : device::pack_vector<Element>(key_sum);
    const uint4 value = tail ? uint4{0, 0, 0, 0} : device::pack_vector<Element>(value_sum);

    const std::int64_t out = std::int64_t(head) * args.capacity + row;
    *reinterpret_cast<uint4*>(static_cast<Element*>(args.compacted_k) + out * kHeadDim + column) = key;
    *reinterpret_cast<uint4*>(static_cast<Element*>(args.compacted_v) + out * kHeadDim + column) = value;
    if (column == 0) {
        args.counts[out] = tail ? 0.0f : float(count);
    }
}

template <typename Element, int kHeadDim>
cudaError_t launch(const CompactArgs& args, int heads, cudaStream_t stream) {
    constexpr int kRows = kThreads / (kHeadDim / device::kVectorElements);
    const dim3 blocks((args.capacity + kRows - 1) / kRows, heads);
    compact_kv_kernel<Element, kHeadDim><<<blocks, kThreads, 0, stream>>>(args);
    return cudaGetLastError();
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
