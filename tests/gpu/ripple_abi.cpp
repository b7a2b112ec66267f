// The launchers behind one C function, for tests/gpu/bench.py (ctypes, in one process with LibTorch's kernels).

#include "kernels/api/compact_kv.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/ripple_attention.h"

using namespace timeripple::kernels;

// Mirrored field by field in bench.py; all device tensors are contiguous [heads, tokens, head_dim].
struct RippleCall {
    std::int64_t fp16, heads, head_dim, tokens, video_begin, frames, height, width;
    std::int64_t reference_first, kernel;  // kernel: 0 automatic, 1 sm80, 2 sm90
    double query_theta, key_theta, value_weight, softmax_scale;
    void *q, *k, *v, *out, *lse;
    void *member_mask, *link, *members, *starts, *groups;
    void *compacted_k, *compacted_v, *counts;
    void *tile_counter, *stream;
};

namespace {

TensorView view(const RippleCall& call, const void* data, std::int64_t rows) {
    return {data, rows * call.head_dim, call.head_dim};
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
    params.q = view(call, call.q, call.tokens);
    params.k = view(call, call.k, call.tokens);
    params.v = view(call, call.v, call.tokens);
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
    return params;
}

GpuError compact(const RippleCall& call) {
    CompactKvParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.reference = reference_of(call);
    params.k = view(call, call.k, call.tokens);
    params.v = view(call, call.v, call.tokens);
    params.members = static_cast<int*>(call.members) + call.heads * call.tokens;
    params.starts = static_cast<int*>(call.starts) + call.heads * (call.tokens + 1);
    params.groups = static_cast<int*>(call.groups) + call.heads;
    params.compacted_k = call.compacted_k;
    params.compacted_v = call.compacted_v;
    params.counts = static_cast<float*>(call.counts);
    return launch_compact_kv(params, call.stream);
}

GpuError attend(const RippleCall& call, bool compacted) {
    RippleAttentionParams params;
    params.type = type_of(call);
    params.heads = int(call.heads);
    params.head_dim = int(call.head_dim);
    params.tokens = int(call.tokens);
    params.softmax_scale = float(call.softmax_scale);
    params.reference = reference_of(call);
    params.q = view(call, call.q, call.tokens);
    params.out = {call.out, call.tokens * call.head_dim, call.head_dim};
    params.lse = static_cast<float*>(call.lse);
    params.tile_counter = static_cast<int*>(call.tile_counter);
    params.key_rows = compacted ? key_capacity(params.tokens) : params.tokens;
    params.k = view(call, compacted ? call.compacted_k : call.k, params.key_rows);
    params.v = view(call, compacted ? call.compacted_v : call.v, params.key_rows);
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

}  // namespace

extern "C" {

int tr_call_bytes() {
    return int(sizeof(RippleCall));
}
int tr_key_capacity(int tokens) {
    return key_capacity(tokens);
}
std::int64_t tr_mask_stride(int tokens) {
    return member_mask_stride(tokens);
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
int tr_attend_compacted(const RippleCall* call) {
    return attend(*call, true);
}
int tr_attend_dense(const RippleCall* call) {
    return attend(*call, false);
}

}  // extern "C"
