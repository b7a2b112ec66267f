// The launchers behind one C function, for tests/gpu/bench.py (ctypes, in one process with LibTorch's kernels).

#include "kernels/api/compact_kv.h"
#include "kernels/api/near_field.h"
#include "kernels/api/norm_rope_detect.h"
#include "kernels/api/residual.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/reuse_statistics.h"
#include "kernels/api/ripple_attention.h"
#include "kernels/api/single_pass.h"
#include "kernels/api/token_deltas.h"
#include "kernels/api/token_rows_gpu.h"

using namespace timeripple::kernels;

// Mirrored field by field in bench.py; all device tensors are contiguous [heads, tokens, head_dim], but for raw_q and
// raw_k of the fused norm: [tokens, heads, head_dim]. With qkv all launches but those of the forms work on the engine's
// layout instead, in place, where q, k and v lie as a model's projection leaves them.
struct RippleCall {
    std::int64_t fp16, heads, head_dim, tokens, video_begin, frames, height, width;
    std::int64_t reference_first, kernel;  // kernel: 0 automatic, 1 sm80, 2 sm90
    double query_theta, key_theta, value_weight, softmax_scale;
    void *q, *k, *v, *out, *lse;
    void *member_mask, *link, *members, *starts, *groups;
    void *compacted_k, *compacted_v, *counts;
    void *tile_counter, *stream;
    void *group_of, *edge_delta;
    void *head_counters, *token_origins, *token_merged, *token_delta, *delta_histogram;
    void *raw_q, *raw_k, *normed_q, *normed_k, *query_weight, *key_weight, *cosine, *sine;
    void *residual, *residual_scale;  // scale null: as the output, else fp8
    void* state;                      // of the single pass
    void* chunk_groups;
    void* qkv;  // [tokens, 3, heads, head_dim] or null
    void *delta_heads, *delta_bytes;  // delta_bytes may be null
};

