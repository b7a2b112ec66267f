#pragma once
// One case of the GPU checks: shape, options, tensors on host and device, everything the launchers write, and the
// parameters of every launch.

#include "kernels/api/compact_kv.h"
#include "kernels/api/reuse_mask.h"
#include "kernels/api/ripple_attention.h"
#include "kernels/api/single_pass.h"
#include "kernels/reuse/link_decision.h"
#include "tests/gpu/gpu_buffer.h"

#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace timeripple::test {

using namespace timeripple::kernels;

struct Shape {
    int heads;
    int head_dim;
    TokenGrid grid;
    int text_before;
    int text_behind;
    int tokens() const { return grid.tokens() + text_before + text_behind; }
};

struct Options {
    ElementType type = ElementType::BFloat16;
    GroupReference reference = GroupReference::Mean;
    bool token_major = false;  // [tokens, heads, head_dim] instead of [heads, tokens, head_dim]
    float query_theta = 0.3f;
    float key_theta = 0.35f;
    float value_weight = 0.0f;
    int exempt_frames = 0;
    bool dense_head = false;
    float q_scale = 1.0f;  // large: one key takes all
};

inline int failures = 0;

inline void report(bool good, const std::string& what) {
    failures += good ? 0 : 1;
    if (!good) {
        std::printf("FAIL: %s\n", what.c_str());
        std::fflush(stdout);
    }
}

inline std::string name_of(const Shape& shape, const Options& options) {
    char text[200];
    std::snprintf(
        text, sizeof text, "%s d%d heads %d grid %dx%dx%d text %d+%d %s%s theta %.2f/%.2f w %.2f exempt %d q*%g",
        options.type == ElementType::BFloat16 ? "bf16" : "fp16", shape.head_dim, shape.heads, shape.grid.frames,
        shape.grid.height, shape.grid.width, shape.text_before, shape.text_behind,
        options.reference == GroupReference::Mean ? "mean" : "first", options.token_major ? " token-major" : "",
        options.query_theta, options.key_theta, options.value_weight, options.exempt_frames, options.q_scale);
    return text;
}

// q, k or v of one case on host and device. Smooth along the axes by chance, so that every group size occurs.
class Tensor {
  public:
    Tensor(const Shape& shape, const Options& options, float scale, std::mt19937& random)
        : shape_(shape), options_(options), bits_(make(shape, options, scale, random)), device_(bits_) {}

    std::size_t at(int head, int token, int channel) const { return index(shape_, options_, head, token, channel); }
    float value(int head, int token, int channel) const {
        return to_float(bits_[at(head, token, channel)], options_.type);
    }
    TensorView view() const {
        const std::int64_t row = shape_.head_dim;
        return options_.token_major ? TensorView{device_.data(), row, row * shape_.heads}
                                    : TensorView{device_.data(), row * shape_.tokens(), row};
    }
    const std::vector<std::uint16_t>& bits() const { return bits_; }

    static std::size_t index(const Shape& shape, const Options& options, int head, int token, int channel) {
        const std::size_t row =
            options.token_major ? std::size_t(token) * shape.heads + head : std::size_t(head) * shape.tokens() + token;
        return row * shape.head_dim + channel;
    }

  private:
    static std::vector<std::uint16_t> make(const Shape& shape, const Options& options, float scale,
                                           std::mt19937& random) {
        std::normal_distribution<float> normal;
        std::uniform_real_distribution<float> uniform;
        std::vector<std::uint16_t> bits(std::size_t(shape.heads) * shape.tokens() * shape.head_dim);
        std::vector<float> rows(std::size_t(shape.tokens()) * shape.head_dim);
        for (int head = 0; head < shape.heads; ++head) {
            // Heads differ in how much they merge; the last one merges nothing.
            const float copy_share = shape.heads == 1 ? 0.6f : 0.95f * (1.0f - float(head) / (shape.heads - 1));
            for (int token = 0; token < shape.tokens(); ++token) {
                int source = -1;
                const int video = token - shape.text_before;
                if (video >= 0 && video < shape.grid.tokens() && uniform(random) < copy_share) {
                    const int axis = int(random() % kAxes);
                    if (has_even_neighbour(shape.grid, video, axis)) {
                        source = token - shape.grid.stride(axis);
                    }
                }
                for (int d = 0; d < shape.head_dim; ++d) {
                    const float fresh = normal(random);
                    rows[std::size_t(token) * shape.head_dim + d] =
                        source < 0 ? fresh : rows[std::size_t(source) * shape.head_dim + d] + 0.5f * fresh;
                    bits[index(shape, options, head, token, d)] =
                        to_bits(scale * rows[std::size_t(token) * shape.head_dim + d], options.type);
                }
            }
        }
        return bits;
    }

    Shape shape_;
    Options options_;
    std::vector<std::uint16_t> bits_;
    GpuBuffer<std::uint16_t> device_;
};

// Everything K0, K1 and K2 write.
struct Lists {
    explicit Lists(const Shape& shape)
        : member_mask(std::size_t(kSides) * shape.heads * member_mask_stride(shape.tokens())),
          link(std::size_t(kSides) * shape.heads * shape.tokens()),
          members(std::size_t(kSides) * shape.heads * shape.tokens()),
          starts(std::size_t(kSides) * shape.heads * (shape.tokens() + 1)),
          groups(std::size_t(kSides) * shape.heads),
          chunk_groups(std::size_t(shape.heads) * (member_chunks(shape.tokens()) + 1)),
          k(std::size_t(shape.heads) * key_capacity(shape.tokens()) * shape.head_dim),
          v(k.size()),
          counts(std::size_t(shape.heads) * key_capacity(shape.tokens())),
          group_of(std::size_t(kSides) * shape.heads * shape.tokens()),
          edge_delta(std::size_t(kSides) * shape.heads * edge_delta_stride(shape.grid)),
          state(single_pass_state_words(shape.heads, shape.tokens())) {}
    GpuBuffer<std::uint8_t> member_mask, link;
    GpuBuffer<int> members, starts, groups, chunk_groups;
    GpuBuffer<std::uint16_t> k, v;
    GpuBuffer<float> counts;
    GpuBuffer<int> group_of;
    GpuBuffer<std::uint16_t> edge_delta;
    GpuBuffer<std::uint32_t> state;
};

