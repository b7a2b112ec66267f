// What the GPU kernels accept. Pure arithmetic; a build without CUDA accepts nothing.

#include "kernels/api/compact_kv.h"
#include "kernels/api/near_field.h"
#include "kernels/api/norm_rope_detect.h"
#include "kernels/api/residual.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/reuse_statistics.h"
#include "kernels/api/ripple_attention.h"
#include "kernels/api/single_pass.h"
#include "kernels/api/token_deltas.h"

#include <algorithm>
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

bool supported_heads(int heads) {
    return heads >= 1 && heads <= kMaxHeads;
}
bool grid_inside(const TokenGrid& grid, int video_begin, int tokens) {
    const std::int64_t video = std::int64_t(grid.frames) * grid.height * grid.width;
    // The last condition: divisions of a cell's index are exact (Divisor in cell_decision.h).
    return grid.frames >= 1 && grid.height >= 1 && grid.width >= 1 && video_begin >= 0 &&
           video + video_begin <= tokens && (video + grid.height + grid.width) * (grid.height + grid.width) < 1ll << 31;
}
// A residual as attention or launch_apply_residual reads it.
bool readable(const ResidualView& residual) {
    return starts_on_16_bytes(residual.data) &&
           (residual.type == ResidualType::SameAsOutput || residual.scale != nullptr);
}

}  // namespace

bool supports_reuse_mask(const ReuseMaskParams& params) noexcept {
    const bool sizes = supported_heads(params.heads) && supported_head_dim(params.head_dim) &&
                       grid_inside(params.grid, params.video_begin, params.tokens);
    const bool inputs = rows_of_16_bytes(params.q) && rows_of_16_bytes(params.k) &&
                        (params.value_weight <= 0.0f || rows_of_16_bytes(params.v));
    const bool outputs = params.member_mask != nullptr && starts_on_16_bytes(params.member_mask) &&
                         params.members != nullptr && params.starts != nullptr && params.groups != nullptr;
    return built_with_cuda() && sizes && inputs && outputs;
}

bool supports_compact_kv(const CompactKvParams& params) noexcept {
    const bool sizes = supported_heads(params.heads) && supported_head_dim(params.head_dim) && params.tokens >= 1;
    const bool inputs = rows_of_16_bytes(params.k) && rows_of_16_bytes(params.v) && params.members != nullptr &&
                        params.starts != nullptr && params.groups != nullptr && params.chunk_groups != nullptr;
    const bool outputs = params.compacted_k != nullptr && params.compacted_v != nullptr && params.counts != nullptr &&
                         starts_on_16_bytes(params.compacted_k) && starts_on_16_bytes(params.compacted_v) &&
                         starts_on_16_bytes(params.counts);
    return built_with_cuda() && sizes && inputs && outputs;
}

bool supports_single_pass(const SinglePassParams& params) noexcept {
    const ReuseMaskParams& mask = params.mask;
    const bool sizes = supported_heads(mask.heads) && supported_head_dim(mask.head_dim) &&
                       grid_inside(mask.grid, mask.video_begin, mask.tokens);
    const bool inputs = rows_of_16_bytes(mask.q) && rows_of_16_bytes(mask.k) && rows_of_16_bytes(mask.v);
    const bool lists = mask.members != nullptr && mask.starts != nullptr && mask.groups != nullptr &&
                       starts_on_16_bytes(mask.member_mask) && params.state != nullptr;
    const bool outputs = params.compacted_k != nullptr && params.compacted_v != nullptr && params.counts != nullptr &&
                         starts_on_16_bytes(params.compacted_k) && starts_on_16_bytes(params.compacted_v) &&
                         starts_on_16_bytes(params.counts);
    return built_with_cuda() && sizes && inputs && lists && outputs;
}

