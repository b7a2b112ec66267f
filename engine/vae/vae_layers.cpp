#include "engine/vae/vae_layers.h"

#include "engine/ops/token_ops.h"

#include <ATen/ATen.h>

#include <cmath>

namespace timeripple::engine {
namespace {

constexpr std::int64_t kHistory = 2;  // frames that a causal convolution of kernel 3 looks back

// [C, T, H, W] <-> [T, C, H, W]
at::Tensor frames_first(const at::Tensor& x) {
    return x.transpose(0, 1);
}

// Two or three dimensions by the weight's. On the host straight to oneDNN: for small inputs at::conv3d would unfold the
// picture and multiply, which takes 3 to 12 times as long at Pond's sizes.
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::IntArrayRef stride,
                    at::IntArrayRef padding) {
    const std::vector<std::int64_t> ones(stride.size(), 1);
    if (x.device().is_cpu() && x.scalar_type() == at::kFloat && at::globalContext().hasMKLDNN()) {
        return at::mkldnn_convolution(x.contiguous(), weight.contiguous(), bias, padding, stride, ones, 1);
    }
    const std::vector<std::int64_t> zeros(stride.size(), 0);
    return at::convolution(x, weight, bias, stride, padding, ones, /*transposed=*/false, zeros, 1);
}

// conv over [C, T, H, W]; padding in space only.
at::Tensor conv3d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, std::int64_t time_stride = 1) {
    const std::int64_t ph = weight.size(3) / 2, pw = weight.size(4) / 2;
    return convolve(x.unsqueeze(0), weight, bias, {time_stride, 1, 1}, {0, ph, pw}).squeeze(0);
}

// Causal convolution with kernel size 3 in time: history in front, zeros where there is none. Frames of zeros are not
// multiplied: only the taps that meet a frame are used.
at::Tensor causal_conv(const at::Tensor& x, const at::Tensor& history, const at::Tensor& weight,
                       const at::Tensor& bias) {
    const at::Tensor seen = history.defined() ? at::cat({history, x}, 1) : x;
    const std::int64_t missing = kHistory - (seen.size(1) - x.size(1));
    if (missing == 0) {
        return conv3d(seen, weight, bias);
    }
    if (x.size(1) == 1) {
        return conv3d(seen, weight.narrow(2, missing, weight.size(2) - missing), bias);
    }
    return conv3d(at::constant_pad_nd(seen, {0, 0, 0, 0, missing, 0}), weight, bias);
}

// The last two input frames, reaching back into the older history where the chunk has only one.
at::Tensor next_history(const at::Tensor& x, const at::Tensor& history) {
    if (x.size(1) >= kHistory) {
        return x.narrow(1, x.size(1) - kHistory, kHistory).clone();
    }
    if (!history.defined()) {
        return x.clone();
    }
    return at::cat({history.narrow(1, history.size(1) - 1, 1), x}, 1);
}

}  // namespace

CausalConv3d::CausalConv3d(const std::string& name, ParameterReader& reader)
    : weight_(reader.read(name + ".weight")), bias_(reader.read(name + ".bias")) {}

at::Tensor CausalConv3d::forward(const at::Tensor& x, FeatureCache& cache) const {
    FeatureCache::Slot& slot = cache.next();
    at::Tensor out = causal_conv(x, slot.history, weight_, bias_);
    slot.history = next_history(x, slot.history);
    return out;
}

at::Tensor CausalConv3d::pointwise(const at::Tensor& x) const {
    return conv3d(x, weight_, bias_);
}

ChannelNorm::ChannelNorm(const std::string& name, ParameterReader& reader) {
    const at::Tensor gamma = reader.read(name + ".gamma").flatten();
    weight_ = gamma * std::sqrt(double(gamma.size(0)));
}

at::Tensor ChannelNorm::forward(const at::Tensor& x) const {
    return channel_norm(x.contiguous(), weight_);
}

at::Tensor ChannelNorm::forward_silu(const at::Tensor& x) const {
    at::Tensor out = forward(x);
    return at::silu_(out);
}

VaeResidual::VaeResidual(const std::string& name, ParameterReader& reader)
    : norm1_(name + ".norm1", reader),
      norm2_(name + ".norm2", reader),
      conv1_(name + ".conv1", reader),
      conv2_(name + ".conv2", reader) {
    if (reader.knows(name + ".conv_shortcut.weight")) {
        shortcut_.emplace(name + ".conv_shortcut", reader);
    }
}

