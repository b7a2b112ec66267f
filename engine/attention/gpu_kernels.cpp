#include "engine/attention/gpu_kernels.h"

#include "engine/api/delta_code.h"
#include "engine/attention/head_rows.h"
#include "engine/core/device.h"
#include "kernels/api/compact_kv.h"
#include "kernels/api/near_field.h"
#include "kernels/api/norm_rope_detect.h"
#include "kernels/api/single_pass.h"
#include "kernels/api/token_deltas.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace timeripple::engine {
namespace {

using kernels::kSides;

static_assert(kernels::kDeltaByteSteps == kDeltaStepsOfDoubling && kernels::kDeltaByteBits == kDeltaCodeBits &&
              kernels::kNoDeltaByte == kNoDelta);

kernels::ElementType element_type(const at::Tensor& tensor) {
    return tensor.scalar_type() == at::kHalf ? kernels::ElementType::Float16 : kernels::ElementType::BFloat16;
}

kernels::TensorView view(const at::Tensor& heads) {
    return {heads.const_data_ptr(), heads.stride(1), heads.stride(2)};
}

void check(kernels::GpuError error, const char* what) {
    TORCH_CHECK(error == kernels::kGpuSuccess, "CUDA error: ", what, ": ", kernels::gpu_error_text(error));
}

bool in_rows_of_16_bytes(const at::Tensor& heads) {
    return reinterpret_cast<std::uintptr_t>(heads.const_data_ptr()) % 16 == 0 && heads.stride(3) == 1 &&
           heads.stride(1) % 8 == 0 && heads.stride(2) % 8 == 0;
}

bool of_floats(const at::Tensor& tensor, std::int64_t values) {
    return tensor.defined() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous() && tensor.numel() == values;
}

// What every detection is told of its rows; the rest is the caller's to fill in.
kernels::ReuseMaskParams rows_mask(const at::Tensor& q, const at::Tensor& k, const kernels::TokenGrid& grid) {
    kernels::ReuseMaskParams mask;
    mask.type = element_type(q);
    mask.heads = int(q.size(1));
    mask.head_dim = int(q.size(3));
    mask.tokens = int(q.size(2));
    mask.grid = grid;
    mask.q = view(q);
    mask.k = view(k);
    return mask;
}

// Norm and rotation in place; without masks until the caller fills them in.
kernels::NormRopeDetectParams norm_params(const RawQueryKey& raw, const kernels::TokenGrid& grid) {
    const at::Tensor q = as_heads(raw.query, raw.heads), k = as_heads(raw.key, raw.heads);
    kernels::NormRopeDetectParams params;
    params.mask = rows_mask(q, k, grid);
    params.span = kernels::NormSpan::AllHeads;
    params.eps = float(raw.eps);
    params.query_weight = raw.query_weight.const_data_ptr<float>();
    params.key_weight = raw.key_weight.const_data_ptr<float>();
    params.cosine = raw.cosine.const_data_ptr<float>();
    params.sine = raw.sine.const_data_ptr<float>();
    params.q_out = {q.data_ptr(), q.stride(1), q.stride(2)};
    params.k_out = {k.data_ptr(), k.stride(1), k.stride(2)};
    return params;
}

}  // namespace

std::string GpuKernels::refusal(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                const kernels::TokenGrid& grid, kernels::AttentionKernel kernel) {
    if (!kernels::built_with_cuda()) {
        return "this build has no CUDA kernels";
    }
    const int architecture = compute_capability(q.device());
    if (architecture < 80) {
        return "they need compute capability 8.0 or later";
    }
    if (kernel == kernels::AttentionKernel::Sm90 && architecture != 90) {
        return "the wgmma kernel runs on compute capability 9.0 alone";
    }
    if (q.scalar_type() != at::kBFloat16 && q.scalar_type() != at::kHalf) {
        return "they compute in bf16 and fp16, not in fp32";
    }
    if (q.size(3) != 64 && q.size(3) != 128) {
        return "a head of " + std::to_string(q.size(3)) + " channels has no kernel (64 and 128 have)";
    }
    if (q.size(1) > kernels::kMaxHeads) {
        return "there are more than " + std::to_string(kernels::kMaxHeads) + " heads";
    }
    if (q.size(2) != grid.tokens() || !in_rows_of_16_bytes(q) || !in_rows_of_16_bytes(k) || !in_rows_of_16_bytes(v)) {
        return "the rows do not lie on 16 bytes";
    }
    return {};
}

