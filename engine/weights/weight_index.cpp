#include "engine/weights/weight_index.h"

#include "engine/base/text.h"
#include "engine/weights/strict_sax.h"

#include <algorithm>
#include <array>
#include <dirent.h>
#include <memory>
#include <sys/stat.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace timeripple::engine {
namespace {

constexpr std::uint64_t kMaxIndexBytes = 100'000'000;
constexpr std::size_t kMaxShards = 10'000;

// {"metadata": {anything small}, "weight_map": {tensor: shard file}}
class IndexSax : public StrictSax {
  public:
    IndexSax() : StrictSax(kMaxJsonDepth) {}

    std::vector<std::pair<std::string, std::string>> weight_map;
    bool seen_map = false;

    bool key(string_t& text) override {
        if (depth() == 1) {
            in_map_ = text == "weight_map";
            if (in_map_ && std::exchange(seen_map, true)) {
                return refuse("has weight_map twice");
            }
            return true;
        }
        if (depth() == 2 && in_map_) {
            if (tensors_.size() == kMaxTensors) {
                return refuse("names more than " + std::to_string(kMaxTensors) + " tensors");
            }
            if (!tensors_.insert(text).second) {
                return refuse("names tensor '" + detail::for_sentence(text) + "' twice");
            }
            tensor_ = text;
        }
        return true;
    }
    bool string(string_t& text) override {
        if (!in_map_ || depth() != 2) {
            return other();
        }
        weight_map.emplace_back(tensor_, std::move(text));
        return true;
    }
    bool null() override { return other(); }
    bool boolean(bool) override { return other(); }
    bool number_integer(number_integer_t) override { return other(); }
    bool number_unsigned(number_unsigned_t) override { return other(); }
    bool number_float(number_float_t, const string_t&) override { return other(); }

  protected:
    bool object_begins() override { return depth() == 1 || (depth() == 2 && in_map_) || other(); }
    bool array_begins() override { return other(); }

  private:
    // Whatever is outside weight_map may be what it likes; inside there are only texts.
    bool other() {
        if (depth() == 0) {
            return refuse("is not an object");
        }
        return !in_map_ ||
               refuse("gives something else than a file name for tensor '" + detail::for_sentence(tensor_) + "'");
    }

    bool in_map_ = false;
    std::string tensor_;
    std::unordered_set<std::string> tensors_;
};

Error bad(const std::string& path, const std::string& problem) {
    return {ErrorCode::BadFile, path + ": " + problem, {}};
}

// A shard lies beside its index. Anything that could point elsewhere is refused; the file itself may be a link.
std::string shard_name_problem(const std::string& name) {
    if (name.empty() || name.size() > 255) {
        return "an empty or over-long file name";
    }
    if (name.find_first_of("/\\") != std::string::npos || name.find("..") != std::string::npos) {
        return "the file name '" + detail::for_sentence(name) + "', which points outside the folder";
    }
    for (const char c : name) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            return "the file name '" + detail::for_sentence(name) + "' with a control character";
        }
    }
    if (!name.ends_with(".safetensors")) {
        return "the file '" + detail::for_sentence(name) + "', which is not a safetensors file";
    }
    return {};
}

bool exists(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0;
}

// Neither file is there: say what is there instead, if it is a known mistake.
Error nothing_found(const std::string& folder, const std::string& stem) {
    const std::string wanted = folder + "/" + stem + ".safetensors";
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(folder.c_str()), ::closedir);
    if (!listing) {
        return bad(folder, "there is no such folder, or it cannot be read. Choose a model folder in diffusers layout.");
    }
    std::string pickle, variant;
    while (const dirent* item = ::readdir(listing.get())) {
        const std::string name = item->d_name;
        constexpr std::array<const char*, 5> kPickles{".bin", ".pt", ".pth", ".ckpt", ".pkl"};
        if (std::any_of(kPickles.begin(), kPickles.end(), [&](const char* suffix) { return name.ends_with(suffix); })) {
            pickle = name;
        } else if (name.starts_with(stem) && name.ends_with(".safetensors")) {
            variant = name;
        }
    }
    if (!variant.empty()) {
        return bad(wanted, "missing, and so is its index; the folder holds '" + detail::for_sentence(variant) +
                               "'. Rename a single variant file to the plain name, or download the missing index.");
    }
    if (!pickle.empty()) {
        return bad(wanted,
                   "missing; the folder holds '" + detail::for_sentence(pickle) +
                       "', a Python pickle, which is never opened here. Download the safetensors files of this model.");
    }
    return bad(wanted,
               "missing, and there is no shard index either. Download the model again; the folder is not complete.");
}

