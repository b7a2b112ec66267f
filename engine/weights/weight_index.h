#pragma once
// Where every tensor of one model component lies: a single safetensors file, or the shards that an index names.

#include "engine/api/result.h"
#include "engine/weights/safetensors_header.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace timeripple::engine {

struct WeightIndex {
    std::vector<SafetensorsHeader> files;
    struct Place {
        std::size_t file = 0;
        std::size_t entry = 0;
    };
    std::unordered_map<std::string, Place> places;  // every tensor of all files, once

    const SafetensorsEntry& entry(const Place& place) const { return files[place.file].entries[place.entry]; }
};

// Reads `<folder>/<stem>.safetensors`, or, where there is none, the shards of `<folder>/<stem>.safetensors.index.json`.
// Shard names with a separator or `..` are refused (links are fine: a hub cache consists of them). Index and shards
// must name exactly the same tensors, each once. Failures are BadFile, naming file, tensor and the way out.
Result<WeightIndex> read_weight_index(const std::string& folder, const std::string& stem);

}  // namespace timeripple::engine