std::string GpuKernels::fused_norm_refusal(const RawQueryKey& raw, const kernels::TokenGrid& grid, const Call& call) {
    const std::int64_t channels = raw.query.size(1);
    if (call.rule.value_weight > 0.0f) {
        return "keys that look at their values are decided for after the norm";
    }
    if (raw.query.size(0) != grid.tokens() || raw.key.sizes() != raw.query.sizes()) {
        return "q and k have other rows than the video has tokens";
    }
    if (channels > kernels::kMostNormDim) {
        return "a token of " + std::to_string(channels) + " channels is more than the fused norm holds (" +
               std::to_string(kernels::kMostNormDim) + ")";
    }
    const std::int64_t angles = raw.query.size(0) * (channels / raw.heads / 2);
    if (!of_floats(raw.query_weight, channels) || !of_floats(raw.key_weight, channels) ||
        !of_floats(raw.cosine, angles) || !of_floats(raw.sine, angles)) {
        return "the fused norm takes weights and angles in fp32, side by side";
    }
    if (raw.query.stride(1) != 1 || raw.key.stride(1) != 1 ||
        !kernels::supports_norm_rope_detect(norm_params(raw, grid))) {
        return "the fused norm does not take rows that lie like these";
    }
    return {};
}

void GpuKernels::reserve(const at::Tensor& q, const kernels::TokenGrid& grid, const Call& call) {
    const std::int64_t heads = q.size(1), tokens = q.size(2);
    if (!link_.defined() || link_.size(1) != heads || link_.size(2) != tokens ||
        compacted_k_.scalar_type() != q.scalar_type()) {
        const std::int64_t capacity = kernels::key_capacity(int(tokens));
        const at::TensorOptions bytes = q.options().dtype(at::kByte), ints = q.options().dtype(at::kInt);
        link_ = at::empty({kSides, heads, tokens}, bytes);
        members_ = at::empty({kSides, heads, tokens}, ints);
        starts_ = at::empty({kSides, heads, tokens + 1}, ints);
        groups_ = at::empty({kSides, heads}, ints);
        scan_state_ = at::empty({kernels::single_pass_state_words(int(heads), int(tokens))}, ints);
        member_mask_ = at::empty({kSides, heads, kernels::member_mask_stride(int(tokens))}, bytes);
        chunk_groups_ = at::empty({heads, kernels::member_chunks(int(tokens)) + 1}, ints);
        compacted_k_ = at::empty({heads, capacity, q.size(3)}, q.options());
        compacted_v_ = at::empty_like(compacted_k_);
        counts_ = at::empty({heads, capacity}, q.options().dtype(at::kFloat));
        tile_counter_ = at::zeros({1}, ints);
    }
    const std::int64_t deltas = kernels::edge_delta_stride(grid);
    if (!edge_delta_.defined() || edge_delta_.size(1) != heads || edge_delta_.size(2) != deltas) {
        edge_delta_ = at::empty({kSides, heads, deltas}, q.options().dtype(at::kShort));
    }
    if (call.near_field.exact && (!log_sum_.defined() || log_sum_.size(1) != tokens)) {
        group_of_ = at::empty({kSides, heads, tokens}, q.options().dtype(at::kInt));
        log_sum_ = at::empty({heads, tokens}, q.options().dtype(at::kFloat));
    }
    if (!call.dense_heads.empty() && !dense_heads_.defined()) {
        at::Tensor marks = at::zeros({heads}, at::kByte);
        for (const int head : call.dense_heads) {
            if (head < heads) {
                marks[head] = 1;
            }
        }
        dense_heads_ = upload(marks, q.device());
    }
}

