#pragma once
// K3 with wgmma and TMA, for sm_90a. One persistent block per SM takes tiles of query rows from a counter. Warp 0 is
// the producer; the other warpgroups consume, 64 rows each: QK^T of the next key tile is issued before PV of this one,
// softmax runs under both, and the groups take turns so that one computes softmax while another has the tensor cores.

#include "kernels/ripple_attention/sm90_consumer.cuh"
#include "kernels/ripple_attention/sm90_producer.cuh"

#include <utility>

namespace timeripple::kernels {
namespace sm90 {

template <typename Element, int kHeadDim, bool kCompacted>
__global__ void __launch_bounds__(Sm90Tile<kHeadDim>::kThreads, 1)
    ripple_attention_fwd_sm90_kernel(const __grid_constant__ Sm90Args args) {
    using Tile = Sm90Tile<kHeadDim>;
    extern __shared__ __align__(1024) unsigned char bytes[];
    auto& shared = *reinterpret_cast<Shared<Tile>*>(bytes);
    const RippleAttentionParams& params = args.attention.params;
    if (threadIdx.x == 0) {
        if (device::shared_address(bytes) % kSwizzleAtomBytes != 0) {
            __trap();  // the swizzle is taken from address bits
        }
        device::prefetch_tensor_map(args.k_map);
        device::prefetch_tensor_map(args.v_map);
        for (int stage = 0; stage < Tile::kStages; ++stage) {
            device::barrier_init(shared.k_full[stage], 1);
            device::barrier_init(shared.v_full[stage], 1);
            device::barrier_init(shared.k_empty[stage], Tile::kConsumerWarps);
            device::barrier_init(shared.v_empty[stage], Tile::kConsumerWarps);
        }
        for (int slot = 0; slot < kTileSlots; ++slot) {
            device::barrier_init(shared.tile_full[slot], 1);
            device::barrier_init(shared.tile_empty[slot], Tile::kConsumerWarps);
        }
        device::barrier_init_fence();
    }
    build_head_order(shared.order, kCompacted ? params.query_groups : nullptr, kCompacted ? params.key_groups : nullptr,
                     params.heads, params.tokens, Tile::kBlockM, threadIdx.x, blockDim.x, [] { __syncthreads(); });

    if (threadIdx.x < 128) {
        device::give_registers<Tile::kProducerRegisters>();
        if (threadIdx.x == 0) {
            produce<Tile, kCompacted>(args, shared);
        }
    } else {
        device::take_registers<Tile::kConsumerRegisters>();
        consume<Element, Tile, kCompacted>(args, shared, int(threadIdx.x) / 128 - 1);
    }
}

// The driver's tensor map encoder, looked up at run time: the program does not link the driver.
GpuError encode_tensor_map(CUtensorMap& map, const TensorView& view, ElementType type, int head_dim, int rows,
                           int heads, int box_rows);

template <typename Element, int kHeadDim, bool kCompacted>
cudaError_t launch_instance(const RippleAttentionParams& params, float exp2_scale, cudaStream_t stream) {
    using Tile = Sm90Tile<kHeadDim>;
    Sm90Args args{{params, exp2_scale}, {}, {}};
    for (auto [map, view] : {std::pair{&args.k_map, &params.k}, std::pair{&args.v_map, &params.v}}) {
        const GpuError error =
            encode_tensor_map(*map, *view, params.type, kHeadDim, params.key_rows, params.heads, Tile::kBlockN);
        if (error != kGpuSuccess) {
            return static_cast<cudaError_t>(error);
        }
    }
    const auto kernel = ripple_attention_fwd_sm90_kernel<Element, kHeadDim, kCompacted>;
    constexpr int kBytes = sizeof(Shared<Tile>);
    int device = 0;
    int multiprocessors = 0;
    cudaError_t error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes);
    if (error == cudaSuccess) {
        error = cudaGetDevice(&device);
    }
    if (error == cudaSuccess) {
        error = cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device);
    }
    if (error != cudaSuccess) {
        return error;
    }
    kernel<<<multiprocessors, Tile::kThreads, kBytes, stream>>>(args);
    return cudaGetLastError();
}

}  // namespace sm90

// Defined once per element type and head_dim, each in a file of its own.
template <typename Element, int kHeadDim>
cudaError_t launch_sm90(const RippleAttentionParams& params, float exp2_scale, cudaStream_t stream) {
    return params.query_groups != nullptr ? sm90::launch_instance<Element, kHeadDim, true>(params, exp2_scale, stream)
                                          : sm90::launch_instance<Element, kHeadDim, false>(params, exp2_scale, stream);
}

}  // namespace timeripple::kernels
