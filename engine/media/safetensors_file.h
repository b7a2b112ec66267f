#pragma once
// Writes one safetensors file, complete or not there.

#include "engine/api/result.h"
#include "engine/weights/safetensors_header.h"

#include <map>
#include <string>
#include <vector>

namespace timeripple::engine::media {

// `data` is read while writing and not kept; row-major, little-endian.
struct TensorToWrite {
    std::string name;
    ElementType type = ElementType::F32;
    std::vector<std::int64_t> shape;
    const void* data = nullptr;
    std::uint64_t bytes() const;
};

Status write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                         const std::map<std::string, std::string>& metadata = {});

}  // namespace timeripple::engine::media