// All but member masks and chunks.
kernels::ReuseMaskParams GpuKernels::mask_params(const at::Tensor& q, const at::Tensor& k,
                                                 const kernels::TokenGrid& grid, const Call& call) const {
    kernels::ReuseMaskParams mask = rows_mask(q, k, grid);
    for (int axis = 0; axis < kernels::kAxes; ++axis) {
        mask.query_theta[axis] = std::sqrt(call.rule.query.squared_theta[axis]);
        mask.key_theta[axis] = std::sqrt(call.rule.key.squared_theta[axis]);
    }
    mask.value_weight = call.rule.value_weight;
    mask.exempt_frames = call.rule.query.exempt_frames;
    mask.dense_heads = dense_heads_.defined() ? dense_heads_.const_data_ptr<std::uint8_t>() : nullptr;
    mask.link = link_.data_ptr<std::uint8_t>();
    mask.edge_delta = reinterpret_cast<std::uint16_t*>(edge_delta_.data_ptr<std::int16_t>());
    mask.members = members_.data_ptr<int>();
    mask.starts = starts_.data_ptr<int>();
    mask.groups = groups_.data_ptr<int>();
    mask.group_of = call.near_field.exact ? group_of_.data_ptr<int>() : nullptr;
    return mask;
}

void GpuKernels::prepare(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                         const Call& call) {
    reserve(q, grid, call);
    kernels::SinglePassParams pass;
    pass.mask = mask_params(q, k, grid, call);
    pass.mask.v = view(v);
    pass.reference = call.rule.reference;
    pass.compacted_k = compacted_k_.data_ptr();
    pass.compacted_v = compacted_v_.data_ptr();
    pass.counts = counts_.data_ptr<float>();
    pass.state = reinterpret_cast<std::uint32_t*>(scan_state_.data_ptr<int>());
    check(kernels::launch_single_pass(pass, current_stream(q.device())), "single_pass");
}

void GpuKernels::norm_and_detect(const RawQueryKey& raw, const kernels::TokenGrid& grid, const Call& call) {
    const at::Tensor q = as_heads(raw.query, raw.heads), k = as_heads(raw.key, raw.heads);
    reserve(q, grid, call);
    kernels::NormRopeDetectParams params = norm_params(raw, grid);
    params.mask = mask_params(q, k, grid, call);
    params.mask.member_mask = member_mask_.data_ptr<std::uint8_t>();
    check(kernels::launch_norm_rope_detect(params, current_stream(q.device())), "norm_rope_detect");
}

void GpuKernels::number_and_compact(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const kernels::TokenGrid& grid, const Call& call) {
    kernels::GpuStream stream = current_stream(q.device());
    kernels::ReuseMaskParams mask = mask_params(q, k, grid, call);
    mask.member_mask = member_mask_.data_ptr<std::uint8_t>();
    mask.chunk_groups = chunk_groups_.data_ptr<int>();
    check(kernels::launch_scan_groups(mask, stream), "scan_groups");
    kernels::CompactKvParams compact;
    compact.type = mask.type;
    compact.heads = mask.heads;
    compact.head_dim = mask.head_dim;
    compact.tokens = mask.tokens;
    compact.reference = call.rule.reference;
    compact.k = mask.k;
    compact.v = view(v);
    compact.members = members_[1].const_data_ptr<int>();
    compact.starts = starts_[1].const_data_ptr<int>();
    compact.groups = groups_[1].const_data_ptr<int>();
    compact.chunk_groups = mask.chunk_groups;
    compact.compacted_k = compacted_k_.data_ptr();
    compact.compacted_v = compacted_v_.data_ptr();
    compact.counts = counts_.data_ptr<float>();
    check(kernels::launch_compact_kv(compact, stream), "compact_kv");
}

