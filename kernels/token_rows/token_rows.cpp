#include "kernels/api/token_rows.h"

#include "kernels/api/cpu_clones.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace timeripple::kernels {
namespace {

// Sums run in kLanes independent lanes, so that the compiler may keep them in vector registers.
constexpr int kLanes = 32;
// Positions of a channel norm that are worked on together: all their channels stay in the nearest cache.
constexpr std::int64_t kPlaneBlock = 64;

#define TR_INLINE inline __attribute__((always_inline))

TR_INLINE float load(float value) {
    return value;
}
TR_INLINE float load(Bf16 value) {
    const std::uint32_t bits = std::uint32_t(value.bits) << 16;
    float result;
    std::memcpy(&result, &bits, sizeof(result));
    return result;
}

TR_INLINE void store(float& out, float value) {
    out = value;
}
// Round to nearest even; NaN stays NaN.
TR_INLINE void store(Bf16& out, float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    out.bits = std::uint16_t((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded);
}

TR_INLINE float total(const float* lanes) {
    float sum = 0.0f;
    for (int lane = 0; lane < kLanes; ++lane) {
        sum += lanes[lane];
    }
    return sum;
}

template <typename T>
TR_INLINE float sum_of(const T* row, std::int64_t dim) {
    float lanes[kLanes] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= dim; i += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            lanes[lane] += load(row[i + lane]);
        }
    }
    for (; i < dim; ++i) {
        lanes[0] += load(row[i]);
    }
    return total(lanes);
}

template <typename T>
TR_INLINE float squares_of(const T* row, std::int64_t dim, float mean) {
    float lanes[kLanes] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= dim; i += kLanes) {
        for (int lane = 0; lane < kLanes; ++lane) {
            const float value = load(row[i + lane]) - mean;
            lanes[lane] += value * value;
        }
    }
    for (; i < dim; ++i) {
        const float value = load(row[i]) - mean;
        lanes[0] += value * value;
    }
    return total(lanes);
}

template <typename T>
TR_INLINE void layer_norm_row(const T* in, T* out, const float* weight, const float* bias, std::int64_t dim,
                              float eps) {
    const float mean = sum_of(in, dim) / float(dim);
    const float scale = 1.0f / std::sqrt(squares_of(in, dim, mean) / float(dim) + eps);
    if (weight && bias) {
        for (std::int64_t i = 0; i < dim; ++i) {
            store(out[i], (load(in[i]) - mean) * scale * weight[i] + bias[i]);
        }
        return;
    }
    for (std::int64_t i = 0; i < dim; ++i) {
        const float value = (load(in[i]) - mean) * scale;
        store(out[i], value * (weight ? weight[i] : 1.0f) + (bias ? bias[i] : 0.0f));
    }
}

template <typename T>
TR_INLINE void residual_norm_row(T* residual, T* branch, const float* gate, const float* weight, const float* bias,
                                 std::int64_t dim, float eps) {
    if (gate) {
        for (std::int64_t i = 0; i < dim; ++i) {
            store(residual[i], load(residual[i]) + load(branch[i]) * gate[i]);
        }
    } else {
        for (std::int64_t i = 0; i < dim; ++i) {
            store(residual[i], load(residual[i]) + load(branch[i]));
        }
    }
    layer_norm_row(residual, branch, weight, bias, dim, eps);
}

template <typename T>
TR_INLINE void rms_norm_rope_row(T* row, const float* weight, const float* cosine, const float* sine, int heads,
                                 int head_dim, float eps) {
    const std::int64_t dim = std::int64_t(heads) * head_dim;
    const float scale = 1.0f / std::sqrt(squares_of(row, dim, 0.0f) / float(dim) + eps);
    if (!cosine) {
        for (std::int64_t i = 0; i < dim; ++i) {
            store(row[i], load(row[i]) * scale * weight[i]);
        }
        return;
    }
    const int pairs = head_dim / 2;
    for (int head = 0; head < heads; ++head) {
        T* x = row + std::int64_t(head) * head_dim;
        const float* w = weight + std::int64_t(head) * head_dim;
        for (int i = 0; i < pairs; ++i) {
            const float even = load(x[2 * i]) * scale * w[2 * i];
            const float odd = load(x[2 * i + 1]) * scale * w[2 * i + 1];
            store(x[2 * i], even * cosine[i] - odd * sine[i]);
            store(x[2 * i + 1], even * sine[i] + odd * cosine[i]);
        }
    }
}

}  // namespace

