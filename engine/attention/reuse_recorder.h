#pragma once
// Gathers the statistics and the token map of one denoising step while its attention calls run. Engine thread only.

#include "engine/api/reuse_stats.h"
#include "engine/attention/attention_backend.h"
#include "kernels/api/reuse_cpu.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace timeripple::engine {

class ReuseRecorder {
  public:
    ReuseRecorder(int layers, int heads, kernels::TokenGrid grid);

    void begin_step(int step, int steps, double threshold, bool dense);

    // One head of one call. Links as kernels::TokenGroups::link has them; where whole tokens merge they give the shares
    // of the origins too.
    enum class OriginShares { FromLinks, AsGiven };
    void record_head(const AttentionCall& call, int head, HeadStats stats, const std::int8_t* query_link,
                     const std::int8_t* key_link, OriginShares origins);
    // Besides, where whole tokens merge: Delta and the size of its group of every token.
    void record_groups(const AttentionCall& call, int head, Side side, const kernels::TokenGroups& groups);
    // A call without merging: every head, every token its own.
    void record_unmerged_call(const AttentionCall& call, const HeadStats& stats);
    void record_time(int layer, double attention_seconds, double overhead_seconds);

    // Means over the passes that ran.
    StepStats end_step();
    // Map of the step that end_step() closed; null in a dense step.
    TokenMapPtr token_map();

  private:
    struct HeadSum {
        HeadStats sum;
        int calls = 0;
    };
    struct LayerSeconds {
        double attention = 0.0;
        double overhead = 0.0;
    };

    void add(const AttentionCall& call, int head, const HeadStats& stats);
    // Counts the origins of one side, adds them to the map, and returns their shares.
    std::array<float, kOrigins> record_side(const AttentionCall& call, int head, Side side, const std::int8_t* link);

    int layers_;
    int heads_;
    kernels::TokenGrid grid_;
    StepStats step_;
    std::vector<HeadSum> sums_;          // [layers][heads]
    std::vector<LayerSeconds> seconds_;  // [layers]
    // How often a token had an origin, over layers, heads and passes: [2 sides][tokens][kOrigins].
    std::vector<std::uint32_t> origin_count_;
    std::uint32_t recorded_heads_ = 0;
    // Sums of one side over the heads whose groups were told.
    struct GroupSums {
        std::vector<float> delta, merged;  // [tokens]
        int delta_heads = 0, merged_heads = 0;
    };
    std::array<GroupSums, 2> group_sums_;
    void add_group_means();
    void keep_deltas(const AttentionCall& call, int head, Side side, const std::vector<float>& squared_delta);
    std::shared_ptr<TokenMap> map_;
};

}  // namespace timeripple::engine
