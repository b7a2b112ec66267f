#include "engine/sampling/philox.h"
#include "engine/sampling/sampler.h"

#include <ATen/ATen.h>

namespace timeripple::engine {

at::Tensor make_noise(std::uint64_t seed, at::IntArrayRef shape) {
    at::Tensor noise = at::empty(shape, at::TensorOptions().dtype(at::kFloat));
    philox::fill_normals(seed, noise.mutable_data_ptr<float>(), static_cast<std::size_t>(noise.numel()));
    return noise;
}

}  // namespace timeripple::engine
