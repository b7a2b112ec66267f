#pragma once
// Our CUDA kernels (kernels/api) on tensors: a single pass that detects and compacts, or detection in the norm of q and
// k with numbering and compaction behind it, then attention. All is launched on LibTorch's current stream and nothing
// is read back. Scratch memory lives as long as the object, one per run.

#include "engine/attention/compacted_attention.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/ripple_attention.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace timeripple::engine {

class GpuKernels {
  public:
    // Empty: calls like this one are served. Else why not, as the end of a sentence.
    static std::string refusal(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const kernels::TokenGrid& grid, kernels::AttentionKernel kernel);

    struct Call {
        HeadRule rule;  // of every head but the dense ones
        std::vector<int> dense_heads;
        NearField near_field;
        kernels::AttentionKernel kernel = kernels::AttentionKernel::Automatic;
    };
    // Empty: q and k of calls like this one can be normed, rotated and decided for by one kernel. Else why not,
    // likewise.
    static std::string fused_norm_refusal(const RawQueryKey& raw, const kernels::TokenGrid& grid, const Call& call);

    // q, k, v [1, heads, N, head_dim] in bf16 or fp16; result of the same shape, laid out [N, heads, head_dim].
    // `compacted` is called between compaction and attention, to set a mark. Throws c10::Error with the device's words.
    template <typename Compacted>
    at::Tensor run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                   const Call& call, const Compacted& compacted) {
        prepare(q, k, v, grid, call);
        compacted();
        return attend(q, k, v, grid, call);
    }

    // The same in two halves. The first norms and rotates q and k in place and decides meanwhile what merges; the
    // second wants them as they are then.
    void norm_and_detect(const RawQueryKey& raw, const kernels::TokenGrid& grid, const Call& call);
    template <typename Compacted>
    at::Tensor run_detected(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const kernels::TokenGrid& grid, const Call& call, const Compacted& compacted) {
        number_and_compact(q, k, v, grid, call);
        compacted();
        return attend(q, k, v, grid, call);
    }

    // Of the last run, on the device: axis of each token's link or 255, uint8 [2, heads, N], and the number of groups,
    // int32 [2, heads].
    const at::Tensor& links() const { return link_; }
    const at::Tensor& groups() const { return groups_; }
    // Adds the last run's Delta of every token to `sum`, and 1 for every head in which it has one to `head_count`, fp32
    // [2, N] both; `codes` (engine/api/delta_code.h), uint8 [heads, 2, N], are written where defined.
    void add_deltas(const kernels::TokenGrid& grid, const Call& call, const at::Tensor& sum,
                    const at::Tensor& head_count, const at::Tensor& codes) const;

  private:
    void reserve(const at::Tensor& q, const kernels::TokenGrid& grid, const Call& call);
    void prepare(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                 const Call& call);
    void number_and_compact(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const kernels::TokenGrid& grid, const Call& call);
    kernels::ReuseMaskParams mask_params(const at::Tensor& q, const at::Tensor& k, const kernels::TokenGrid& grid,
                                         const Call& call) const;
    at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const kernels::TokenGrid& grid,
                      const Call& call);

    at::Tensor link_, members_, starts_, groups_;
    at::Tensor edge_delta_;                  // fp16 bits, as detection leaves them for the map of a step
    at::Tensor scan_state_;                  // of the single pass
    at::Tensor member_mask_, chunk_groups_;  // where detection stands before it
    at::Tensor compacted_k_, compacted_v_, counts_, tile_counter_;
    at::Tensor dense_heads_;         // uint8 [heads]; undefined: none
    at::Tensor group_of_, log_sum_;  // only for the near field
};

}  // namespace timeripple::engine
