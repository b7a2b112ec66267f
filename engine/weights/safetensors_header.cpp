#include "engine/weights/safetensors_header.h"

#include "engine/base/text.h"
#include "engine/weights/file_kind.h"
#include "engine/weights/strict_sax.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace timeripple::engine {
namespace {

struct TypeName {
    ElementType type;
    const char* name;
    int bits;
};
constexpr std::array<TypeName, 20> kTypes{
    {{ElementType::Bool, "BOOL", 8},      {ElementType::F4, "F4", 4},          {ElementType::F6E2M3, "F6_E2M3", 6},
     {ElementType::F6E3M2, "F6_E3M2", 6}, {ElementType::U8, "U8", 8},          {ElementType::I8, "I8", 8},
     {ElementType::F8E5M2, "F8_E5M2", 8}, {ElementType::F8E4M3, "F8_E4M3", 8}, {ElementType::F8E8M0, "F8_E8M0", 8},
     {ElementType::I16, "I16", 16},       {ElementType::U16, "U16", 16},       {ElementType::F16, "F16", 16},
     {ElementType::BF16, "BF16", 16},     {ElementType::I32, "I32", 32},       {ElementType::U32, "U32", 32},
     {ElementType::F32, "F32", 32},       {ElementType::C64, "C64", 64},       {ElementType::F64, "F64", 64},
     {ElementType::I64, "I64", 64},       {ElementType::U64, "U64", 64}}};

const TypeName& type_row(ElementType type) {
    return kTypes[static_cast<std::size_t>(type)];
}

const TypeName* type_row(std::string_view name) {
    const auto found =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeName& row) { return name == row.name; });
    return found == kTypes.end() ? nullptr : &*found;
}

std::string tensor_word(const std::string& name) {
    return "tensor '" + detail::for_sentence(name) + "' ";
}

// Empty names, over-long ones and such with control characters (C0, DEL, C1) cannot be shown or looked up honestly.
std::string name_problem(const std::string& name) {
    if (name.empty()) {
        return "has a tensor without a name";
    }
    if (name.size() > kMaxNameBytes) {
        return tensor_word(name) + "has a name longer than " + std::to_string(kMaxNameBytes) + " bytes";
    }
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto byte = static_cast<unsigned char>(name[i]);
        const bool c1 = byte == 0xC2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xA0;
        if (byte < 0x20 || byte == 0x7F || c1) {
            return tensor_word(name) + "has a control character in its name";
        }
    }
    return {};
}

std::uint64_t fnv1a(const std::string& text) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    }
    return hash;
}

// One entry of the header while it is read.
struct RawEntry {
    std::string name;
    std::string type;
    std::vector<std::uint64_t> shape;
    std::vector<std::uint64_t> offsets;
    bool has_type = false, has_shape = false, has_offsets = false;
};

// {"__metadata__": {text: text}, name: {"dtype": text, "shape": [n...], "data_offsets": [begin, end]}, ...}
class HeaderSax : public StrictSax {
  public:
    HeaderSax() : StrictSax(kMaxJsonDepth) {}

    std::vector<RawEntry> entries;
    std::map<std::string, std::string> metadata;

    bool key(string_t& text) override {
        if (depth() == 1) {
            return begin_item(text);
        }
        if (in_metadata_) {
            metadata_key_ = text;
            if (metadata.contains(text)) {
                return refuse("names the metadata key '" + detail::for_sentence(text) + "' twice");
            }
            return true;
        }
        return begin_field(text);
    }

    bool string(string_t& text) override {
        if (depth() == 2 && in_metadata_) {
            metadata.emplace(metadata_key_, std::move(text));
            return true;
        }
        if (depth() == 2 && field_ == Field::Type) {
            current_.type = std::move(text);
            return true;
        }
        return misplaced("a text");
    }

    bool number_unsigned(number_unsigned_t value) override {
        if (depth() == 3 && field_ == Field::Shape) {
            if (current_.shape.size() == kMaxRank) {
                return refuse(tensor_word(current_.name) + "has more than " + std::to_string(kMaxRank) + " dimensions");
            }
            current_.shape.push_back(value);
            return true;
        }
        if (depth() == 3 && field_ == Field::Offsets) {
            if (current_.offsets.size() == 2) {
                return refuse(tensor_word(current_.name) + "has more than two data_offsets");
            }
            current_.offsets.push_back(value);
            return true;
        }
        return misplaced("a number");
    }

    bool number_integer(number_integer_t) override { return misplaced("a negative number"); }
    bool number_float(number_float_t, const string_t& text) override {
        return misplaced("the number " + detail::for_sentence(text, 40) + " (not a whole number below 2^64)");
    }
    bool boolean(bool) override { return misplaced("true or false"); }
    bool null() override { return misplaced("null"); }

  protected:
    bool object_begins() override {
        if (depth() == 1) {
            return true;
        }
        if (depth() == 2 && !in_item_) {
            in_item_ = true;
            return true;
        }
        return misplaced("an object");
    }

