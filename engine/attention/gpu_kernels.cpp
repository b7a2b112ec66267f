#include "engine/attention/gpu_kernels.h"

#include "engine/attention/head_rows.h"
#include "engine/core/device.h"
#include "kernels/api/near_field.h"
#include "kernels/api/single_pass.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace timeripple::engine {
namespace {

using kernels::kSides;

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

void GpuKernels::reserve(const at::Tensor& q, const Call& call) {
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
        compacted_k_ = at::empty({heads, capacity, q.size(3)}, q.options());
        compacted_v_ = at::empty_like(compacted_k_);
        counts_ = at::empty({heads, capacity}, q.options().dtype(at::kFloat));
        tile_counter_ = at::zeros({1}, ints);
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

void GpuKernels::prepare(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                         const Call& call) {
    reserve(q, call);
    kernels::GpuStream stream = current_stream(q.device());
    kernels::SinglePassParams pass;
    kernels::ReuseMaskParams& mask = pass.mask;
    mask.type = element_type(q);
    mask.heads = int(q.size(1));
    mask.head_dim = int(q.size(3));
    mask.tokens = int(q.size(2));
    mask.grid = grid;
    mask.q = view(q);
    mask.k = view(k);
    mask.v = view(v);
    for (int axis = 0; axis < kernels::kAxes; ++axis) {
        mask.query_theta[axis] = std::sqrt(call.rule.query.squared_theta[axis]);
        mask.key_theta[axis] = std::sqrt(call.rule.key.squared_theta[axis]);
    }
    mask.value_weight = call.rule.value_weight;
    mask.exempt_frames = call.rule.query.exempt_frames;
    mask.dense_heads = dense_heads_.defined() ? dense_heads_.const_data_ptr<std::uint8_t>() : nullptr;
    mask.link = link_.data_ptr<std::uint8_t>();
    mask.members = members_.data_ptr<int>();
    mask.starts = starts_.data_ptr<int>();
    mask.groups = groups_.data_ptr<int>();
    mask.group_of = call.near_field.exact ? group_of_.data_ptr<int>() : nullptr;
    pass.reference = call.rule.reference;
    pass.compacted_k = compacted_k_.data_ptr();
    pass.compacted_v = compacted_v_.data_ptr();
    pass.counts = counts_.data_ptr<float>();
    pass.state = reinterpret_cast<std::uint32_t*>(scan_state_.data_ptr<int>());
    check(kernels::launch_single_pass(pass, stream), "single_pass");
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