Result<IndexSax> parse_index(const std::string& path) {
    const Result<std::string> text = read_whole_file(path, kMaxIndexBytes);
    if (!text) {
        return text.error();
    }
    IndexSax sax;
    if (const std::string problem = parse_strictly(*text, sax); !problem.empty()) {
        return bad(path, "damaged shard index: it " + problem + ". Download it again.");
    }
    if (!sax.seen_map || sax.weight_map.empty()) {
        return bad(path, "damaged shard index: it has no weight_map. Download it again.");
    }
    return sax;
}

Result<WeightIndex> read_shards(const std::string& folder, const std::string& index_path) {
    const Result<IndexSax> index = parse_index(index_path);
    if (!index) {
        return index.error();
    }
    WeightIndex weights;
    std::unordered_map<std::string, std::size_t> file_of;  // shard name -> place in weights.files
    for (const auto& [tensor, shard] : index->weight_map) {
        if (file_of.contains(shard)) {
            continue;
        }
        if (const std::string problem = shard_name_problem(shard); !problem.empty()) {
            return bad(index_path, "names " + problem + " for tensor '" + detail::for_sentence(tensor) +
                                       "'. Download the model again.");
        }
        if (file_of.size() == kMaxShards) {
            return bad(index_path, "names more than " + std::to_string(kMaxShards) + " files. Download it again.");
        }
        Result<SafetensorsHeader> header = read_safetensors_header(folder + "/" + shard);
        if (!header) {
            return header.error();
        }
        file_of.emplace(shard, weights.files.size());
        weights.files.push_back(std::move(header).value());
    }
    weights.places.reserve(index->weight_map.size());
    for (const auto& [tensor, shard] : index->weight_map) {
        const std::size_t file = file_of.at(shard);
        const auto found = weights.files[file].index_of.find(tensor);
        if (found == weights.files[file].index_of.end()) {
            return bad(weights.files[file].path,
                       "does not hold tensor '" + detail::for_sentence(tensor) +
                           "', which the shard index promises. Index and shards are of different "
                           "downloads; download the model again.");
        }
        weights.places.emplace(tensor, WeightIndex::Place{file, found->second});
    }
    for (std::size_t file = 0; file < weights.files.size(); ++file) {
        for (const SafetensorsEntry& entry : weights.files[file].entries) {
            const auto found = weights.places.find(entry.name);
            if (found == weights.places.end() || found->second.file != file) {
                return bad(weights.files[file].path,
                           "holds tensor '" + detail::for_sentence(entry.name) + "', which the shard index " +
                               (found == weights.places.end() ? "does not name" : "places elsewhere") +
                               ". Index and shards are of different downloads; download the model again.");
            }
        }
    }
    return weights;
}

}  // namespace

Result<WeightIndex> read_weight_index(const std::string& folder, const std::string& stem) {
    const std::string single = folder + "/" + stem + ".safetensors";
    const std::string index = single + ".index.json";
    if (!exists(single)) {
        return exists(index) ? read_shards(folder, index) : Result<WeightIndex>(nothing_found(folder, stem));
    }
    Result<SafetensorsHeader> header = read_safetensors_header(single);
    if (!header) {
        return header.error();
    }
    WeightIndex weights;
    weights.files.push_back(std::move(header).value());
    for (const auto& [name, place] : weights.files[0].index_of) {
        weights.places.emplace(name, WeightIndex::Place{0, place});
    }
    return weights;
}

}  // namespace timeripple::engine