namespace {

TensorView view(const RippleCall& call, const void* data, std::int64_t rows) {
    return {data, rows * call.head_dim, call.head_dim};
}

// q, k or v (0, 1, 2).
TensorView input(const RippleCall& call, int part) {
    const std::int64_t row = call.heads * call.head_dim;
    if (call.qkv != nullptr) {
        return {static_cast<std::uint16_t*>(call.qkv) + part * row, call.head_dim, 3 * row};
    }
    const void* const apart[] = {call.q, call.k, call.v};
    return view(call, apart[part], call.tokens);
}

ElementType type_of(const RippleCall& call) {
    return call.fp16 != 0 ? ElementType::Float16 : ElementType::BFloat16;
}
GroupReference reference_of(const RippleCall& call) {
    return call.reference_first != 0 ? GroupReference::First : GroupReference::Mean;
}

ReuseMaskParams mask_params(const RippleCall& call) {
    ReuseMaskParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.video_begin = int(call.video_begin);
    params.grid = {int(call.frames), int(call.height), int(call.width)};
    params.q = input(call, 0);
    params.k = input(call, 1);
    params.v = input(call, 2);
    for (int axis = 0; axis < kAxes; ++axis) {
        params.query_theta[axis] = float(call.query_theta);
        params.key_theta[axis] = float(call.key_theta);
    }
    params.value_weight = float(call.value_weight);
    params.member_mask = static_cast<std::uint8_t*>(call.member_mask);
    params.link = static_cast<std::uint8_t*>(call.link);
    params.members = static_cast<int*>(call.members);
    params.starts = static_cast<int*>(call.starts);
    params.groups = static_cast<int*>(call.groups);
    params.chunk_groups = static_cast<int*>(call.chunk_groups);
    params.group_of = static_cast<int*>(call.group_of);
    params.edge_delta = static_cast<std::uint16_t*>(call.edge_delta);
    return params;
}

ResidualView residual_of(const RippleCall& call) {
    return {call.residual, static_cast<float*>(call.residual_scale),
            call.residual_scale == nullptr ? ResidualType::SameAsOutput : ResidualType::Fp8E4M3};
}

GpuError compact(const RippleCall& call) {
    CompactKvParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.reference = reference_of(call);
    params.k = input(call, 1);
    params.v = input(call, 2);
    params.members = static_cast<int*>(call.members) + call.heads * call.tokens;
    params.starts = static_cast<int*>(call.starts) + call.heads * (call.tokens + 1);
    params.groups = static_cast<int*>(call.groups) + call.heads;
    params.chunk_groups = static_cast<int*>(call.chunk_groups);
    params.compacted_k = call.compacted_k;
    params.compacted_v = call.compacted_v;
    params.counts = static_cast<float*>(call.counts);
    return launch_compact_kv(params, call.stream);
}

GpuError single_pass(const RippleCall& call) {
    SinglePassParams params;
    params.mask = mask_params(call);
    params.mask.member_mask = nullptr;
    params.reference = reference_of(call);
    params.compacted_k = call.compacted_k;
    params.compacted_v = call.compacted_v;
    params.counts = static_cast<float*>(call.counts);
    params.state = static_cast<std::uint32_t*>(call.state);
    return launch_single_pass(params, call.stream);
}

GpuError attend(const RippleCall& call, bool compacted) {
    RippleAttentionParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.softmax_scale = float(call.softmax_scale);
    params.reference = reference_of(call);
    params.q = input(call, 0);
    params.out = call.qkv == nullptr ? MutableTensorView{call.out, call.tokens * call.head_dim, call.head_dim}
                                     : MutableTensorView{call.out, call.head_dim, call.heads * call.head_dim};
    params.lse = static_cast<float*>(call.lse);
    params.residual = residual_of(call);
    params.tile_counter = static_cast<int*>(call.tile_counter);
    params.key_rows = compacted ? key_capacity(params.tokens) : params.tokens;
    params.k = compacted ? view(call, call.compacted_k, params.key_rows) : input(call, 1);
    params.v = compacted ? view(call, call.compacted_v, params.key_rows) : input(call, 2);
    if (compacted) {
        params.key_counts = static_cast<float*>(call.counts);
        params.query_groups = static_cast<int*>(call.groups);
        params.key_groups = params.query_groups + call.heads;
        params.query_members = static_cast<int*>(call.members);
        params.query_starts = static_cast<int*>(call.starts);
    }
    const AttentionKernel kernels[] = {AttentionKernel::Automatic, AttentionKernel::Sm80, AttentionKernel::Sm90};
    return launch_ripple_attention_fwd(params, call.stream, kernels[call.kernel]);
}

GpuError norm_rope_detect(const RippleCall& call, bool detect) {
    NormRopeDetectParams params;
    params.mask = mask_params(call);
    const std::int64_t row = call.heads * call.head_dim;
    if (call.qkv != nullptr) {
        params.q_out = {call.qkv, call.head_dim, 3 * row};
        params.k_out = {static_cast<std::uint16_t*>(call.qkv) + row, call.head_dim, 3 * row};
    } else {
        params.mask.q = {call.raw_q, call.head_dim, row};
        params.mask.k = {call.raw_k, call.head_dim, row};
        params.q_out = {call.normed_q, call.head_dim, row};
        params.k_out = {call.normed_k, call.head_dim, row};
    }
    params.query_weight = static_cast<float*>(call.query_weight);
    params.key_weight = static_cast<float*>(call.key_weight);
    params.cosine = static_cast<float*>(call.cosine);
    params.sine = static_cast<float*>(call.sine);
    if (!detect) {
        params.mask.member_mask = nullptr;
    }
    return launch_norm_rope_detect(params, call.stream);
}

// Norm and rotation of q and k, as the engine launches them where nothing is merged.
GpuError rms_rope(const RippleCall& call) {
    RmsRopeRowsParams params;
    params.rows = call.tokens;
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    const bool engine_layout = call.qkv != nullptr;
    const std::int64_t row = call.heads * call.head_dim;
    params.stride = engine_layout ? 3 * row : row;
    params.cosine = static_cast<float*>(call.cosine);
    params.sine = static_cast<float*>(call.sine);
    params.data = static_cast<Bf16*>(engine_layout ? call.qkv : call.normed_q);
    params.weight = static_cast<float*>(call.query_weight);
    const GpuError error = launch_rms_rope_rows(params, call.stream);
    params.data = engine_layout ? static_cast<Bf16*>(call.qkv) + row : static_cast<Bf16*>(call.normed_k);
    params.weight = static_cast<float*>(call.key_weight);
    return error != kGpuSuccess ? error : launch_rms_rope_rows(params, call.stream);
}

GpuError detect_token_major(const RippleCall& call) {
    ReuseMaskParams params = mask_params(call);
    const std::int64_t row = call.heads * call.head_dim;
    params.q = {call.normed_q, call.head_dim, row};
    params.k = {call.normed_k, call.head_dim, row};
    return launch_detect_links(params, call.stream);
}

GpuError near_field(const RippleCall& call) {
    NearFieldParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.video_begin = int(call.video_begin);
    params.grid = {int(call.frames), int(call.height), int(call.width)};
    params.softmax_scale = float(call.softmax_scale);
    params.reference = reference_of(call);
    params.q = view(call, call.q, call.tokens);
    params.k = view(call, call.k, call.tokens);
    params.v = view(call, call.v, call.tokens);
    params.compacted_k = call.compacted_k;
    params.lse = static_cast<float*>(call.lse);
    params.group_of = static_cast<int*>(call.group_of);
    params.query_members = static_cast<int*>(call.members);
    params.query_starts = static_cast<int*>(call.starts);
    params.out = {call.out, call.tokens * call.head_dim, call.head_dim};
    return launch_near_field(params, call.stream);
}

GpuError statistics(const RippleCall& call) {
    ReuseStatisticsParams params;
    params.heads = int(call.heads);
    params.tokens = int(call.tokens);
    params.video_begin = int(call.video_begin);
    params.grid = {int(call.frames), int(call.height), int(call.width)};
    params.link = static_cast<std::uint8_t*>(call.link);
    params.groups = static_cast<int*>(call.groups);
    params.edge_delta = static_cast<std::uint16_t*>(call.edge_delta);
    params.head_counters = static_cast<std::uint64_t*>(call.head_counters);
    params.token_origins = static_cast<std::uint32_t*>(call.token_origins);
    params.token_merged = static_cast<std::uint32_t*>(call.token_merged);
    params.token_delta = static_cast<float*>(call.token_delta);
    params.delta_histogram = static_cast<std::uint32_t*>(call.delta_histogram);
    for (int bin = 1; bin < kDeltaBins; ++bin) {
        params.bin_edges[bin] = 0.04f * float(bin);
    }
    return launch_reuse_statistics(params, call.stream);
}

GpuError token_deltas(const RippleCall& call) {
    TokenDeltaParams params;
    params.heads = int(call.heads);
    params.grid = {int(call.frames), int(call.height), int(call.width)};
    params.edge_delta = static_cast<std::uint16_t*>(call.edge_delta);
    params.sum = static_cast<float*>(call.token_delta);
    params.head_count = static_cast<float*>(call.delta_heads);
    params.bytes = static_cast<std::uint8_t*>(call.delta_bytes);
    return launch_token_deltas(params, call.stream);
}

// R = v - out: any two tensors do for a time.
GpuError refresh_residual(const RippleCall& call) {
    RefreshResidualParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.dense = view(call, call.v, call.tokens);
    params.merged = view(call, call.out, call.tokens);
    params.residual_type = residual_of(call).type;
    params.residual = call.residual;
    params.residual_scale = static_cast<float*>(call.residual_scale);
    return launch_refresh_residual(params, call.stream);
}

GpuError apply_residual(const RippleCall& call) {
    ApplyResidualParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.merged = view(call, call.out, call.tokens);
    params.residual = residual_of(call);
    params.out = {call.out, call.tokens * call.head_dim, call.head_dim};
    return launch_apply_residual(params, call.stream);
}

}  // namespace