    bool array_begins() override {
        const bool list =
            depth() == 3 && in_item_ && !in_metadata_ && (field_ == Field::Shape || field_ == Field::Offsets);
        return list || misplaced("a list");
    }

    bool object_ends() override {
        if (depth() != 1) {
            return true;
        }
        in_item_ = false;
        if (std::exchange(in_metadata_, false)) {
            return true;
        }
        if (!current_.has_type || !current_.has_shape || !current_.has_offsets) {
            const char* missing = !current_.has_type ? "dtype" : !current_.has_shape ? "shape" : "data_offsets";
            return refuse(tensor_word(current_.name) + "has no " + missing);
        }
        if (current_.offsets.size() != 2) {
            return refuse(tensor_word(current_.name) + "has not two data_offsets");
        }
        entries.push_back(std::move(current_));
        return true;
    }

  private:
    enum class Field { None, Type, Shape, Offsets };

    bool begin_item(const std::string& text) {
        current_ = {};
        field_ = Field::None;
        if (text == "__metadata__") {
            if (std::exchange(seen_metadata_, true)) {
                return refuse("has __metadata__ twice");
            }
            in_metadata_ = true;
            return true;
        }
        if (std::string problem = name_problem(text); !problem.empty()) {
            return refuse(std::move(problem));
        }
        if (entries.size() == kMaxTensors) {
            return refuse("has more than " + std::to_string(kMaxTensors) + " tensors");
        }
        if (!names_.insert(text).second) {
            return refuse(tensor_word(text) + "appears twice");
        }
        current_.name = text;
        return true;
    }

    bool begin_field(const std::string& text) {
        bool* seen = nullptr;
        if (text == "dtype") {
            field_ = Field::Type;
            seen = &current_.has_type;
        } else if (text == "shape") {
            field_ = Field::Shape;
            seen = &current_.has_shape;
        } else if (text == "data_offsets") {
            field_ = Field::Offsets;
            seen = &current_.has_offsets;
        } else {
            return refuse(tensor_word(current_.name) + "has an unknown field '" + detail::for_sentence(text, 60) + "'");
        }
        return !std::exchange(*seen, true) || refuse(tensor_word(current_.name) + "has " + text + " twice");
    }

    bool misplaced(const std::string& what) {
        if (in_metadata_) {
            return refuse("has " + what + " in __metadata__, where only texts may be");
        }
        if (current_.name.empty()) {
            return refuse("has " + what + " where the list of tensors should be");
        }
        const char* field = field_ == Field::Type      ? "its dtype"
                            : field_ == Field::Shape   ? "its shape"
                            : field_ == Field::Offsets ? "its data_offsets"
                                                       : "its description";
        return refuse(tensor_word(current_.name) + "has " + what + " in " + field);
    }

    RawEntry current_;
    Field field_ = Field::None;
    bool in_item_ = false, in_metadata_ = false, seen_metadata_ = false;
    std::string metadata_key_;
    std::unordered_set<std::string> names_;
};

// Shape, type and byte range must say the same. Returns the problem, or fills `entry`.
std::string check_entry(RawEntry& raw, std::uint64_t payload_bytes, SafetensorsEntry& entry) {
    const TypeName* type = type_row(raw.type);
    if (!type) {
        return tensor_word(raw.name) + "has the unknown dtype '" + detail::for_sentence(raw.type, 40) + "'";
    }
    std::uint64_t bits = static_cast<std::uint64_t>(type->bits);
    constexpr auto kMaxDim = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    for (const std::uint64_t dim : raw.shape) {
        if (dim > kMaxDim || __builtin_mul_overflow(bits, dim, &bits)) {
            return tensor_word(raw.name) + "has a shape that is too large to exist";
        }
        entry.shape.push_back(static_cast<std::int64_t>(dim));
    }
    if (bits % 8 != 0) {
        return tensor_word(raw.name) + "does not end on a whole byte";
    }
    const std::uint64_t begin = raw.offsets[0], end = raw.offsets[1];
    if (end < begin) {
        return tensor_word(raw.name) + "ends before it begins";
    }
    if (end > payload_bytes) {
        return tensor_word(raw.name) + "should end at byte " + std::to_string(end) +
               " of the data, but the file holds only " + std::to_string(payload_bytes) +
               ": the download was broken off or the header is wrong";
    }
    if (end - begin != bits / 8) {
        return tensor_word(raw.name) + "occupies " + std::to_string(end - begin) + " bytes, its shape and dtype need " +
               std::to_string(bits / 8);
    }
    entry.name = std::move(raw.name);
    entry.type = type->type;
    entry.offset = begin;
    entry.bytes = end - begin;
    return {};
}

