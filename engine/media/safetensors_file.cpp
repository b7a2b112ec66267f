#include "engine/media/safetensors_file.h"

#include "engine/media/part_file.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <cstring>

namespace timeripple::engine::media {

std::uint64_t TensorToWrite::bytes() const {
    std::uint64_t count = 1;
    for (const auto extent : shape)
        count *= static_cast<std::uint64_t>(extent);
    return count * static_cast<std::uint64_t>(element_bits(type)) / 8;
}

Status write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                         const std::map<std::string, std::string>& metadata) {
    static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");
    nlohmann::json header = nlohmann::json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const TensorToWrite& tensor : tensors) {
        header[tensor.name] = {{"dtype", element_type_name(tensor.type)},
                               {"shape", tensor.shape},
                               {"data_offsets", {offset, offset + tensor.bytes()}}};
        offset += tensor.bytes();
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // the numbers begin at a multiple of 8
    const std::uint64_t size = text.size();
    std::string content(sizeof size + text.size() + offset, '\0');
    std::memcpy(content.data(), &size, sizeof size);
    std::memcpy(content.data() + sizeof size, text.data(), text.size());
    char* next = content.data() + sizeof size + text.size();
    for (const TensorToWrite& tensor : tensors) {
        if (tensor.bytes() > 0) std::memcpy(next, tensor.data, tensor.bytes());
        next += tensor.bytes();
    }
    PartFile file(path);
    if (auto status = file.prepare(); !status) return status;
    if (auto status = write_whole_file(file.part(), content.data(), content.size(), path); !status) return status;
    return file.commit();
}

}  // namespace timeripple::engine::media
