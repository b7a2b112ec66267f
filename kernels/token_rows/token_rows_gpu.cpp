// What the row kernels of the GPU accept.

#include "kernels/api/token_rows_gpu.h"

namespace timeripple::kernels {
namespace {

bool on_16_bytes(const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

bool fits(std::int64_t dim) {
    return dim >= 8 && dim % 8 == 0 && dim <= kMostRowValues;
}

}  // namespace

bool supports_norm_rows(const NormRowsParams& params) noexcept {
    const bool input = params.in ? true : params.residual != nullptr && params.branch != nullptr;
    return built_with_cuda() && input && params.out != nullptr && params.rows >= 1 && fits(params.dim) &&
           on_16_bytes(params.in) && on_16_bytes(params.residual) && on_16_bytes(params.branch) &&
           on_16_bytes(params.out) && on_16_bytes(params.gate) && on_16_bytes(params.weight) &&
           on_16_bytes(params.bias);
}

bool supports_rms_rope_rows(const RmsRopeRowsParams& params) noexcept {
    return built_with_cuda() && params.data != nullptr && params.weight != nullptr && params.rows >= 1 &&
           params.heads >= 1 && params.head_dim >= 8 && params.head_dim % 8 == 0 &&
           fits(std::int64_t(params.heads) * params.head_dim) && params.stride % 8 == 0 &&
           (params.cosine == nullptr) == (params.sine == nullptr) && on_16_bytes(params.data) &&
           on_16_bytes(params.weight) && on_16_bytes(params.cosine) && on_16_bytes(params.sine);
}

}  // namespace timeripple::kernels
