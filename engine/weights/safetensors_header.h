#pragma once
// Strict reader of safetensors headers. No weights are read, no Torch is needed. Threads: any.
//
// Layout of the format: 8 bytes N (little-endian), N bytes of JSON, then the tensors' bytes. Every rule of the format
// is demanded, and some more than its own library demands; engine/weights/README.md lists them.

#include "engine/api/result.h"
#include "engine/weights/input_file.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace timeripple::engine {

// Every element type that the format knows, under the name it has in the file.
enum class ElementType {
    Bool,
    F4,
    F6E2M3,
    F6E3M2,
    U8,
    I8,
    F8E5M2,
    F8E4M3,
    F8E8M0,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64
};
const char* element_type_name(ElementType type);  // "F32"
int element_bits(ElementType type);

struct SafetensorsEntry {
    std::string name;
    ElementType type = ElementType::F32;
    std::vector<std::int64_t> shape;  // empty: a single number
    std::uint64_t offset = 0;         // from SafetensorsHeader::data_begin
    std::uint64_t bytes = 0;
    std::int64_t elements() const;
};

struct SafetensorsHeader {
    std::string path;
    std::vector<SafetensorsEntry> entries;  // in the order of their bytes
    std::uint64_t data_begin = 0;           // 8 + N
    std::uint64_t file_bytes = 0;
    std::map<std::string, std::string> metadata;
    std::uint64_t hash = 0;                 // FNV-1a of the JSON's bytes; two files of equal headers have the same
    std::shared_ptr<const InputFile> file;  // still open: what is read later belongs to this header

    const SafetensorsEntry* find(const std::string& name) const;  // null if there is none
    std::unordered_map<std::string, std::size_t> index_of;        // name -> place in `entries`
};

inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr std::size_t kMaxTensors = 1'000'000;
inline constexpr std::size_t kMaxNameBytes = 512;
inline constexpr std::size_t kMaxRank = 8;
inline constexpr int kMaxJsonDepth = 8;

// BadFile names the file, the tensor, and the way out. Files of another kind are recognised by content and refused with
// advice.
Result<SafetensorsHeader> read_safetensors_header(const std::string& path);

}  // namespace timeripple::engine
