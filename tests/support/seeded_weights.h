#pragma once
// Parameters and inputs drawn from a seed, bit-equal to tests/data/seeded_weights.py: equality fixtures hold outputs
// only.

#include "engine/weights/weight_source.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <string>

namespace timeripple::tests {

inline std::uint64_t fnv1a(const std::string& name) {
    std::uint64_t value = 0xcbf29ce484222325ull;
    for (const char c : name) {
        value = (value ^ std::uint8_t(c)) * 0x100000001b3ull;
    }
    return value;
}

inline float uniform(std::uint64_t seed, std::uint64_t index) {
    std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    z ^= z >> 31;
    return float(z >> 40) * 0x1p-24f - 0.5f;
}

inline at::Tensor seeded(const std::string& name, at::IntArrayRef shape, float scale, float offset) {
    at::Tensor out = at::empty(shape, at::kFloat);
    const std::uint64_t seed = fnv1a(name);
    float* values = out.data_ptr<float>();
    for (std::int64_t i = 0; i < out.numel(); ++i) {
        values[i] = uniform(seed, std::uint64_t(i)) * scale + offset;
    }
    return out;
}

// An input tensor; `scale` is its standard deviation.
inline at::Tensor seeded_values(const std::string& name, at::IntArrayRef shape, double scale = 1.0) {
    return seeded(name, shape, float(std::sqrt(12.0) * scale), 0.0f);
}

inline at::Tensor seeded_parameter(const std::string& name, at::IntArrayRef shape) {
    const auto ends_with = [&](const std::string& end) {
        return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
    };
    if (ends_with("gamma") || (ends_with(".weight") && shape.size() == 1)) {
        return seeded(name, shape, 1.0f, 1.0f);
    }
    if (shape.size() == 1) {
        return seeded(name, shape, 0.25f, 0.0f);
    }
    if (ends_with("scale_shift_table")) {
        return seeded(name, shape, 1.0f, 0.0f);
    }
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
        count *= size;
    }
    return seeded(name, shape, float(std::sqrt(12.0 * double(shape[0]) / double(count))), 0.0f);
}

// A model component whose every parameter comes from its name.
class SeededWeights final : public engine::WeightSource {
  public:
    bool has(const std::string&) const override { return true; }
    std::vector<std::int64_t> shape(const std::string&) const override { return {}; }
    std::vector<std::string> names() const override { return {}; }
    at::Tensor load(const std::string& name, at::IntArrayRef expected, at::ScalarType dtype,
                    at::Device device) override {
        return seeded_parameter(name, expected).to(device, dtype);
    }
};

}  // namespace timeripple::tests
