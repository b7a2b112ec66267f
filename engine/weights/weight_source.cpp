#include "engine/weights/weight_source.h"

#include "engine/base/text.h"
#include "engine/weights/weight_index.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace timeripple::engine {
namespace {

// Elements that are read and cast in one piece: LibTorch's grain size. Up to it a cast runs on the calling thread;
// waking others for every piece cost more than it brought (0.66 GB fp32 to bf16 on 2 cores: 0.3 s of CPU time in such
// pieces, 1.6 s in pieces of 1 MiB), and the piece stays in the second-level cache between read and cast.
constexpr std::int64_t kPieceElements = 32768;
// Bytes that go to another device in one copy, from pinned memory.
constexpr std::int64_t kTransferBytes = std::int64_t(32) << 20;

[[noreturn]] void fail(ErrorCode code, std::string message) {
    throw EngineFailure({code, std::move(message), {}});
}

// Undefined where LibTorch has no such type that we would read.
at::ScalarType scalar_type(ElementType type) {
    switch (type) {
        case ElementType::Bool:
            return at::kBool;
        case ElementType::U8:
            return at::kByte;
        case ElementType::I8:
            return at::kChar;
        case ElementType::I16:
            return at::kShort;
        case ElementType::I32:
            return at::kInt;
        case ElementType::I64:
            return at::kLong;
        case ElementType::F16:
            return at::kHalf;
        case ElementType::BF16:
            return at::kBFloat16;
        case ElementType::F32:
            return at::kFloat;
        case ElementType::F64:
            return at::kDouble;
        default:
            return at::ScalarType::Undefined;
    }
}

std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i ? ", " : "") + std::to_string(shape[i]);
    }
    return text + "]";
}

class SafetensorsSource : public WeightSource {
  public:
    SafetensorsSource(std::string where, WeightIndex index) : where_(std::move(where)), index_(std::move(index)) {}

    std::string where() const override { return where_; }
    bool has(const std::string& name) const override { return index_.places.contains(name); }

    std::vector<std::int64_t> shape(const std::string& name) const override { return index_.entry(place(name)).shape; }

    std::vector<std::string> names() const override {
        std::vector<std::string> all;
        all.reserve(index_.places.size());
        for (const SafetensorsHeader& file : index_.files) {
            for (const SafetensorsEntry& entry : file.entries) {
                all.push_back(entry.name);
            }
        }
        return all;
    }

    at::Tensor load(const std::string& name, at::IntArrayRef expected, at::ScalarType dtype,
                    at::Device device) override {
        const Stored found = find(name, expected, dtype);
        at::Tensor result = at::empty(expected, at::TensorOptions().dtype(dtype).device(device));
        if (found.bytes == 0) {
            return result;
        }
        const at::Tensor flat = result.view({-1});
        if (device.is_cpu()) {
            fill(*found.file, found.begin, found.type, flat);
            return result;
        }
        const std::int64_t element = static_cast<std::int64_t>(c10::elementSize(dtype));
        const std::int64_t stored_element = static_cast<std::int64_t>(c10::elementSize(found.type));
        for (std::int64_t done = 0, count = 0; done < flat.numel(); done += count) {
            count = std::min(kTransferBytes / element, flat.numel() - done);
            const at::Tensor host = buffer(transfer_, kTransferBytes, true).narrow(0, 0, count * element).view(dtype);
            fill(*found.file, found.begin + static_cast<std::uint64_t>(done * stored_element), found.type, host);
            flat.narrow(0, done, count).copy_(host);
        }
        return result;
    }

