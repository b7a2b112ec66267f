#include "kernels/device/element.cuh"
#include "tests/gpu/gpu_reference.h"

#include <cuda_runtime.h>

namespace timeripple::test {
namespace {

constexpr int kThreads = 128;

template <typename Element>
__device__ float to_float(Element value) {
    return float(value);
}

template <typename Element, typename Real>
__device__ Real score(const Element* q, const Element* k, int head_dim, Real scale) {
    Real sum = 0;
    for (int d = 0; d < head_dim; ++d) {
        sum += Real(to_float(q[d])) * Real(to_float(k[d]));
    }
    return sum * scale;
}

// One block per query: the largest score, then the sums, both in one thread's or one channel's own order.
template <typename Element, typename Real, bool kPlain>
__global__ void reference_kernel(ReferenceAttention call) {
    __shared__ Real shared[kThreads];
    const auto* q = static_cast<const Element*>(call.q) + std::int64_t(blockIdx.x) * call.head_dim;
    const auto* k = static_cast<const Element*>(call.k);
    const auto* v = static_cast<const Element*>(call.v);
    const int thread = threadIdx.x;

    Real largest = -INFINITY;
    for (int j = thread; j < call.keys; j += kThreads) {
        largest = fmax(largest, score(q, k + std::int64_t(j) * call.head_dim, call.head_dim, Real(call.scale)));
    }
    shared[thread] = largest;
    __syncthreads();
    for (int i = 0; i < kThreads; ++i) {
        largest = fmax(largest, shared[i]);
    }
    __syncthreads();

    Real sum = 0;
    Real out = 0;
    for (int first = 0; first < call.keys; first += kThreads) {
        const int j = first + thread;
        shared[thread] =
            j < call.keys
                ? Real(exp(score(q, k + std::int64_t(j) * call.head_dim, call.head_dim, Real(call.scale)) - largest))
                : Real(0);
        __syncthreads();
        for (int i = 0; i < min(kThreads, call.keys - first); ++i) {
            const Real p = shared[i];
            sum += p * (call.counts == nullptr ? Real(1) : Real(call.counts[first + i]));
            const Real rounded = kPlain ? Real(to_float(Element(float(p)))) : p;
            if (thread < call.head_dim) {
                out += rounded * Real(to_float(v[std::int64_t(first + i) * call.head_dim + thread]));
            }
        }
        __syncthreads();
    }
    if (thread < call.head_dim) {
        const Real value = out / sum;
        call.out[std::int64_t(blockIdx.x) * call.head_dim + thread] =
            kPlain ? double(to_float(Element(float(value)))) : double(value);
    }
    if (thread == 0 && call.lse != nullptr) {
        call.lse[blockIdx.x] = double(largest) + log(double(sum));
    }
}

template <typename Element>
cudaError_t launch(const ReferenceAttention& call, bool plain, cudaStream_t stream) {
    if (plain) {
        reference_kernel<Element, float, true><<<call.queries, kThreads, 0, stream>>>(call);
    } else {
        reference_kernel<Element, double, false><<<call.queries, kThreads, 0, stream>>>(call);
    }
    return cudaGetLastError();
}

}  // namespace

kernels::GpuError launch_reference_attention(const ReferenceAttention& call, bool plain, kernels::GpuStream stream) {
    const auto cuda_stream = static_cast<cudaStream_t>(stream);
    return call.type == kernels::ElementType::BFloat16 ? launch<__nv_bfloat16>(call, plain, cuda_stream)
                                                       : launch<__half>(call, plain, cuda_stream);
}

}  // namespace timeripple::test
