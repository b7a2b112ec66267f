#pragma once
// Builds safetensors files from raw text, so that a test can put anything into them. No Torch.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace timeripple::test {

// Every part is JSON text as it will stand in the header: a test may write "-1" or "null" for a dimension.
struct RawTensor {
    std::string name;  // without quotes, already escaped
    std::string dtype = "\"F32\"";
    std::string shape = "[]";
    std::string offsets = "[0,4]";
    std::string extra;  // for example ",\"shape\":[1]"
    std::uint64_t begin = 0, end = 4;

    std::string json() const {
        return "\"" + name + "\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + extra +
               "}";
    }
};

inline std::string offsets_text(std::uint64_t begin, std::uint64_t end) {
    return "[" + std::to_string(begin) + "," + std::to_string(end) + "]";
}

inline std::string length_bytes(std::uint64_t value) {
    std::string bytes(8, '\0');
    for (int i = 0; i < 8; ++i) {
        bytes[static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * i) & 0xFF);
    }
    return bytes;
}

inline std::string header_json(const std::vector<RawTensor>& tensors, const std::string& metadata = {}) {
    std::string json = "{";
    if (!metadata.empty()) {
        json += "\"__metadata__\":" + metadata;
    }
    for (const RawTensor& tensor : tensors) {
        json += (json.size() > 1 ? "," : "") + tensor.json();
    }
    return json + "}";
}

inline std::string safetensors_file(const std::string& json, const std::string& payload) {
    return length_bytes(json.size()) + json + payload;
}

inline void write_file(const std::string& path, const std::string& bytes) {
    std::remove(path.c_str());  // a new file: some file systems flush one that is cut to nothing and written again
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// 2 to 6 tensors that cover their payload, each of at least 8 bytes.
inline std::vector<RawTensor> random_tensors(std::mt19937_64& random, std::uint64_t& payload_bytes) {
    struct Type {
        const char* name;
        std::uint64_t bytes;
    };
    constexpr Type kTypes[] = {{"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"U8", 1}, {"F64", 8}};
    std::vector<RawTensor> tensors(2 + random() % 5);
    payload_bytes = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        RawTensor& tensor = tensors[i];
        const Type type = kTypes[random() % std::size(kTypes)];
        tensor.name = "blocks." + std::to_string(i) + ".part_" + std::to_string(random() % 1000) + ".weight";
        tensor.dtype = "\"" + std::string(type.name) + "\"";
        std::uint64_t count = 8;
        tensor.shape = "[8";
        for (std::size_t rank = random() % 4; rank > 0; --rank) {
            const std::uint64_t dim = 1 + random() % 4;
            count *= dim;
            tensor.shape += "," + std::to_string(dim);
        }
        tensor.shape += "]";
        tensor.begin = payload_bytes;
        tensor.end = payload_bytes += count * type.bytes;
        tensor.offsets = offsets_text(tensor.begin, tensor.end);
    }
    return tensors;
}

}  // namespace timeripple::test
