#pragma once
// Layers of AutoencoderKLWan. Activations are [C, T, H, W] in fp32; T is the frames of the chunk in hand. Each causal
// convolution remembers the last two frames of its input in a cache of its own, so that chunk after chunk equals the
// whole.

#include "engine/model/parameter_reader.h"
#include "engine/vae/vae_config.h"

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

namespace timeripple::engine {

// State of one pass over a video: a slot for every layer that looks back, in the order in which they run.
class FeatureCache {
  public:
    struct Slot {
        bool started = false;  // a chunk has passed
        at::Tensor history;    // undefined: zeros, or nothing to remember yet
    };
    void begin_chunk() { next_ = 0; }
    Slot& next() {
        if (next_ == slots_.size()) {
            slots_.emplace_back();
        }
        return slots_[next_++];
    }

  private:
    std::vector<Slot> slots_;
    std::size_t next_ = 0;
};

// Convolution over time and space, causal in time (zeros in front), zero-padded in space.
class CausalConv3d {
  public:
    CausalConv3d() = default;
    CausalConv3d(const std::string& name, ParameterReader& reader);
    at::Tensor forward(const at::Tensor& x, FeatureCache& cache) const;
    // Without looking back: kernels of one frame.
    at::Tensor pointwise(const at::Tensor& x) const;
    const at::Tensor& weight() const { return weight_; }
    const at::Tensor& bias() const { return bias_; }

  private:
    at::Tensor weight_, bias_;
};

class ChannelNorm {
  public:
    ChannelNorm() = default;
    ChannelNorm(const std::string& name, ParameterReader& reader);
    at::Tensor forward(const at::Tensor& x) const;
    at::Tensor forward_silu(const at::Tensor& x) const;

  private:
    at::Tensor weight_;  // gamma * sqrt(C)
};

class VaeResidual {
  public:
    VaeResidual(const std::string& name, ParameterReader& reader);
    at::Tensor forward(const at::Tensor& x, FeatureCache& cache) const;

  private:
    ChannelNorm norm1_, norm2_;
    CausalConv3d conv1_, conv2_;
    std::optional<CausalConv3d> shortcut_;
};

// Single-head attention within each frame.
class VaeAttention {
  public:
    VaeAttention(const std::string& name, ParameterReader& reader);
    at::Tensor forward(const at::Tensor& x) const;

  private:
    ChannelNorm norm_;
    at::Tensor qkv_weight_, qkv_bias_, out_weight_, out_bias_;
};

class VaeMidBlock {
  public:
    VaeMidBlock(const std::string& name, ParameterReader& reader);
    at::Tensor forward(const at::Tensor& x, FeatureCache& cache) const;

  private:
    VaeResidual first_;
    VaeAttention attention_;
    VaeResidual second_;
};

// Twice the size, half the channels; with time: twice the frames, except in the first chunk.
class VaeUpsample {
  public:
    VaeUpsample(const std::string& name, bool time, ParameterReader& reader);
    at::Tensor forward(const at::Tensor& x, FeatureCache& cache) const;

  private:
    at::Tensor weight_, bias_;
    at::Tensor time_weight_, time_bias_;  // undefined: space only
};

// Half the size; with time: half the frames, except in the first chunk.
class VaeDownsample {
  public:
    VaeDownsample(const std::string& name, bool time, ParameterReader& reader);
    at::Tensor forward(const at::Tensor& x, FeatureCache& cache) const;

  private:
    at::Tensor weight_, bias_;
    at::Tensor time_weight_, time_bias_;
};

}  // namespace timeripple::engine
