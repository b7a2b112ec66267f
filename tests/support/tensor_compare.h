#pragma once
// Comparing tensors against references, and reading fixtures through our own reader.

#include "engine/weights/weight_source.h"

#include <ATen/ATen.h>

#include <cmath>
#include <memory>
#include <string>

namespace timeripple::test {

// |a - b| / |b| over all elements (Frobenius), in fp64. 0 where both are zero; infinite where only b is, or shapes
// differ.
inline double relative_error(const at::Tensor& value, const at::Tensor& reference) {
    if (value.sizes() != reference.sizes()) {
        return INFINITY;
    }
    const at::Tensor exact = reference.to(at::kCPU, at::kDouble);
    const double difference = (value.to(at::kCPU, at::kDouble) - exact).norm().item<double>();
    const double size = exact.norm().item<double>();
    return difference == 0.0 ? 0.0 : difference / size;
}

// Largest |a - b|, in fp64; infinite where shapes differ or something is not finite.
inline double max_abs_difference(const at::Tensor& value, const at::Tensor& reference) {
    if (value.sizes() != reference.sizes()) {
        return INFINITY;
    }
    if (value.numel() == 0) {
        return 0.0;
    }
    const double largest =
        (value.to(at::kCPU, at::kDouble) - reference.to(at::kCPU, at::kDouble)).abs().max().item<double>();
    return std::isfinite(largest) ? largest : INFINITY;
}

// Same dtype, shape and bits (NaN equals NaN of the same bits).
inline bool same_bits(const at::Tensor& a, const at::Tensor& b) {
    return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
           at::equal(a.cpu().contiguous().view({-1}).view(at::kByte), b.cpu().contiguous().view({-1}).view(at::kByte));
}

// tests/data/<folder>/<stem>.safetensors. Throws EngineFailure, which fails the test with its sentence.
class Fixture {
  public:
    Fixture(const std::string& folder, const std::string& stem)
        : source_(engine::open_weights(std::string(TIMERIPPLE_SOURCE_DIR "/tests/data/").append(folder), stem)) {}

    // Floating-point tensors are cast into `dtype`; integers need their own (at::kLong).
    at::Tensor tensor(const std::string& name, at::ScalarType dtype = at::kFloat) {
        return source_->load(name, source_->shape(name), dtype, at::kCPU);
    }
    bool has(const std::string& name) const { return source_->has(name); }
    engine::WeightSource& source() { return *source_; }

  private:
    std::unique_ptr<engine::WeightSource> source_;
};

}  // namespace timeripple::test
