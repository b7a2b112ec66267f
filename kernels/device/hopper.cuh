#pragma once
// PTX of sm_90: transaction barriers, bulk and tensor copies, named barriers, register reallocation. Device-only.

#include "kernels/device/mma_sync.cuh"

#include <cstdint>
#include <cuda.h>

namespace timeripple::kernels::device {

// mbarrier in shared memory.
struct Barrier {
    std::uint64_t state;
};

__device__ inline void barrier_init(Barrier& barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(&barrier)), "r"(arrivals) : "memory");
}
// Makes barrier_init visible to the copy engine.
__device__ inline void barrier_init_fence() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}
__device__ inline void barrier_arrive(Barrier& barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(&barrier)) : "memory");
}
__device__ inline void barrier_arrive_expect(Barrier& barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(&barrier)), "r"(bytes)
                 : "memory");
}
// Returns once the phase of this parity is over.
__device__ inline void barrier_wait(Barrier& barrier, std::uint32_t parity) {
    const std::uint32_t address = shared_address(&barrier);
    std::uint32_t done = 0;
    do {
        asm volatile("{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.u32 %0, 1, 0, p;\n}"
                     : "=r"(done)
                     : "r"(address), "r"(parity)
                     : "memory");
    } while (done == 0);
}

// Box of a [.., .., ..] tensor map at (c0, c1, c2), c0 innermost.
__device__ inline void copy_tensor_box(std::uint32_t shared, const CUtensorMap& map, Barrier& barrier, int c0, int c1,
                                       int c2) {
    asm volatile(
        "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5}], [%2];" ::
            "r"(shared),
        "l"(&map), "r"(shared_address(&barrier)), "r"(c0), "r"(c1), "r"(c2)
        : "memory");
}
// Plain bytes, a multiple of 16.
__device__ inline void copy_bytes(std::uint32_t shared, const void* global, Barrier& barrier, int bytes) {
    asm volatile(
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(shared),
        "l"(global), "r"(bytes), "r"(shared_address(&barrier))
        : "memory");
}
__device__ inline void prefetch_tensor_map(const CUtensorMap& map) {
    asm volatile("prefetch.tensormap [%0];" ::"l"(&map) : "memory");
}
// Ordinary writes to shared memory become visible to wgmma and the copy engine.
__device__ inline void fence_async_proxy() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

// Hardware barriers 1..15 among some warps of the block (0 is __syncthreads).
__device__ inline void named_barrier_sync(int id, int threads) {
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}
__device__ inline void named_barrier_arrive(int id, int threads) {
    asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

template <int kRegisters>
__device__ inline void take_registers() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
}
template <int kRegisters>
__device__ inline void give_registers() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
}

}  // namespace timeripple::kernels::device