at::Tensor VaeResidual::forward(const at::Tensor& x, FeatureCache& cache) const {
    const at::Tensor inner = conv1_.forward(norm1_.forward_silu(x), cache);
    at::Tensor out = conv2_.forward(norm2_.forward_silu(inner), cache);
    return out.add_(shortcut_ ? shortcut_->pointwise(x) : x);
}

VaeAttention::VaeAttention(const std::string& name, ParameterReader& reader) : norm_(name + ".norm", reader) {
    qkv_weight_ = reader.read(name + ".to_qkv.weight").flatten(1);
    qkv_bias_ = reader.read(name + ".to_qkv.bias");
    out_weight_ = reader.read(name + ".proj.weight").flatten(1);
    out_bias_ = reader.read(name + ".proj.bias");
}

at::Tensor VaeAttention::forward(const at::Tensor& x) const {
    const std::int64_t frames = x.size(1);
    // [T, H*W, C]: one row a pixel.
    const at::Tensor rows = norm_.forward(x).flatten(2).permute({1, 2, 0});
    const std::vector<at::Tensor> qkv = at::linear(rows, qkv_weight_, qkv_bias_).unsqueeze(1).chunk(3, -1);
    at::Tensor mixed = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]).squeeze(1);
    mixed = at::linear(mixed, out_weight_, out_bias_);
    return mixed.permute({2, 0, 1}).reshape({x.size(0), frames, x.size(2), x.size(3)}) + x;
}

VaeMidBlock::VaeMidBlock(const std::string& name, ParameterReader& reader)
    : first_(name + ".resnets.0", reader),
      attention_(name + ".attentions.0", reader),
      second_(name + ".resnets.1", reader) {}

at::Tensor VaeMidBlock::forward(const at::Tensor& x, FeatureCache& cache) const {
    return second_.forward(attention_.forward(first_.forward(x, cache)), cache);
}

VaeUpsample::VaeUpsample(const std::string& name, bool time, ParameterReader& reader)
    : weight_(reader.read(name + ".resample.1.weight")), bias_(reader.read(name + ".resample.1.bias")) {
    if (time) {
        time_weight_ = reader.read(name + ".time_conv.weight");
        time_bias_ = reader.read(name + ".time_conv.bias");
    }
}

at::Tensor VaeUpsample::forward(const at::Tensor& input, FeatureCache& cache) const {
    at::Tensor x = input;
    if (time_weight_.defined()) {
        FeatureCache::Slot& slot = cache.next();
        if (slot.started) {
            // Two frames for each: the halves of the doubled channels, interleaved. The first chunk leaves no history,
            // so the second one sees zeros before itself.
            const at::Tensor both = causal_conv(x, slot.history, time_weight_, time_bias_);
            slot.history = next_history(x, slot.history);
            x = at::stack({both.narrow(0, 0, x.size(0)), both.narrow(0, x.size(0), x.size(0))}, 2).flatten(1, 2);
        }
        slot.started = true;
    }
    const at::Tensor wide = at::_upsample_nearest_exact2d(frames_first(x), {2 * x.size(2), 2 * x.size(3)}, 2.0, 2.0);
    return frames_first(convolve(wide, weight_, bias_, {1, 1}, {1, 1})).contiguous();
}

VaeDownsample::VaeDownsample(const std::string& name, bool time, ParameterReader& reader)
    : weight_(reader.read(name + ".resample.1.weight")), bias_(reader.read(name + ".resample.1.bias")) {
    if (time) {
        time_weight_ = reader.read(name + ".time_conv.weight");
        time_bias_ = reader.read(name + ".time_conv.bias");
    }
}

at::Tensor VaeDownsample::forward(const at::Tensor& input, FeatureCache& cache) const {
    const at::Tensor padded = at::constant_pad_nd(frames_first(input), {0, 1, 0, 1});
    at::Tensor x = frames_first(convolve(padded, weight_, bias_, {2, 2}, {0, 0})).contiguous();
    if (!time_weight_.defined()) {
        return x;
    }
    FeatureCache::Slot& slot = cache.next();
    const at::Tensor last = x.narrow(1, x.size(1) - 1, 1).clone();
    if (slot.started) {
        x = conv3d(at::cat({slot.history, x}, 1), time_weight_, time_bias_, 2);
    }
    slot.history = last;
    slot.started = true;
    return x;
}

}  // namespace timeripple::engine
