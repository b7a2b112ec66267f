// Dense self-attention of the video tokens: LibTorch's scaled_dot_product_attention.
#include "engine/attention/run_recorder.h"

#include <ATen/ATen.h>

#include <chrono>

namespace timeripple::engine {
namespace {

class DenseAttention final : public RunAttention {
  public:
    DenseAttention(int layers, int heads) : layers_(layers), heads_(heads) {}

    void begin_step(int step, int steps) override {
        stats_ = StepStats{};
        stats_.step = step;
        stats_.steps = steps;
        stats_.layers.resize(layers_);
        for (LayerStats& layer : stats_.layers) {
            layer.heads.resize(heads_);
        }
    }

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionCall& call,
                       std::stop_token) override {
        const auto begin = std::chrono::steady_clock::now();
        at::Tensor out = at::scaled_dot_product_attention(q, k, v);
        if (call.layer < int(stats_.layers.size())) {
            const std::chrono::duration<float> seconds = std::chrono::steady_clock::now() - begin;
            stats_.layers[call.layer].attention_seconds += seconds.count();
        }
        return out;
    }

    StepStats end_step() override { return std::move(stats_); }
    TokenMapPtr token_map() override { return nullptr; }
    std::string kernel_name() const override { return "libtorch-sdpa"; }

  private:
    int layers_;
    int heads_;
    StepStats stats_;
};

}  // namespace

std::unique_ptr<RunAttention> make_dense_attention(int layers, int heads, kernels::TokenGrid) {
    return std::make_unique<DenseAttention>(layers, heads);
}

}  // namespace timeripple::engine