// Sorted by their bytes, the entries must cover the data from the first byte to the last: no hole, overlap or rest.
std::string check_coverage(const std::vector<SafetensorsEntry>& entries, std::uint64_t payload_bytes) {
    std::uint64_t expected = 0;
    for (const SafetensorsEntry& entry : entries) {
        if (entry.offset != expected) {
            return tensor_word(entry.name) +
                   (entry.offset < expected ? "overlaps the tensor before it" : "leaves a hole before it") +
                   " (begins at byte " + std::to_string(entry.offset) + " of the data, expected " +
                   std::to_string(expected) + ")";
        }
        expected += entry.bytes;
    }
    if (expected != payload_bytes) {
        return "has " + std::to_string(payload_bytes - expected) + " bytes behind its last tensor that belong to none";
    }
    return {};
}

Error damaged(const std::string& path, const std::string& problem) {
    return {ErrorCode::BadFile,
            path + ": damaged safetensors file: " + problem + ". Download it again, or ask its publisher.",
            {}};
}

// For files whose first bytes cannot be a safetensors header: say what they are.
Error not_safetensors(const InputFile& file, const std::string& problem) {
    std::array<unsigned char, 512> first{};
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(first.size(), file.bytes()));
    if (const Status status = file.read_at(0, first.data(), count); !status) {
        return status.error();
    }
    const std::string kind = describe_foreign_file(first.data(), count);
    return kind.empty() ? damaged(file.path(), problem) : Error{ErrorCode::BadFile, file.path() + ": " + kind, {}};
}

}  // namespace

const char* element_type_name(ElementType type) {
    return type_row(type).name;
}
int element_bits(ElementType type) {
    return type_row(type).bits;
}

std::int64_t SafetensorsEntry::elements() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
}

const SafetensorsEntry* SafetensorsHeader::find(const std::string& name) const {
    const auto found = index_of.find(name);
    return found == index_of.end() ? nullptr : &entries[found->second];
}

Result<SafetensorsHeader> read_safetensors_header(const std::string& path) {
    Result<std::shared_ptr<const InputFile>> opened = InputFile::open(path);
    if (!opened) {
        return opened.error();
    }
    SafetensorsHeader header;
    header.path = path;
    header.file = std::move(opened).value();
    header.file_bytes = header.file->bytes();
    const InputFile& file = *header.file;

    if (header.file_bytes == 0) {
        return Error{ErrorCode::BadFile, path + ": the file is empty. Download it again.", {}};
    }
    if (header.file_bytes < 10) {
        return not_safetensors(file, "it is only " + std::to_string(header.file_bytes) + " bytes long");
    }
    std::array<unsigned char, 9> first{};
    if (const Status status = file.read_at(0, first.data(), first.size()); !status) {
        return status.error();
    }
    std::uint64_t json_bytes = 0;
    for (int i = 7; i >= 0; --i) {
        json_bytes = json_bytes << 8 | first[static_cast<std::size_t>(i)];
    }
    if (json_bytes > kMaxHeaderBytes) {
        return not_safetensors(
            file, "its header claims " + std::to_string(json_bytes) + " bytes, more than the 100 MB allowed");
    }
    // Polyglot files hide something before the JSON.
    if (first[8] != '{') {
        return not_safetensors(file, "its header does not begin with '{'");
    }
    if (json_bytes < 2) {
        return damaged(path, "its header is " + std::to_string(json_bytes) + " bytes long");
    }
    if (json_bytes > header.file_bytes - 8) {
        return damaged(path, "its header claims " + std::to_string(json_bytes) +
                                 " bytes, but the file ends before that; the "
                                 "download was broken off");
    }
    std::string json(static_cast<std::size_t>(json_bytes), '\0');
    if (const Status status = file.read_at(8, json.data(), json.size()); !status) {
        return status.error();
    }
    header.data_begin = 8 + json_bytes;
    header.hash = fnv1a(json);

    HeaderSax sax;
    if (const std::string problem = parse_strictly(json, sax); !problem.empty()) {
        return damaged(path, problem.starts_with("tensor '") ? problem : "its header " + problem);
    }
    header.metadata = std::move(sax.metadata);
    const std::uint64_t payload_bytes = header.file_bytes - header.data_begin;
    header.entries.resize(sax.entries.size());
    for (std::size_t i = 0; i < sax.entries.size(); ++i) {
        if (std::string problem = check_entry(sax.entries[i], payload_bytes, header.entries[i]); !problem.empty()) {
            return damaged(path, problem);
        }
    }
    // Empty tensors sort before the one that begins at the same byte.
    std::sort(header.entries.begin(), header.entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
        return a.offset != b.offset ? a.offset < b.offset : a.bytes != b.bytes ? a.bytes < b.bytes : a.name < b.name;
    });
    if (const std::string problem = check_coverage(header.entries, payload_bytes); !problem.empty()) {
        return damaged(path, problem.starts_with("tensor '") ? problem : "it " + problem);
    }
    header.index_of.reserve(header.entries.size());
    for (std::size_t i = 0; i < header.entries.size(); ++i) {
        header.index_of.emplace(header.entries[i].name, i);
    }
    return header;
}

}  // namespace timeripple::engine
