#pragma once
// Statistics and token map of one denoising step, summed on the device while the step runs and copied to the host once,
// at its end. The same numbers as ReuseRecorder gives on the host. Works on any device.

#include "engine/api/reuse_stats.h"
#include "engine/attention/run_recorder.h"
#include "engine/core/device_marks.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <memory>
#include <vector>

namespace timeripple::engine {

class GpuStepRecord final : public StepRecord {
  public:
    // `step` holds what is known before the step runs.
    GpuStepRecord(StepStats step, int layers, int heads, kernels::TokenGrid grid, at::Device device);

    // Whole tokens merged: links uint8 [2, heads, N] (axis or 255), groups int32 [2, heads], and Delta^2 fp32
    // [2, heads, N] where it is known (NaN without a partner). The extras are added to the savings of every head: what
    // came on top of the merged attention.
    struct Extra {
        double score = 0.0, attention = 0.0;
    };
    void record_tokens(const AttentionCall& call, const at::Tensor& links, const at::Tensor& groups,
                       const at::Tensor& squared_delta, Extra extra);
    // What Deltas of a call add up to, for who adds them without a tensor of them. Made at the step's first call.
    struct DeltaSums {
        at::Tensor sum, head_count;  // fp32 [2, N]: Delta over heads, and heads that had one
        at::Tensor codes;            // uint8 [heads, 2, N] of this call to write; undefined: not kept
    };
    DeltaSums delta_sums(const AttentionCall& call);
    // Ranges of channels: voted links as above; numbers fp32 [heads, kNumbers].
    // u_q, u_k, mean over channels of u_q u_k, query origins, key origins (shares).
    static constexpr int kNumbers = 3 + 2 * kOrigins;
    void record_channels(const AttentionCall& call, const at::Tensor& links, const at::Tensor& numbers);
    // Nothing merged: all heads saved this much.
    void record_unmerged(const AttentionCall& call, double savings);
    // Marks of the call: begin, compaction done, attention done, end.
    using CallMarks = std::array<std::size_t, 4>;
    std::size_t mark() { return marks_.mark(); }
    void record_time(const AttentionCall& call, const CallMarks& marks) { times_.push_back({call.layer, marks}); }

    // Sends the numbers to the host.
    void close(HostCopies& copies);
    StepStats stats() override;
    TokenMapPtr token_map() override;

  private:
    void record_links(const AttentionCall& call, const at::Tensor& links);
    void record_deltas(const AttentionCall& call, const at::Tensor& squared_delta);
    at::Tensor numbers_of(const AttentionCall& call) {
        return numbers_.select(0, call.layer).select(0, static_cast<int>(call.pass));
    }
    struct CallNote {
        bool ran = false;
        bool merged = false;
        bool channels = false;  // PV is computed in full
        Extra extra;
    };
    CallNote& note_of(const AttentionCall& call) { return notes_[std::size_t(call.layer)][int(call.pass)]; }
    HeadStats head_stats(int layer, int pass, int head) const;

    StepStats step_;
    int layers_, heads_;
    kernels::TokenGrid grid_;
    DeviceMarks marks_;
    struct CallTime {
        int layer;
        CallMarks marks;
    };
    std::vector<CallTime> times_;
    std::vector<std::array<CallNote, 2>> notes_;  // [layers][pass]
    at::Tensor numbers_;                          // fp32 [layers, 2 passes, heads, kNumbers]
    at::Tensor origin_count_;                     // int32 [2 sides, 3 axes, N]: heads in which a token linked
    at::Tensor origins_;                          // uint8 [layers, heads, 2, N] of the cond pass; undefined: too large
    at::Tensor delta_sum_, delta_count_;          // fp32 [2 sides, N]: Delta over heads, and heads that had one
    at::Tensor deltas_;                           // uint8 [layers, heads, 2, N] of the cond pass, or undefined
    at::Tensor shares_;                           // uint8 [2 sides, kOrigins, N]: what origin_count_ comes to
    int recorded_heads_ = 0;
};

}  // namespace timeripple::engine
