#include "engine/base/checkpoint_file.h"

#include "engine/base/settings_json.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace timeripple::engine {
namespace {

namespace fs = std::filesystem;
using detail::JsonFields;
using nlohmann::json;

constexpr const char* kInfoKey = "timeripple.checkpoint";
constexpr const char* kHashKey = "timeripple.hash";

// FNV-1a over words of eight bytes: a gigabyte takes under a second.
class Hash {
  public:
    void add(const void* data, std::size_t bytes) {
        const char* next = static_cast<const char*>(data);
        for (; bytes >= sizeof(std::uint64_t); bytes -= sizeof(std::uint64_t), next += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, next, sizeof word);
            value_ = (value_ ^ word) * 1099511628211ULL;
        }
        for (; bytes > 0; --bytes, ++next)
            value_ = (value_ ^ static_cast<unsigned char>(*next)) * 1099511628211ULL;
        value_ ^= value_ >> 32;
    }
    std::string text() const { return std::to_string(value_); }

  private:
    std::uint64_t value_ = 1469598103934665603ULL;
};

Error damaged(const std::string& path, const std::string& what) {
    return {ErrorCode::BadFile, "\"" + path + "\" " + what + " Choose another checkpoint, or begin the run anew.", ""};
}

std::string info_text(const CheckpointInfo& info) {
    const json object = {{"version", kCheckpointVersion},
                         {"step", info.step},
                         {"request", detail::json_of(info.request)},
                         {"provenance", detail::json_of(info.provenance)}};
    return detail::dump_json(object);
}

Result<CheckpointInfo> read_info(const SafetensorsHeader& header) {
    const auto text = header.metadata.find(kInfoKey);
    if (text == header.metadata.end() || header.metadata.count(kHashKey) == 0) {
        return damaged(header.path, "is a safetensors file, but no checkpoint of TimeRipple Studio.");
    }
    try {
        const std::string what = "The checkpoint \"" + header.path + "\"";
        const json object = detail::parse_json(text->second, what);
        const JsonFields fields(object, what);
        fields.check_version(kCheckpointVersion);
        CheckpointInfo info;
        info.path = header.path;
        fields.read("step", info.step);
        const auto request = fields.object("request");
        const auto provenance = fields.object("provenance");
        if (!request || !provenance) return damaged(header.path, "does not say which run it is of.");
        info.request = detail::read_request(*request);
        info.provenance = detail::read_provenance(*provenance);
        if (!validate(info.request) || info.step < 1 || info.step > info.request.steps) {
            return damaged(header.path, "describes a run that cannot be.");
        }
        return info;
    } catch (const detail::JsonProblem& problem) {
        return Error{ErrorCode::BadFile, problem.what(), ""};
    }
}

}  // namespace

namespace detail {

Status write_checkpoint(const CheckpointInfo& info, const std::vector<media::TensorToWrite>& tensors) {
    std::error_code error;
    const fs::path folder = fs::path(info.path).parent_path();
    if (!folder.empty()) fs::create_directory(folder, error);  // what is wrong with it the file will say
    const std::string text = info_text(info);
    Hash hash;
    hash.add(text.data(), text.size());
    for (const auto& tensor : tensors)
        hash.add(tensor.data, tensor.bytes());
    return media::write_safetensors(info.path, tensors, {{kInfoKey, text}, {kHashKey, hash.text()}});
}

const CheckpointTensor* Checkpoint::find(const std::string& name) const {
    for (const CheckpointTensor& tensor : tensors) {
        if (tensor.name == name) return &tensor;
    }
    return nullptr;
}

Result<Checkpoint> read_checkpoint(const std::string& path) {
    auto header = read_safetensors_header(path);
    if (!header) return header.error();
    auto info = read_info(*header);
    if (!info) return info.error();
    Checkpoint checkpoint{std::move(*info), {}};
    Hash hash;
    const std::string& text = header->metadata.at(kInfoKey);
    hash.add(text.data(), text.size());
    for (const SafetensorsEntry& entry : header->entries) {
        CheckpointTensor tensor{entry.name, entry.type, entry.shape, std::vector<char>(entry.bytes)};
        const auto read = header->file->read_at(header->data_begin + entry.offset, tensor.data.data(), entry.bytes);
        if (!read) return read.error();
        hash.add(tensor.data.data(), tensor.data.size());
        checkpoint.tensors.push_back(std::move(tensor));
    }
    if (hash.text() != header->metadata.at(kHashKey)) return damaged(path, "is damaged: its bytes have changed.");
    return checkpoint;
}

}  // namespace detail

Result<CheckpointInfo> inspect_checkpoint(const std::string& path) {
    auto header = read_safetensors_header(path);
    if (!header) return header.error();
    return read_info(*header);
}

std::vector<CheckpointInfo> checkpoints_in(const std::string& folder) {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, CheckpointInfo>> found;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code unreadable;
        if (entry->path().extension() != ".safetensors" || !entry->is_regular_file(unreadable)) continue;
        const auto written = entry->last_write_time(unreadable);
        auto info = inspect_checkpoint(entry->path().string());
        if (info && !unreadable) found.emplace_back(written, std::move(*info));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second.step > b.second.step;
    });
    std::vector<CheckpointInfo> list;
    for (auto& [written, info] : found)
        list.push_back(std::move(info));
    return list;
}

std::string checkpoint_file_name(int step) {
    char name[40];
    std::snprintf(name, sizeof name, "step-%04d.safetensors", step);
    return name;
}

}  // namespace timeripple::engine