    at::Tensor load_rows(const std::string& name, const std::vector<std::int64_t>& rows, at::IntArrayRef expected,
                         at::ScalarType dtype, at::Device device) override {
        const Stored found = find(name, expected, dtype);
        std::vector<std::int64_t> shape = expected.vec();
        const std::int64_t row_bytes = shape.at(0) > 0 ? static_cast<std::int64_t>(found.bytes) / shape[0] : 0;
        const std::int64_t count = shape[0];
        shape[0] = static_cast<std::int64_t>(rows.size());
        const at::Tensor result = at::empty(shape, at::TensorOptions().dtype(dtype));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i] < 0 || rows[i] >= count) {
                fail(ErrorCode::Internal, where_ + ": row " + std::to_string(rows[i]) + " of tensor '" +
                                              detail::for_sentence(name) + "' was asked for. Please report this.");
            }
            fill(*found.file, found.begin + static_cast<std::uint64_t>(rows[i] * row_bytes), found.type,
                 result.select(0, static_cast<std::int64_t>(i)).view({-1}));
        }
        return result.to(device);
    }

  private:
    // A tensor in its file, known to have the shape and type that was asked for.
    struct Stored {
        const InputFile* file = nullptr;
        std::uint64_t begin = 0, bytes = 0;
        at::ScalarType type = at::ScalarType::Undefined;
    };

    Stored find(const std::string& name, at::IntArrayRef expected, at::ScalarType dtype) const {
        const WeightIndex::Place at = place(name);
        const SafetensorsEntry& entry = index_.entry(at);
        const SafetensorsHeader& header = index_.files[at.file];
        const std::string tensor = header.path + ": tensor '" + detail::for_sentence(name) + "' ";
        if (at::IntArrayRef(entry.shape) != expected) {
            fail(ErrorCode::WrongModel,
                 tensor + "has shape " + shape_text(entry.shape) + ", expected " + shape_text(expected) +
                     ". These weights belong to another model than config.json; download both again.");
        }
        const at::ScalarType stored = scalar_type(entry.type);
        const bool castable = stored == dtype || (at::isFloatingType(stored) && at::isFloatingType(dtype));
        if (stored == at::ScalarType::Undefined || !castable) {
            fail(ErrorCode::WrongModel,
                 tensor + "is stored as " + element_type_name(entry.type) +
                     "; weights are read from F32, F16 and BF16. Download the model in one of these.");
        }
        return {header.file.get(), header.data_begin + entry.offset, entry.bytes, stored};
    }

    WeightIndex::Place place(const std::string& name) const {
        const auto found = index_.places.find(name);
        if (found == index_.places.end()) {
            fail(ErrorCode::WrongModel,
                 where_ + ": tensor '" + detail::for_sentence(name) +
                     "' is missing. These weights belong to another model than config.json; download "
                     "both again.");
        }
        return found->second;
    }

    static void read(const InputFile& file, std::uint64_t offset, void* target, std::uint64_t count) {
        if (const Status status = file.read_at(offset, target, static_cast<std::size_t>(count)); !status) {
            throw EngineFailure(status.error());
        }
    }

    static const at::Tensor& buffer(at::Tensor& bytes, std::int64_t size, bool pinned) {
        if (!bytes.defined()) {
            bytes = at::empty({size}, at::TensorOptions().dtype(at::kByte).pinned_memory(pinned));
        }
        return bytes;
    }

    // Reads as many elements as `target` (host memory, one-dimensional) has: straight into it, or cast through the
    // staging buffer.
    void fill(const InputFile& file, std::uint64_t offset, at::ScalarType stored, const at::Tensor& target) {
        if (stored == target.scalar_type()) {
            read(file, offset, target.data_ptr(), target.nbytes());
            return;
        }
        const std::int64_t element = static_cast<std::int64_t>(c10::elementSize(stored));
        const at::Tensor& staging = buffer(staging_, kPieceElements * 8, false);
        for (std::int64_t done = 0, count = 0; done < target.numel(); done += count) {
            count = std::min(kPieceElements, target.numel() - done);
            const at::Tensor bytes = staging.narrow(0, 0, count * element);
            read(file, offset + static_cast<std::uint64_t>(done * element), bytes.data_ptr(), bytes.nbytes());
            target.narrow(0, done, count).copy_(bytes.view(stored));
        }
    }

    std::string where_;
    WeightIndex index_;
    at::Tensor staging_;   // bytes of one piece as stored
    at::Tensor transfer_;  // pinned bytes on their way to another device
};

}  // namespace

at::Tensor WeightSource::load_rows(const std::string& name, const std::vector<std::int64_t>& rows,
                                   at::IntArrayRef expected, at::ScalarType dtype, at::Device device) {
    return load(name, expected, dtype, device).index_select(0, at::tensor(rows, at::kLong).to(device));
}

std::unique_ptr<WeightSource> open_weights(const std::string& folder, const std::string& stem) {
    Result<WeightIndex> index = read_weight_index(folder, stem);
    if (!index) {
        throw EngineFailure(index.error());
    }
    return std::make_unique<SafetensorsSource>(folder, std::move(index).value());
}

void check_all(const WeightSource& source, const std::string& component, const std::vector<ExpectedTensor>& expected,
               const std::vector<std::string>& tolerated) {
    constexpr std::size_t kListed = 10;
    std::vector<std::string> problems;
    std::vector<std::string> known;
    known.reserve(expected.size());
    for (const ExpectedTensor& tensor : expected) {
        known.push_back(tensor.name);
        if (!source.has(tensor.name)) {
            problems.push_back("'" + detail::for_sentence(tensor.name) + "' is missing");
        } else if (const auto shape = source.shape(tensor.name); shape != tensor.shape) {
            problems.push_back("'" + detail::for_sentence(tensor.name) + "' is " + shape_text(shape) + " instead of " +
                               shape_text(tensor.shape));
        }
    }
    std::sort(known.begin(), known.end());
    for (const std::string& name : source.names()) {
        const bool ignored = std::any_of(tolerated.begin(), tolerated.end(),
                                         [&](const std::string& suffix) { return name.ends_with(suffix); });
        if (!ignored && !std::binary_search(known.begin(), known.end(), name)) {
            problems.push_back("'" + detail::for_sentence(name) + "' is not part of it");
        }
    }
    if (problems.empty()) {
        return;
    }
    std::string list;
    for (std::size_t i = 0; i < std::min(problems.size(), kListed); ++i) {
        list += (i ? "; " : "") + problems[i];
    }
    if (problems.size() > kListed) {
        list += "; and " + std::to_string(problems.size() - kListed) + " more";
    }
    fail(ErrorCode::WrongModel, source.where() + ": the weights are not those of the " + component +
                                    " that config.json describes: " + list +
                                    ". Choose the folder of a supported model, or download this one again.");
}

}  // namespace timeripple::engine
