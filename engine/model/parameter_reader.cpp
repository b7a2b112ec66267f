#include "engine/model/parameter_reader.h"

#include <ATen/ATen.h>

namespace timeripple::engine {

ParameterReader::ParameterReader(WeightSource& source, const ParameterTable& table, at::ScalarType dtype,
                                 at::Device device, OnLoaded on_loaded)
    : source_(source), dtype_(dtype), device_(device), on_loaded_(std::move(on_loaded)) {
    for (const Parameter& parameter : table) {
        shapes_.emplace(parameter.name, parameter.shape);
    }
}

at::Tensor ParameterReader::read(const std::string& name, at::ScalarType dtype) {
    const auto shape = shapes_.find(name);
    if (shape == shapes_.end()) {
        throw EngineFailure({ErrorCode::Internal, "A parameter was asked for that is not in the table.", name});
    }
    at::Tensor tensor = source_.load(name, shape->second, dtype, device_);
    if (on_loaded_) {
        on_loaded_(++loaded_, int(shapes_.size()));
    }
    return tensor;
}

at::Tensor ParameterReader::read_stacked(const std::vector<std::string>& names) {
    std::vector<std::int64_t> shape = shapes_.at(names.front());
    shape[0] = 0;
    for (const std::string& name : names) {
        shape[0] += shapes_.at(name)[0];
    }
    at::Tensor all = at::empty(shape, at::TensorOptions().dtype(dtype_).device(device_));
    std::int64_t row = 0;
    for (const std::string& name : names) {
        const at::Tensor part = read(name);
        all.narrow(0, row, part.size(0)).copy_(part);
        row += part.size(0);
    }
    return all;
}

}  // namespace timeripple::engine
