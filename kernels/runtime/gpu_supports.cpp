// What the GPU kernels accept. Pure arithmetic; a build without CUDA accepts nothing.

#include "kernels/api/compact_kv.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/ripple_attention.h"

#include <cstdint>

namespace timeripple::kernels {
namespace {

template <typename View>
bool rows_of_16_bytes(const View& view) {
    return view.data != nullptr && reinterpret_cast<std::uintptr_t>(view.data) % 16 == 0 && view.head_stride % 8 == 0 &&
           view.token_stride % 8 == 0;
}

bool supported_head_dim(int head_dim) {
    return head_dim == 64 || head_dim == 128;
}
bool starts_on_16_bytes(const void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0;
}

}  // namespace

bool supports_reuse_mask(const ReuseMaskParams& params) noexcept {
    const std::int64_t video = std::int64_t(params.grid.frames) * params.grid.height * params.grid.width;
    const bool sizes = params.heads >= 1 && params.heads <= kMaxHeads && supported_head_dim(params.head_dim) &&
                       params.grid.frames >= 1 && params.grid.height >= 1 && params.grid.width >= 1 &&
                       params.video_begin >= 0 && video + params.video_begin <= params.tokens;
    const bool inputs = rows_of_16_bytes(params.q) && rows_of_16_bytes(params.k) &&
                        (params.value_weight <= 0.0f || rows_of_16_bytes(params.v));
    const bool outputs = params.member_mask != nullptr && starts_on_16_bytes(params.member_mask) &&
                         params.members != nullptr && params.starts != nullptr && params.groups != nullptr;
    return built_with_cuda() && sizes && inputs && outputs;
}

bool supports_compact_kv(const CompactKvParams& params) noexcept {
    const bool sizes =
        params.heads >= 1 && params.heads <= kMaxHeads && supported_head_dim(params.head_dim) && params.tokens >= 1;
    const bool inputs = rows_of_16_bytes(params.k) && rows_of_16_bytes(params.v) && params.members != nullptr &&
                        params.starts != nullptr && params.groups != nullptr;
    const bool outputs = params.compacted_k != nullptr && params.compacted_v != nullptr && params.counts != nullptr &&
                         starts_on_16_bytes(params.compacted_k) && starts_on_16_bytes(params.compacted_v) &&
                         starts_on_16_bytes(params.counts);
    return built_with_cuda() && sizes && inputs && outputs;
}

bool supports_ripple_attention(const RippleAttentionParams& params, int sm_arch, AttentionKernel kernel) noexcept {
    const bool sizes = params.heads >= 1 && params.heads <= kMaxHeads && supported_head_dim(params.head_dim) &&
                       params.tokens >= 1 && params.key_rows >= 1 && params.softmax_scale > 0.0f;
    const bool tensors = rows_of_16_bytes(params.q) && rows_of_16_bytes(params.k) && rows_of_16_bytes(params.v) &&
                         rows_of_16_bytes(params.out);
    const int lists = (params.key_counts != nullptr) + (params.key_groups != nullptr) +
                      (params.query_members != nullptr) + (params.query_starts != nullptr) +
                      (params.query_groups != nullptr);
    const bool whole = lists == 0 ? params.key_rows == params.tokens
                                  : lists == 5 && starts_on_16_bytes(params.key_counts) && params.key_rows % 4 == 0;
    if (!built_with_cuda() || !sizes || !tensors || !whole || sm_arch < 80) {
        return false;
    }
    const AttentionKernel chosen =
        kernel == AttentionKernel::Automatic ? choose_attention_kernel(params, sm_arch) : kernel;
    return chosen == AttentionKernel::Sm80 ||
           (choose_attention_kernel(params, sm_arch) == AttentionKernel::Sm90 && params.tile_counter != nullptr);
}

const char* attention_kernel_name(AttentionKernel kernel) noexcept {
    switch (kernel) {
        case AttentionKernel::Sm80:
            return "ripple_attention_fwd_sm80";
        case AttentionKernel::Sm90:
            return "ripple_attention_fwd_sm90";
        case AttentionKernel::Automatic:
            break;
    }
    return "automatic";
}

}  // namespace timeripple::kernels
