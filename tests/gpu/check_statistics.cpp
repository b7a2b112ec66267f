// Fused norm, rotation and detection against the separate steps; statistics against counting on the host.

#include "kernels/api/norm_rope_detect.h"
#include "kernels/api/reuse_statistics.h"
#include "kernels/reuse_mask/cell_decision.h"
#include "kernels/reuse_statistics/delta_bins.h"
#include "tests/gpu/check_forms.h"

#include <algorithm>

namespace timeripple::test {
namespace {

float half_to_float(std::uint16_t bits) {
    return to_float(bits, ElementType::Float16);
}

void check_norm_span(const FormCase& form, NormSpan span, bool in_place, unsigned seed) {
    const Shape& shape = form.shape;
    const Options& options = form.options;
    const int tokens = shape.tokens();
    const int dim = shape.head_dim;
    const int video = shape.grid.tokens();
    const std::string name = name_of(shape, options) +
                             (span == NormSpan::AllHeads ? ", norm over all heads" : ", norm per head") +
                             (in_place ? ", in place" : "");
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
    std::vector<float> weight[2], cosine, sine;
    for (auto& w : weight) {
        for (int i = 0; i < (span == NormSpan::AllHeads ? shape.heads * dim : dim); ++i) {
            w.push_back(1.0f + 0.5f * uniform(random));
        }
    }
    for (int i = 0; i < video * dim / 2; ++i) {
        // Slow along the grid, so that neighbours stay alike.
        const float angle = 0.01f * float(i / (dim / 2)) + uniform(random) * 0.02f;
        cosine.push_back(std::cos(angle));
        sine.push_back(std::sin(angle));
    }
    const GpuBuffer<float> query_weight(weight[0]), key_weight(weight[1]), cosines(cosine), sines(sine);
    const GpuBuffer<std::uint16_t> q(form.q.bits()), k(form.k.bits());
    const GpuBuffer<std::uint16_t> q_other(q.size()), k_other(k.size());
    const GpuBuffer<std::uint16_t>& q_out = in_place ? q : q_other;
    const GpuBuffer<std::uint16_t>& k_out = in_place ? k : k_other;
    const auto strides = form.q.view();
    const Lists fused(shape), separate(shape);

    NormRopeDetectParams params;
    params.mask = form.mask;
    params.mask.q = {q.data(), strides.head_stride, strides.token_stride};
    params.mask.k = {k.data(), strides.head_stride, strides.token_stride};
    params.mask.member_mask = fused.member_mask.data();
    params.mask.link = fused.link.data();
    params.mask.edge_delta = fused.edge_delta.data();
    params.span = span;
    params.query_weight = query_weight.data();
    params.key_weight = key_weight.data();
    params.cosine = cosines.data();
    params.sine = sines.data();
    params.q_out = {q_out.data(), strides.head_stride, strides.token_stride};
    params.k_out = {k_out.data(), strides.head_stride, strides.token_stride};
    check(launch_norm_rope_detect(params, nullptr), "norm, rope, detect");
    check(cudaDeviceSynchronize(), "norm, rope, detect");

    // What detection alone finds on the rows that came out.
    ReuseMaskParams detect = form.mask;
    detect.q = {q_out.data(), strides.head_stride, strides.token_stride};
    detect.k = {k_out.data(), strides.head_stride, strides.token_stride};
    detect.member_mask = separate.member_mask.data();
    detect.link = separate.link.data();
    detect.edge_delta = separate.edge_delta.data();
    if (!in_place) {
        // Text rows are not written; detection does not look at them.
        check(launch_detect_links(detect, nullptr), "detect");
        check(cudaDeviceSynchronize(), "detect");
        const auto a = fused.member_mask.read(), b = separate.member_mask.read();
        bool equal = true;
        for (int row = 0; row < kSides * shape.heads; ++row) {
            const auto at = std::ptrdiff_t(row * member_mask_stride(tokens));
            equal = equal && std::equal(a.begin() + at, a.begin() + at + tokens, b.begin() + at);
        }
        report(
            equal && fused.link.read() == separate.link.read() && fused.edge_delta.read() == separate.edge_delta.read(),
            name + ": links differ from detection on the rows written");
    }

    int wrong = 0;
    int text_changed = 0;
    for (int side = 0; side < kSides; ++side) {
        const Tensor& x = side == 0 ? form.q : form.k;
        const auto got = (side == 0 ? q_out : k_out).read();
        for (int token = 0; token < tokens; ++token) {
            const int grid_token = token - shape.text_before;
            const bool is_video = grid_token >= 0 && grid_token < video;
            double squares = 0;
            for (int head = 0; head < shape.heads; ++head) {
                for (int d = 0; d < dim; ++d) {
                    squares += double(x.value(head, token, d)) * x.value(head, token, d);
                }
            }
            for (int head = 0; head < shape.heads; ++head) {
                double own = squares / (double(shape.heads) * dim);
                if (span == NormSpan::EachHead) {
                    own = 0;
                    for (int d = 0; d < dim; ++d) {
                        own += double(x.value(head, token, d)) * x.value(head, token, d) / dim;
                    }
                }
                const double scale = 1.0 / std::sqrt(own + params.eps);
                const auto normed = [&](int d) {
                    return x.value(head, token, d) * scale *
                           weight[side][span == NormSpan::AllHeads ? head * dim + d : d];
                };
                for (int d = 0; d < dim; ++d) {
                    const std::uint16_t bits = got[x.at(head, token, d)];
                    if (!is_video) {
                        const std::uint16_t before = in_place ? x.bits()[x.at(head, token, d)] : std::uint16_t(0xffff);
                        text_changed += bits != before;
                        continue;
                    }
                    const std::size_t angle = std::size_t(grid_token) * (dim / 2) + d / 2;
                    const double even = normed(d & ~1);
                    const double odd = normed(d | 1);
                    const double exact = d % 2 == 0 ? even * cosine[angle] - odd * sine[angle]
                                                    : even * sine[angle] + odd * cosine[angle];
                    // Half a step of rounding, and fp32's own error before it.
                    const double step = options.type == ElementType::BFloat16 ? 1.0 / 128 : 1.0 / 1024;
                    const double error = std::fabs(to_float(bits, options.type) - exact);
                    wrong +=
                        !(error <= 0.51 * step * std::fabs(exact) + 2e-6 * (std::fabs(even) + std::fabs(odd)) + 6e-8);
                }
            }
        }
    }
    report(wrong == 0 && text_changed == 0, name + ": " + std::to_string(wrong) + " wrong values, " +
                                                std::to_string(text_changed) + " text values changed");

    // Without masks: the same rows.
    if (!in_place) {
        const GpuBuffer<std::uint16_t> q_again(q.size()), k_again(k.size());
        params.mask.member_mask = nullptr;
        params.q_out.data = q_again.data();
        params.k_out.data = k_again.data();
        check(launch_norm_rope_detect(params, nullptr), "norm, rope");
        check(cudaDeviceSynchronize(), "norm, rope");
        report(q_again.read() == q_out.read() && k_again.read() == k_out.read(),
               name + ": other rows without detection");
    }
}

}  // namespace

void check_norm_rope_detect(const FormCase& form, unsigned seed) {
    for (const NormSpan span : {NormSpan::AllHeads, NormSpan::EachHead}) {
        check_norm_span(form, span, false, seed);
        check_norm_span(form, span, true, seed);
    }
}

void check_statistics(const FormCase& form) {
    const Shape& shape = form.shape;
    const int heads = shape.heads;
    const int tokens = shape.tokens();
    const int video = shape.grid.tokens();
    const std::string name = name_of(shape, form.options) + ", statistics";
    GpuBuffer<std::uint64_t> head_counters(std::size_t(heads) * kHeadCounters);
    GpuBuffer<std::uint32_t> token_origins(std::size_t(kSides) * kOrigins * video);
    GpuBuffer<std::uint32_t> token_merged(std::size_t(kSides) * video);
    GpuBuffer<float> token_delta(std::size_t(kSides) * video);
    GpuBuffer<std::uint32_t> histogram(std::size_t(kSides) * kAxes * kDeltaBins);
    head_counters.fill(0);
    token_origins.fill(0);
    token_merged.fill(0);
    token_delta.fill(0);
    histogram.fill(0);
    ReuseStatisticsParams params;
    params.heads = heads;
    params.tokens = tokens;
    params.video_begin = shape.text_before;
    params.grid = shape.grid;
    params.link = form.lists.link.data();
    params.groups = form.lists.groups.data();
    params.edge_delta = form.lists.edge_delta.data();
    params.enabled_axes[0] = 7;
    params.enabled_axes[1] = 5;
    params.head_counters = head_counters.data();
    params.token_origins = token_origins.data();
    params.token_merged = token_merged.data();
    params.token_delta = token_delta.data();
    params.delta_histogram = histogram.data();
    for (int bin = 1; bin < kDeltaBins; ++bin) {
        params.bin_edges[bin] = float(0.005 * std::exp2((bin - 1) * 11.0 / (kDeltaBins - 2)));
    }
    constexpr int kCallsMade = 2;
    for (int call = 0; call < kCallsMade; ++call) {
        check(launch_reuse_statistics(params, nullptr), "statistics");
    }
    check(cudaDeviceSynchronize(), "statistics");

    const auto link = form.lists.link.read();
    const auto groups = form.lists.groups.read();
    const auto deltas = form.lists.edge_delta.read();
    std::vector<std::uint64_t> counters(head_counters.size(), 0);
    std::vector<std::uint32_t> origins(token_origins.size(), 0), merged(token_merged.size(), 0),
        bins(histogram.size(), 0);
    std::vector<double> smallest_sum(token_delta.size(), 0.0);
    int wrong_delta = 0;
    const CellGrid cells(shape.grid);
    for (int head = 0; head < heads; ++head) {
        std::uint64_t* own = counters.data() + std::size_t(head) * kHeadCounters;
        own[kCalls] = 1;
        own[kQueryGroups] = groups[head];
        own[kKeyGroups] = groups[heads + head];
        own[kGroupPairs] = own[kQueryGroups] * own[kKeyGroups];
        for (int side = 0; side < kSides; ++side) {
            const std::size_t row = std::size_t(side) * heads + head;
            const std::uint8_t* links = link.data() + row * tokens + shape.text_before;
            std::vector<int> root(video), size(video, 0);
            for (int token = 0; token < video; ++token) {
                root[token] = token;
                while (links[root[token]] != kNoLinkByte) {
                    root[token] -= shape.grid.stride(links[root[token]]);
                }
                ++size[root[token]];
                const int origin = links[token] == kNoLinkByte ? 0 : 1 + links[token];
                ++own[(side == 0 ? kQueryOrigins : kKeyOrigins) + origin];
                ++origins[(std::size_t(side) * kOrigins + origin) * video + token];
            }
            for (int token = 0; token < video; ++token) {
                merged[std::size_t(side) * video + token] += size[root[token]];
            }
            for (int index = 0; index < cells.cells(); ++index) {
                const Cell cell(cells, index);
                for (int p = 0; p < kCellTokens; ++p) {
                    const bool exists = (cell.present(shape.grid) >> p & 1) != 0;
                    float smallest = INFINITY;
                    for (int axis = 0; axis < kAxes; ++axis) {
                        if ((p & axis_bit(axis)) == 0) {
                            continue;
                        }
                        const std::uint16_t bits =
                            deltas[(row * cells.cells() + index) * kCellEdges + edge_index(axis, p)];
                        if (!exists) {
                            wrong_delta += bits != kNoDelta;
                            continue;
                        }
                        const float delta = half_to_float(bits);
                        const int token = shape.text_before + cell.token(shape.grid, p);
                        const double exact =
                            std::sqrt(squared_delta(shape, form.options, side == 0 ? form.q : form.k, form.v, side == 1,
                                                    head, token, token - shape.grid.stride(axis)));
                        wrong_delta += !(std::fabs(delta - exact) <= 6e-4 * exact + 1e-7);
                        ++bins[(std::size_t(side) * kAxes + axis) * kDeltaBins + delta_bin(delta, params.bin_edges)];
                        if (params.enabled_axes[side] >> axis & 1) {
                            smallest = std::fmin(smallest, delta);
                        }
                    }
                    if (exists && smallest < INFINITY) {
                        smallest_sum[std::size_t(side) * video + cell.token(shape.grid, p)] += smallest;
                    }
                }
            }
        }
    }
    const auto times = [&](auto values) {
        for (auto& value : values) {
            value *= kCallsMade;
        }
        return values;
    };
    report(wrong_delta == 0, name + ": " + std::to_string(wrong_delta) + " wrong Deltas");
    report(head_counters.read() == times(counters), name + ": counters of heads");
    report(token_origins.read() == times(origins), name + ": origins of tokens");
    report(token_merged.read() == times(merged), name + ": merged tokens");
    report(histogram.read() == times(bins), name + ": histogram of Delta");
    const auto got = token_delta.read();
    int wrong = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        wrong += !(std::fabs(got[i] - kCallsMade * smallest_sum[i]) <= 1e-5 * std::fabs(got[i]) + 1e-7);
    }
    report(wrong == 0, name + ": " + std::to_string(wrong) + " wrong smallest Deltas");
}

}  // namespace timeripple::test
