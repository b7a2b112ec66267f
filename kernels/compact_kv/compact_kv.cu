// K2: a block reads a chunk of a head's member list, the rows of k and v behind it by cp.async, and adds them up group
// by group out of shared memory. Chunks are cut by members, not by groups, so that every block reads equally much.

#include "kernels/api/compact_kv.h"
#include "kernels/device/element.cuh"
#include "kernels/device/mma_sync.cuh"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kThreads = 256;
constexpr int kMostSpill = 7;  // members of a chunk's last group that lie behind it: a group has at most eight

struct CompactArgs {
    TensorView k, v;
    const int* members;
    const int* starts;
    const int* groups;
    const int* chunk_groups;
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
    constexpr int kTeams = kThreads / kLanes;  // of lanes that share a row
    constexpr int kRounds = kMemberChunk / kTeams;
    static_assert(kMemberChunk % kTeams == 0 && kMostSpill <= kTeams && kMemberChunk < kThreads);
    __shared__ uint4 keys[kMemberChunk + kMostSpill][kLanes];
    __shared__ uint4 values[kMemberChunk + kMostSpill][kLanes];
    __shared__ int starts[kMemberChunk + 1];
    // Backwards: what detection read last still lies in L2.
    const int head = gridDim.y - 1 - blockIdx.y;
    const int chunk = gridDim.x - 1 - blockIdx.x;
    const int team = threadIdx.x / kLanes;
    const int lane = threadIdx.x % kLanes;
    const int first = chunk * kMemberChunk;
    const int* members = args.members + std::int64_t(head) * args.tokens + first;
    const int* chunk_groups = args.chunk_groups + std::int64_t(head) * (gridDim.x + 1) + chunk;
    const auto* k =
        static_cast<const Element*>(args.k.data) + head * args.k.head_stride + lane * device::kVectorElements;
    const auto* v =
        static_cast<const Element*>(args.v.data) + head * args.v.head_stride + lane * device::kVectorElements;
    const auto load = [&](int row, std::int64_t token) {
        device::copy_async_16(device::shared_address(&keys[row][lane]), k + token * args.k.token_stride, true);
        device::copy_async_16(device::shared_address(&values[row][lane]), v + token * args.v.token_stride, true);
    };

    const int listed = args.tokens - first;  // members from here on: every token is one
    int tokens[kRounds];
#pragma unroll
    for (int round = 0; round < kRounds; ++round) {
        const int row = round * kTeams + team;
        tokens[round] = row < listed ? members[row] : -1;
    }
    const int first_group = chunk_groups[0];
    const int groups = chunk_groups[1] - first_group;  // that start in this chunk
#pragma unroll
    for (int round = 0; round < kRounds; ++round) {
        if (tokens[round] >= 0) {
            load(round * kTeams + team, tokens[round]);
        }
    }
    const int* own_starts = args.starts + std::int64_t(head) * (args.tokens + 1) + first_group;
    const int spill = own_starts[groups] - first - kMemberChunk;
    if (team < spill) {
        load(kMemberChunk + team, members[kMemberChunk + team]);
    }
    device::copy_async_commit();
    if (int(threadIdx.x) <= groups) {
        starts[threadIdx.x] = own_starts[threadIdx.x] - first;
    }
    device::copy_async_wait<0>();
    __syncthreads();

    const std::int64_t out = std::int64_t(head) * args.capacity + first_group;
    auto* out_k = static_cast<Element*>(args.compacted_k) + out * kHeadDim + lane * device::kVectorElements;
    auto* out_v = static_cast<Element*>(args.compacted_v) + out * kHeadDim + lane * device::kVectorElements;
    const auto key_of = [&](int begin, int end) {
        // A key that stands alone is passed through bit by bit.
        if (end - begin == 1 || args.first_of_group) {
            return keys[begin][lane];
        }
        float sum[device::kVectorElements] = {};
        for (int row = begin; row < end; ++row) {
            add_vector<Element>(keys[row][lane], sum);
        }
        const float scale = 1.0f / float(end - begin);
#pragma unroll
        for (int i = 0; i < device::kVectorElements; ++i) {
            sum[i] *= scale;
        }
        return device::pack_vector<Element>(sum);
    };
    for (int group = team; group < groups; group += kTeams) {
        const int begin = starts[group];
        const int end = starts[group + 1];
        float sum[device::kVectorElements] = {};
        for (int row = begin; row < end; ++row) {
            add_vector<Element>(values[row][lane], sum);
        }
        *reinterpret_cast<uint4*>(out_k + group * kHeadDim) = key_of(begin, end);
        *reinterpret_cast<uint4*>(out_v + group * kHeadDim) = device::pack_vector<Element>(sum);
    }
    if (int(threadIdx.x) < groups) {
        args.counts[out + threadIdx.x] = float(starts[threadIdx.x + 1] - starts[threadIdx.x]);
    }
    // The block of the head's last group repeats its key behind it.
    if (groups > 0 && first_group + groups == args.groups[head]) {
        const uint4 key = key_of(starts[groups - 1], starts[groups]);
        for (int row = team; row < kKeyTailRows; row += kTeams) {
            *reinterpret_cast<uint4*>(out_k + (groups + row) * kHeadDim) = key;
            *reinterpret_cast<uint4*>(out_v + (groups + row) * kHeadDim) = uint4{0, 0, 0, 0};
            if (lane == 0) {
                args.counts[out + groups + row] = 0.0f;
            }
        }
    }
}

template <typename Element, int kHeadDim>
cudaError_t launch(const CompactArgs& args, int heads, cudaStream_t stream) {
    const dim3 blocks(member_chunks(args.tokens), heads);
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
                           params.chunk_groups,
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
