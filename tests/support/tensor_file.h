#pragma once
// Reads and writes small safetensors files (trusted: they are ours) and compares tensors.

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

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

// fp32 tensors only.
inline void write_tensors(const std::string& path, const TensorMap& tensors) {
    nlohmann::json entries = nlohmann::json::object();
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        entries[name] = {
            {"dtype", "F32"}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + tensor.nbytes()}}};
        offset += tensor.nbytes();
    }
    std::string header = entries.dump();
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t size = header.size();
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(&size), sizeof(size));
    out << header;
    for (const auto& [name, tensor] : tensors) {
        const at::Tensor values = tensor.to(at::kFloat).contiguous();
        out.write(static_cast<const char*>(values.const_data_ptr()), std::streamsize(values.nbytes()));
    }
    if (!out.flush()) {
        throw std::runtime_error("cannot write " + path);
    }
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
