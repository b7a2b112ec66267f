#pragma once
// Reads a small safetensors fixture (trusted: it is ours) and compares tensors.

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

namespace timeripple::tests {

using TensorMap = std::map<std::string, at::Tensor>;

inline TensorMap read_tensors(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::uint64_t size = 0;
    in.read(reinterpret_cast<char*>(&size), sizeof(size));
    if (!in || size > (1u << 20)) {
        throw std::runtime_error("cannot read fixture " + path);
    }
    std::string header(size, '\0');
    in.read(header.data(), std::streamsize(size));
    TensorMap tensors;
    const nlohmann::json entries = nlohmann::json::parse(header);
    for (const auto& [name, entry] : entries.items()) {
        if (name == "__metadata__") {
            continue;
        }
        const std::string dtype = entry["dtype"];
        const at::ScalarType type = dtype == "F64" ? at::kDouble : dtype == "F32" ? at::kFloat : at::kLong;
        at::Tensor tensor = at::empty(entry["shape"].get<std::vector<std::int64_t>>(), type);
        in.seekg(std::streamoff(8 + size + entry["data_offsets"][0].get<std::uint64_t>()));
        in.read(static_cast<char*>(tensor.data_ptr()), std::streamsize(tensor.nbytes()));
        tensors[name] = tensor;
    }
    if (!in) {
        throw std::runtime_error("fixture is cut short: " + path);
    }
    return tensors;
}

// Largest difference over the largest value of the reference.
inline double relative_error(const at::Tensor& value, const at::Tensor& reference) {
    const at::Tensor want = reference.to(at::kDouble);
    return ((value.to(at::kDouble) - want).abs().max() / want.abs().max()).item<double>();
}

// Root mean square of the difference over that of the reference.
inline double rms_error(const at::Tensor& value, const at::Tensor& reference) {
    const at::Tensor want = reference.to(at::kDouble);
    return ((value.to(at::kDouble) - want).norm() / want.norm()).item<double>();
}

}  // namespace timeripple::tests
