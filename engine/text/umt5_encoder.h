#pragma once
// Parts of the UMT5 encoder that its tests look at; open_umt5_encoder() is in text_encoder.h.

#include <ATen/core/Tensor.h>

namespace timeripple::engine {

// Bucket of every relative distance key - query from -(tokens - 1) to tokens - 1: int64 [2 * tokens - 1]. Half of the
// buckets are for keys behind the query; of each half, half are for single distances, the rest grow logarithmically up
// to max_distance.
at::Tensor relative_position_buckets(std::int64_t tokens, int buckets, int max_distance);

}  // namespace timeripple::engine