void GpuKernels::add_deltas(const kernels::TokenGrid& grid, const Call& call, const at::Tensor& sum,
                            const at::Tensor& head_count, const at::Tensor& codes) const {
    kernels::TokenDeltaParams params;
    params.heads = int(edge_delta_.size(1));
    params.grid = grid;
    params.edge_delta = reinterpret_cast<const std::uint16_t*>(edge_delta_.const_data_ptr<std::int16_t>());
    for (int side = 0; side < kSides; ++side) {
        const kernels::LinkRule& rule = side == 0 ? call.rule.query : call.rule.key;
        params.enabled_axes[side] = 0;
        for (int axis = 0; axis < kernels::kAxes; ++axis) {
            params.enabled_axes[side] |= rule.squared_theta[axis] > 0.0f ? 1 << axis : 0;
        }
    }
    params.exempt_frames = call.rule.query.exempt_frames;
    params.dense_heads = dense_heads_.defined() ? dense_heads_.const_data_ptr<std::uint8_t>() : nullptr;
    params.sum = sum.data_ptr<float>();
    params.head_count = head_count.data_ptr<float>();
    params.bytes = codes.defined() ? codes.data_ptr<std::uint8_t>() : nullptr;
    check(kernels::launch_token_deltas(params, current_stream(sum.device())), "token_deltas");
}

at::Tensor GpuKernels::attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const kernels::TokenGrid& grid, const Call& call) {
    at::Tensor out = empty_heads_like(q);
    const auto compacted = [](const at::Tensor& rows) {
        return kernels::TensorView{rows.const_data_ptr(), rows.stride(0), rows.stride(1)};
    };
    kernels::RippleAttentionParams attention;
    attention.type = element_type(q);
    attention.heads = int(q.size(1));
    attention.head_dim = int(q.size(3));
    attention.tokens = int(q.size(2));
    attention.softmax_scale = float(1.0 / std::sqrt(double(q.size(3))));
    attention.reference = call.rule.reference;
    attention.q = view(q);
    attention.k = compacted(compacted_k_);
    attention.v = compacted(compacted_v_);
    attention.key_rows = int(compacted_k_.size(1));
    attention.out = {out.data_ptr(), out.stride(1), out.stride(2)};
    attention.key_counts = counts_.const_data_ptr<float>();
    attention.key_groups = groups_[1].const_data_ptr<int>();
    attention.query_members = members_[0].const_data_ptr<int>();
    attention.query_starts = starts_[0].const_data_ptr<int>();
    attention.query_groups = groups_[0].const_data_ptr<int>();
    attention.tile_counter = tile_counter_.data_ptr<int>();
    attention.lse = call.near_field.exact ? log_sum_.data_ptr<float>() : nullptr;
    check(kernels::launch_ripple_attention_fwd(attention, current_stream(q.device()), call.kernel),
          "ripple_attention_fwd");
    if (!call.near_field.exact) {
        return out;
    }
    kernels::NearFieldParams near;
    near.type = attention.type;
    near.heads = attention.heads;
    near.head_dim = attention.head_dim;
    near.tokens = attention.tokens;
    near.grid = grid;
    std::copy(call.near_field.reach.begin(), call.near_field.reach.end(), near.reach);
    near.softmax_scale = attention.softmax_scale;
    near.reference = attention.reference;
    near.q = attention.q;
    near.k = view(k);
    near.v = view(v);
    near.compacted_k = compacted_k_.const_data_ptr();
    near.lse = attention.lse;
    near.group_of = group_of_.const_data_ptr<int>();
    near.query_members = attention.query_members;
    near.query_starts = attention.query_starts;
    near.out = attention.out;
    check(kernels::launch_near_field(near, current_stream(q.device())), "near_field");
    return out;
}

}  // namespace timeripple::engine
