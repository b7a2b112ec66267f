#pragma once
// Collects what attention did during one denoising step; the pipeline asks for it after the step.

#include "engine/api/generation_request.h"
#include "engine/api/reuse_stats.h"
#include "engine/attention/attention_backend.h"
#include "engine/attention/carried_state.h"
#include "engine/core/host_copies.h"

#include <memory>
#include <string>
#include <vector>

namespace timeripple::engine {

// What a closed step measured. On a GPU the numbers are on their way to the host: read when the copies have arrived.
class StepRecord {
  public:
    virtual ~StepRecord() = default;
    // Layers filled; seconds of the whole step are the pipeline's to fill in.
    virtual StepStats stats() = 0;
    // Null in a dense step.
    virtual TokenMapPtr token_map() = 0;
};

// A backend of one run together with its statistics. Made anew for every run, so no state outlives it.
class RunAttention : public AttentionBackend {
  public:
    virtual void begin_step(int step, int steps) = 0;
    // Closes the step. Never waits for the device.
    virtual std::unique_ptr<StepRecord> end_step(HostCopies& copies) = 0;
    // The same where nothing runs beside: waits.
    struct Finished {
        StepStats stats;
        TokenMapPtr token_map;
    };
    Finished end_step(at::Device device = at::kCPU) {
        HostCopies copies(device);
        const std::unique_ptr<StepRecord> record = end_step(copies);
        copies.wait();
        return {record->stats(), record->token_map()};
    }
    // Between two steps; a new backend of the same settings goes on from it with the same bits.
    virtual CarriedState carried_state() const { return {}; }
    virtual void restore(const CarriedState&) {}
    virtual std::string kernel_name() const = 0;  // for the recipe, e.g. "libtorch-sdpa" or "compacted libtorch-sdpa"
};

// Dense: LibTorch's scaled_dot_product_attention.
std::unique_ptr<RunAttention> make_dense_attention(int layers, int heads, kernels::TokenGrid grid,
                                                   at::Device device = at::kCPU);
// Ripple with validated settings.
std::unique_ptr<RunAttention> make_ripple_attention(const RippleSettings& settings, int layers, int heads,
                                                    kernels::TokenGrid grid, int head_dim);
// Ripple on a GPU. Also works on tensors of the CPU, with LibTorch's operators: how the tests check it.
std::unique_ptr<RunAttention> make_gpu_ripple_attention(const RippleSettings& settings, KernelChoice choice,
                                                        at::Device device, int layers, int heads,
                                                        kernels::TokenGrid grid, int head_dim);

}  // namespace timeripple::engine
