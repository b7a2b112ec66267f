// Dense self-attention of the video tokens: LibTorch's scaled_dot_product_attention.
#include "engine/attention/run_recorder.h"

#include "engine/core/device.h"
#include "engine/core/device_marks.h"

#include <ATen/ATen.h>

#include <utility>
#include <vector>

namespace timeripple::engine {
namespace {

class DenseAttention final : public RunAttention {
  public:
    DenseAttention(int layers, int heads, at::Device device)
        : layers_(layers), heads_(heads), device_(device), marks_(device) {}

    void begin_step(int step, int steps) override {
        stats_ = StepStats{};
        marks_.clear();
        calls_.clear();
        stats_.step = step;
        stats_.steps = steps;
        stats_.layers.resize(layers_);
        for (LayerStats& layer : stats_.layers) {
            layer.heads.resize(heads_);
        }
    }

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token) override {
        const std::size_t begin = marks_.mark();
        at::Tensor out = at::scaled_dot_product_attention(q, k, v);
        calls_.push_back({call.layer, begin, marks_.mark()});
        return out;
    }

    StepStats end_step() override {
        synchronize(device_);
        for (const Call& call : calls_) {
            if (call.layer < int(stats_.layers.size())) {
                stats_.layers[call.layer].attention_seconds += float(marks_.seconds(call.begin, call.end));
            }
        }
        return std::move(stats_);
    }
    TokenMapPtr token_map() override { return nullptr; }
    std::string kernel_name() const override { return "libtorch-sdpa"; }

  private:
    int layers_;
    int heads_;
    at::Device device_;
    DeviceMarks marks_;
    struct Call {
        int layer;
        std::size_t begin, end;
    };
    std::vector<Call> calls_;
    StepStats stats_;
};

}  // namespace

std::unique_ptr<RunAttention> make_dense_attention(int layers, int heads, kernels::TokenGrid,
                                                   at::Device device) {
    return std::make_unique<DenseAttention>(layers, heads, device);
}

}  // namespace timeripple::engine
