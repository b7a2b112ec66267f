#pragma once
// Device memory that frees itself, checked CUDA calls, and 2-byte floats on the host.

#include "kernels/api/gpu_types.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime_api.h>
#include <vector>

namespace timeripple::test {

inline void check(int error, const char* what) {
    if (error != 0) {
        std::printf("FAIL: %s: %s\n", what, kernels::gpu_error_text(error));
        std::exit(1);
    }
}

template <typename T>
class GpuBuffer {
  public:
    explicit GpuBuffer(std::size_t count) : count_(count) {
        check(cudaMalloc(reinterpret_cast<void**>(&data_), count * sizeof(T)), "cudaMalloc");
        fill(0xff);  // NaN in every float type, -1 in integers: what is never written shows
    }
    explicit GpuBuffer(const std::vector<T>& values) : GpuBuffer(values.size()) {
        check(cudaMemcpy(data_, values.data(), count_ * sizeof(T), cudaMemcpyHostToDevice), "cudaMemcpy to the device");
    }
    GpuBuffer(GpuBuffer&& other) noexcept : data_(other.data_), count_(other.count_) { other.data_ = nullptr; }
    GpuBuffer(const GpuBuffer&) = delete;
    GpuBuffer& operator=(const GpuBuffer&) = delete;
    GpuBuffer& operator=(GpuBuffer&&) = delete;
    ~GpuBuffer() { cudaFree(data_); }

    T* data() const { return data_; }
    std::size_t size() const { return count_; }
    void fill(int byte) { check(cudaMemset(data_, byte, count_ * sizeof(T)), "cudaMemset"); }
    std::vector<T> read() const {
        std::vector<T> values(count_);
        check(cudaMemcpy(values.data(), data_, count_ * sizeof(T), cudaMemcpyDeviceToHost), "cudaMemcpy to the host");
        return values;
    }

  private:
    T* data_ = nullptr;
    std::size_t count_ = 0;
};

// A bf16 or fp16 as 16 bits.
inline std::uint16_t to_bits(float value, kernels::ElementType type) {
    if (type == kernels::ElementType::BFloat16) {
        return __nv_bfloat16_raw(__nv_bfloat16(value)).x;
    }
    return __half_raw(__half(value)).x;
}
inline float to_float(std::uint16_t bits, kernels::ElementType type) {
    if (type == kernels::ElementType::BFloat16) {
        __nv_bfloat16_raw raw;
        raw.x = bits;
        return float(__nv_bfloat16(raw));
    }
    __half_raw raw;
    raw.x = bits;
    return float(__half(raw));
}

}  // namespace timeripple::test