TR_CPU_CLONES void layer_norm_rows(const float* in, float* out, const float* weight, const float* bias,
                                   std::int64_t rows, std::int64_t dim, float eps) {
    for (std::int64_t row = 0; row < rows; ++row) {
        layer_norm_row(in + row * dim, out + row * dim, weight, bias, dim, eps);
    }
}

TR_CPU_CLONES void layer_norm_rows(const Bf16* in, Bf16* out, const float* weight, const float* bias, std::int64_t rows,
                                   std::int64_t dim, float eps) {
    for (std::int64_t row = 0; row < rows; ++row) {
        layer_norm_row(in + row * dim, out + row * dim, weight, bias, dim, eps);
    }
}

TR_CPU_CLONES void residual_norm_rows(float* residual, float* branch, const float* gate, const float* weight,
                                      const float* bias, std::int64_t rows, std::int64_t dim, float eps) {
    for (std::int64_t row = 0; row < rows; ++row) {
        residual_norm_row(residual + row * dim, branch + row * dim, gate, weight, bias, dim, eps);
    }
}

TR_CPU_CLONES void residual_norm_rows(Bf16* residual, Bf16* branch, const float* gate, const float* weight,
                                      const float* bias, std::int64_t rows, std::int64_t dim, float eps) {
    for (std::int64_t row = 0; row < rows; ++row) {
        residual_norm_row(residual + row * dim, branch + row * dim, gate, weight, bias, dim, eps);
    }
}

TR_CPU_CLONES void rms_norm_rope_rows(float* data, std::int64_t stride, const float* weight, const float* cosine,
                                      const float* sine, std::int64_t rows, int heads, int head_dim, float eps) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t angle = row * (head_dim / 2);
        rms_norm_rope_row(data + row * stride, weight, cosine ? cosine + angle : nullptr, sine ? sine + angle : nullptr,
                          heads, head_dim, eps);
    }
}

TR_CPU_CLONES void rms_norm_rope_rows(Bf16* data, std::int64_t stride, const float* weight, const float* cosine,
                                      const float* sine, std::int64_t rows, int heads, int head_dim, float eps) {
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t angle = row * (head_dim / 2);
        rms_norm_rope_row(data + row * stride, weight, cosine ? cosine + angle : nullptr, sine ? sine + angle : nullptr,
                          heads, head_dim, eps);
    }
}

TR_CPU_CLONES void channel_norm_planes(const float* in, float* out, const float* weight, int channels,
                                       std::int64_t plane, std::int64_t begin, std::int64_t end) {
    float scale[kPlaneBlock];
    for (std::int64_t first = begin; first < end; first += kPlaneBlock) {
        const std::int64_t count = std::min(kPlaneBlock, end - first);
        std::fill(scale, scale + kPlaneBlock, 0.0f);
        for (int channel = 0; channel < channels; ++channel) {
            const float* row = in + channel * plane + first;
            for (std::int64_t i = 0; i < count; ++i) {
                scale[i] += row[i] * row[i];
            }
        }
        for (std::int64_t i = 0; i < count; ++i) {
            scale[i] = 1.0f / std::max(std::sqrt(scale[i]), 1e-12f);
        }
        for (int channel = 0; channel < channels; ++channel) {
            const float* row = in + channel * plane + first;
            float* to = out + channel * plane + first;
            const float factor = weight[channel];
            for (std::int64_t i = 0; i < count; ++i) {
                to[i] = row[i] * scale[i] * factor;
            }
        }
    }
}

}  // namespace timeripple::kernels