bool supports_norm_rope_detect(const NormRopeDetectParams& params) noexcept {
    const ReuseMaskParams& mask = params.mask;
    const bool sizes = supported_heads(mask.heads) && supported_head_dim(mask.head_dim) &&
                       grid_inside(mask.grid, mask.video_begin, mask.tokens) &&
                       (params.span == NormSpan::EachHead || mask.heads * mask.head_dim <= kMostNormDim);
    // Offsets inside a cell are 32 bits wide.
    const std::int64_t most_stride = std::max(std::max(mask.q.token_stride, mask.k.token_stride),
                                              std::max(params.q_out.token_stride, params.k_out.token_stride));
    const std::int64_t cell_tokens = (std::int64_t(mask.grid.height) + 1) * mask.grid.width + 2;
    const bool tensors = rows_of_16_bytes(mask.q) && rows_of_16_bytes(mask.k) && rows_of_16_bytes(params.q_out) &&
                         rows_of_16_bytes(params.k_out) && most_stride * cell_tokens < 1ll << 31 &&
                         (mask.value_weight <= 0.0f || mask.member_mask == nullptr || rows_of_16_bytes(mask.v));
    const bool weights = params.query_weight != nullptr && params.key_weight != nullptr &&
                         starts_on_16_bytes(params.query_weight) && starts_on_16_bytes(params.key_weight);
    const bool rotation = (params.cosine == nullptr) == (params.sine == nullptr) && starts_on_16_bytes(params.cosine) &&
                          starts_on_16_bytes(params.sine);
    const bool values = mask.member_mask == nullptr || mask.value_weight <= 0.0f || supports_reuse_mask(mask);
    return built_with_cuda() && sizes && tensors && weights && rotation && values &&
           starts_on_16_bytes(mask.member_mask);
}

bool supports_reuse_statistics(const ReuseStatisticsParams& params) noexcept {
    return built_with_cuda() && supported_heads(params.heads) &&
           grid_inside(params.grid, params.video_begin, params.tokens) && params.link != nullptr &&
           params.groups != nullptr && (params.delta_histogram == nullptr || params.bin_edges[kDeltaBins - 1] > 0.0f);
}

bool supports_token_deltas(const TokenDeltaParams& params) noexcept {
    return built_with_cuda() && supported_heads(params.heads) && grid_inside(params.grid, 0, params.grid.tokens()) &&
           params.edge_delta != nullptr && params.sum != nullptr && params.head_count != nullptr;
}

bool supports_near_field(const NearFieldParams& params) noexcept {
    const bool sizes = supported_heads(params.heads) && supported_head_dim(params.head_dim) &&
                       grid_inside(params.grid, params.video_begin, params.tokens) && params.softmax_scale > 0.0f &&
                       params.reach[0] >= 0 && params.reach[1] >= 0 && params.reach[2] >= 0 &&
                       params.grid.frames < 512 && params.grid.height < 2048 && params.grid.width < 2048;
    const bool tensors = rows_of_16_bytes(params.q) && rows_of_16_bytes(params.k) && rows_of_16_bytes(params.v) &&
                         rows_of_16_bytes(params.out) && params.compacted_k != nullptr &&
                         starts_on_16_bytes(params.compacted_k);
    const bool lists = params.lse != nullptr && params.group_of != nullptr && params.query_members != nullptr &&
                       params.query_starts != nullptr;
    return built_with_cuda() && sizes && tensors && lists;
}

bool supports_refresh_residual(const RefreshResidualParams& params) noexcept {
    return built_with_cuda() && supported_heads(params.heads) && supported_head_dim(params.head_dim) &&
           params.tokens >= 1 && rows_of_16_bytes(params.dense) &&
           (params.merged.data == nullptr || rows_of_16_bytes(params.merged)) && params.residual != nullptr &&
           starts_on_16_bytes(params.residual) &&
           (params.residual_type == ResidualType::SameAsOutput || params.residual_scale != nullptr);
}

bool supports_apply_residual(const ApplyResidualParams& params) noexcept {
    return built_with_cuda() && supported_heads(params.heads) && supported_head_dim(params.head_dim) &&
           params.tokens >= 1 && (params.merged.data == nullptr || rows_of_16_bytes(params.merged)) &&
           params.residual.data != nullptr && readable(params.residual) && rows_of_16_bytes(params.out);
}

bool supports_ripple_attention(const RippleAttentionParams& params, int sm_arch, AttentionKernel kernel) noexcept {
    const bool sizes = supported_heads(params.heads) && supported_head_dim(params.head_dim) && params.tokens >= 1 &&
                       params.key_rows >= 1 && params.softmax_scale > 0.0f;
    const bool tensors = rows_of_16_bytes(params.q) && rows_of_16_bytes(params.k) && rows_of_16_bytes(params.v) &&
                         rows_of_16_bytes(params.out) && readable(params.residual);
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
