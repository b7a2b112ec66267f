#pragma once
// Checkpoints on the disk: a description (JSON in the metadata), tensors, and a hash over both.

#include "engine/api/checkpoint.h"
#include "engine/media/safetensors_file.h"

namespace timeripple::engine::detail {

// Makes the folder of `path` where it is missing, but not its parents.
Status write_checkpoint(const CheckpointInfo& info, const std::vector<media::TensorToWrite>& tensors);

// One tensor read from a checkpoint: raw, little-endian.
struct CheckpointTensor {
    std::string name;
    ElementType type = ElementType::F32;
    std::vector<std::int64_t> shape;
    std::vector<char> data;
};
struct Checkpoint {
    CheckpointInfo info;
    std::vector<CheckpointTensor> tensors;
    const CheckpointTensor* find(const std::string& name) const;
};

// The whole file, its hash compared.
Result<Checkpoint> read_checkpoint(const std::string& path);

}  // namespace timeripple::engine::detail
