// Dense self-attention of the video tokens: LibTorch's scaled_dot_product_attention.
#include "engine/attention/run_recorder.h"

#include "engine/core/device_marks.h"

#include <ATen/ATen.h>

#include <utility>
#include <vector>

namespace timeripple::engine {
namespace {

// The times of one step.
class DenseRecord final : public StepRecord {
  public:
    DenseRecord(int step, int steps, int layers, int heads, at::Device device) : marks_(device) {
        stats_.step = step;
        stats_.steps = steps;
        stats_.layers.resize(std::size_t(layers));
        for (LayerStats& layer : stats_.layers) {
            layer.heads.resize(std::size_t(heads));
        }
    }
    std::size_t mark() { return marks_.mark(); }
    void add(int layer, std::size_t begin, std::size_t end) { calls_.push_back({layer, begin, end}); }

    StepStats stats() override {
        StepStats stats = stats_;
        for (const Call& call : calls_) {
            if (call.layer < int(stats.layers.size())) {
                stats.layers[std::size_t(call.layer)].attention_seconds += float(marks_.seconds(call.begin, call.end));
            }
        }
        return stats;
    }
    TokenMapPtr token_map() override { return nullptr; }

  private:
    struct Call {
        int layer;
        std::size_t begin, end;
    };
    DeviceMarks marks_;
    std::vector<Call> calls_;
    StepStats stats_;
};

class DenseAttention final : public RunAttention {
  public:
    DenseAttention(int layers, int heads, at::Device device) : layers_(layers), heads_(heads), device_(device) {}

    void begin_step(int step, int steps) override {
        record_ = std::make_unique<DenseRecord>(step, steps, layers_, heads_, device_);
    }

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token) override {
        const std::size_t begin = record_->mark();
        at::Tensor out = at::scaled_dot_product_attention(q, k, v);
        record_->add(call.layer, begin, record_->mark());
        return out;
    }

    std::unique_ptr<StepRecord> end_step(HostCopies&) override { return std::move(record_); }
    std::string kernel_name() const override { return "libtorch-sdpa"; }

  private:
    int layers_;
    int heads_;
    at::Device device_;
    std::unique_ptr<DenseRecord> record_;  // of the step that runs
};

}  // namespace

std::unique_ptr<RunAttention> make_dense_attention(int layers, int heads, kernels::TokenGrid,
                                                   at::Device device) {
    return std::make_unique<DenseAttention>(layers, heads, device);
}

}  // namespace timeripple::engine
