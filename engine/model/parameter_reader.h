#pragma once
// Loads a component's parameters by name; shapes come from its parameter table.

#include "engine/model/parameter_table.h"
#include "engine/weights/weight_source.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <unordered_map>

namespace timeripple::engine {

class ParameterReader {
  public:
    using OnLoaded = std::function<void(int done, int total)>;

    // `on_loaded` is called after each tensor; it may throw to stop loading.
    ParameterReader(WeightSource& source, const ParameterTable& table, at::ScalarType dtype, at::Device device,
                    OnLoaded on_loaded = {});

    at::Tensor read(const std::string& name) { return read(name, dtype_); }
    at::Tensor read(const std::string& name, at::ScalarType dtype);
    // Reads several tensors of equal width into one, one under the other.
    at::Tensor read_stacked(const std::vector<std::string>& names);
    bool knows(const std::string& name) const { return shapes_.count(name) != 0; }

    at::ScalarType dtype() const { return dtype_; }
    at::Device device() const { return device_; }

  private:
    WeightSource& source_;
    at::ScalarType dtype_;
    at::Device device_;
    OnLoaded on_loaded_;
    std::unordered_map<std::string, std::vector<std::int64_t>> shapes_;
    int loaded_ = 0;
};

}  // namespace timeripple::engine