// All that every detection and numbering may write, but for Deltas.
inline void write_to(const Lists& lists, ReuseMaskParams& params) {
    params.member_mask = lists.member_mask.data();
    params.link = lists.link.data();
    params.members = lists.members.data();
    params.starts = lists.starts.data();
    params.groups = lists.groups.data();
    params.chunk_groups = lists.chunk_groups.data();
    params.group_of = lists.group_of.data();
}

inline ReuseMaskParams mask_params(const Shape& shape, const Options& options, const Tensor& q, const Tensor& k,
                                   const Tensor& v, const std::uint8_t* dense_heads, const Lists& lists) {
    ReuseMaskParams params;
    params.type = options.type;
    params.heads = shape.heads;
    params.head_dim = shape.head_dim;
    params.tokens = shape.tokens();
    params.video_begin = shape.text_before;
    params.grid = shape.grid;
    params.q = q.view();
    params.k = k.view();
    params.v = v.view();
    for (int axis = 0; axis < kAxes; ++axis) {
        params.query_theta[axis] = options.query_theta * (1.0f - 0.1f * float(axis));
        params.key_theta[axis] = options.key_theta * (1.0f + 0.1f * float(axis));
    }
    params.value_weight = options.value_weight;
    params.exempt_frames = options.exempt_frames;
    params.dense_heads = dense_heads;
    write_to(lists, params);
    params.edge_delta = lists.edge_delta.data();
    return params;
}

inline double squared_delta(const Shape& shape, const Options& options, const Tensor& x, const Tensor& v, bool key,
                            int head, int token, int other) {
    double sum = 0;
    double value_sum = 0;
    for (int d = 0; d < shape.head_dim; ++d) {
        const double difference = double(x.value(head, token, d)) - x.value(head, other, d);
        const double value_difference = double(v.value(head, token, d)) - v.value(head, other, d);
        sum += difference * difference;
        value_sum += value_difference * value_difference;
    }
    const double squared_weight = key ? double(options.value_weight) * options.value_weight : 0.0;
    return (sum + squared_weight * value_sum) / (4.0 * shape.head_dim) / (1.0 + squared_weight);
}

// The group's reference as the kernels round it.
inline std::uint16_t reference_bits(const Tensor& x, const Options& options, int head, const int* members, int count,
                                    int d) {
    if (count == 1 || options.reference == GroupReference::First) {
        return x.bits()[x.at(head, members[0], d)];
    }
    float sum = x.value(head, members[0], d);
    for (int i = 1; i < count; ++i) {
        sum += x.value(head, members[i], d);
    }
    return to_bits(sum * (1.0f / float(count)), options.type);
}

inline CompactKvParams compact_params(const Shape& shape, const Options& options, const Tensor& k, const Tensor& v,
                                      const Lists& lists) {
    CompactKvParams params;
    params.type = options.type;
    params.heads = shape.heads;
    params.head_dim = shape.head_dim;
    params.tokens = shape.tokens();
    params.reference = options.reference;
    params.k = k.view();
    params.v = v.view();
    params.members = lists.members.data() + std::size_t(shape.heads) * shape.tokens();
    params.starts = lists.starts.data() + std::size_t(shape.heads) * (shape.tokens() + 1);
    params.groups = lists.groups.data() + shape.heads;
    params.chunk_groups = lists.chunk_groups.data();
    params.compacted_k = lists.k.data();
    params.compacted_v = lists.v.data();
    params.counts = lists.counts.data();
    return params;
}

inline SinglePassParams single_pass_params(const Options& options, const ReuseMaskParams& mask, const Lists& lists) {
    SinglePassParams params;
    params.mask = mask;
    params.reference = options.reference;
    params.key_lists = true;
    params.compacted_k = lists.k.data();
    params.compacted_v = lists.v.data();
    params.counts = lists.counts.data();
    params.state = lists.state.data();
    return params;
}

inline RippleAttentionParams attention_params(const Shape& shape, const Options& options, const Tensor& q,
                                              const Tensor& k, const Tensor& v, const Lists* lists, void* out,
                                              float* lse, int* counter) {
    const int tokens = shape.tokens();
    const std::int64_t row = shape.head_dim;
    RippleAttentionParams params;
    params.type = options.type;
    params.heads = shape.heads;
    params.head_dim = shape.head_dim;
    params.tokens = tokens;
    params.softmax_scale = float(1.0 / std::sqrt(double(shape.head_dim)));
    params.reference = options.reference;
    params.q = q.view();
    params.out = {out, q.view().head_stride, q.view().token_stride};
    params.lse = lse;
    params.tile_counter = counter;
    if (lists == nullptr) {
        params.k = k.view();
        params.v = v.view();
        params.key_rows = tokens;
        return params;
    }
    const std::int64_t capacity = key_capacity(tokens);
    params.k = {lists->k.data(), capacity * row, row};
    params.v = {lists->v.data(), capacity * row, row};
    params.key_rows = int(capacity);
    params.key_counts = lists->counts.data();
    params.key_groups = lists->groups.data() + shape.heads;
    params.query_members = lists->members.data();
    params.query_starts = lists->starts.data();
    params.query_groups = lists->groups.data();
    return params;
}

}  // namespace timeripple::test