extern "C" {

int tr_call_bytes() {
    return int(sizeof(RippleCall));
}
int tr_member_chunks(int tokens) {
    return member_chunks(tokens);
}
int tr_key_capacity(int tokens) {
    return key_capacity(tokens);
}
std::int64_t tr_mask_stride(int tokens) {
    return member_mask_stride(tokens);
}
std::int64_t tr_edge_delta_stride(int frames, int height, int width) {
    return edge_delta_stride({frames, height, width});
}
const char* tr_error_text(int error) {
    return gpu_error_text(error);
}

int tr_detect(const RippleCall* call) {
    return launch_detect_links(mask_params(*call), call->stream);
}
int tr_scan(const RippleCall* call) {
    return launch_scan_groups(mask_params(*call), call->stream);
}
int tr_compact(const RippleCall* call) {
    return compact(*call);
}
int tr_single_pass(const RippleCall* call) {
    return single_pass(*call);
}
std::int64_t tr_state_words(int heads, int tokens) {
    return single_pass_state_words(heads, tokens);
}
int tr_rms_rope(const RippleCall* call) {
    return rms_rope(*call);
}
int tr_norm_rope(const RippleCall* call) {
    return norm_rope_detect(*call, false);
}
int tr_norm_rope_detect(const RippleCall* call) {
    return norm_rope_detect(*call, true);
}
int tr_detect_token_major(const RippleCall* call) {
    return detect_token_major(*call);
}
int tr_near_field(const RippleCall* call) {
    return near_field(*call);
}
int tr_statistics(const RippleCall* call) {
    return statistics(*call);
}
int tr_token_deltas(const RippleCall* call) {
    return token_deltas(*call);
}
int tr_refresh_residual(const RippleCall* call) {
    return refresh_residual(*call);
}
int tr_apply_residual(const RippleCall* call) {
    return apply_residual(*call);
}
int tr_attend_compacted(const RippleCall* call) {
    return attend(*call, true);
}
int tr_attend_dense(const RippleCall* call) {
    return attend(*call, false);
}

}  // extern "C"
