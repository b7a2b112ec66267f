// Residual, near field and launch graphs.

#include "tests/gpu/check_forms.h"

#include "kernels/api/near_field.h"
#include "kernels/api/residual.h"
#include "kernels/api/reuse_statistics.h"
#include "kernels/near_field/near_region.h"
#include "kernels/residual/fp8_e4m3.h"

#include <algorithm>

namespace timeripple::test {
namespace {

std::size_t values_of(const Shape& shape) {
    return std::size_t(shape.heads) * shape.tokens() * shape.head_dim;
}
TensorView view_like(const Tensor& like, const void* data) {
    return {data, like.view().head_stride, like.view().token_stride};
}

// Attention of the case; lists null: dense.
void attend(const FormCase& form, AttentionKernel kernel, const Lists* lists, const GpuBuffer<std::uint16_t>& out,
            float* lse, const ResidualView& residual, cudaStream_t stream = nullptr) {
    static const GpuBuffer<int> counter(std::vector<int>{0});
    auto params =
        attention_params(form.shape, form.options, form.q, form.k, form.v, lists, out.data(), lse, counter.data());
    params.residual = residual;
    check(launch_ripple_attention_fwd(params, stream, kernel), attention_kernel_name(kernel));
}

// Steps between two values of the element type; 1 is the next number.
int steps_between(std::uint16_t a, std::uint16_t b) {
    const auto order = [](std::uint16_t bits) { return (bits & 0x8000) != 0 ? -int(bits & 0x7fff) : int(bits); };
    return std::abs(order(a) - order(b));
}

void check_residual_type(const FormCase& form, AttentionKernel kernel, ResidualType type,
                         const GpuBuffer<std::uint16_t>& dense, const GpuBuffer<std::uint16_t>& merged) {
    const Shape& shape = form.shape;
    const ElementType element = form.options.type;
    const std::string name =
        name_of(shape, form.options) + (type == ResidualType::SameAsOutput ? ", residual" : ", fp8");
    const std::size_t rows = std::size_t(shape.heads) * shape.tokens();
    const GpuBuffer<std::uint8_t> data(residual_bytes(type, shape.heads, shape.tokens(), shape.head_dim));
    const GpuBuffer<float> scales(rows);
    RefreshResidualParams refresh;
    refresh.type = element;
    refresh.heads = shape.heads;
    refresh.head_dim = shape.head_dim;
    refresh.tokens = shape.tokens();
    refresh.dense = view_like(form.q, dense.data());
    refresh.merged = view_like(form.q, merged.data());
    refresh.residual_type = type;
    refresh.residual = data.data();
    refresh.residual_scale = scales.data();
    check(launch_refresh_residual(refresh, nullptr), "refresh residual");

    const ResidualView residual{data.data(), scales.data(), type};
    ApplyResidualParams apply;
    apply.type = element;
    apply.heads = shape.heads;
    apply.head_dim = shape.head_dim;
    apply.tokens = shape.tokens();
    apply.merged = refresh.merged;
    apply.residual = residual;
    const GpuBuffer<std::uint16_t> applied(values_of(shape)), fused(values_of(shape)), broadcast(values_of(shape));
    apply.out = {applied.data(), apply.merged.head_stride, apply.merged.token_stride};
    check(launch_apply_residual(apply, nullptr), "apply residual");
    apply.merged.data = nullptr;
    apply.out.data = broadcast.data();
    check(launch_apply_residual(apply, nullptr), "broadcast");
    attend(form, kernel, &form.lists, fused, nullptr, residual);
    check(cudaDeviceSynchronize(), "residual");
    report(applied.read() == fused.read(), name + ": attention's epilogue differs from the separate addition");

    const auto dense_bits = dense.read(), merged_bits = merged.read();
    const auto bytes = data.read();
    const auto got_scale = scales.read();
    const auto got = applied.read(), given_again = broadcast.read();
    int wrong_residual = 0;
    int wrong_sum = 0;
    int wrong_broadcast = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const int head = int(row / shape.tokens());
        const int token = int(row % shape.tokens());
        const std::size_t at = Tensor::index(shape, form.options, head, token, 0);
        float largest = 0;
        std::vector<float> difference(shape.head_dim);
        for (int d = 0; d < shape.head_dim; ++d) {
            difference[d] = to_float(dense_bits[at + d], element) - to_float(merged_bits[at + d], element);
            largest = std::fmax(largest, std::fabs(difference[d]));
        }
        const float scale = residual_row_scale(largest);
        const float inverse = residual_row_inverse(scale);
        wrong_residual += type == ResidualType::Fp8E4M3 && got_scale[row] != scale;
        for (int d = 0; d < shape.head_dim; ++d) {
            const std::size_t i = row * shape.head_dim + d;
            float carried = 0;
            if (type == ResidualType::Fp8E4M3) {
                wrong_residual += bytes[i] != encode_e4m3(difference[d] * inverse);
                carried = decode_e4m3(bytes[i]) * scale;
            } else {
                const auto bits = std::uint16_t(bytes[2 * i] | bytes[2 * i + 1] << 8);
                wrong_residual += bits != to_bits(difference[d], element);
                carried = to_float(bits, element);
            }
            // A sum of a product may be rounded once or twice.
            const std::uint16_t expected = to_bits(to_float(merged_bits[at + d], element) + carried, element);
            wrong_sum += steps_between(got[at + d], expected) > 1;
            wrong_broadcast += given_again[at + d] != to_bits(carried, element);
        }
    }
    report(wrong_residual == 0 && wrong_sum == 0 && wrong_broadcast == 0,
           name + ": " + std::to_string(wrong_residual) + " wrong residuals, " + std::to_string(wrong_sum) +
               " wrong sums, " + std::to_string(wrong_broadcast) + " wrong kept values");
}

// The reference rows of every token, as double: [tokens, head_dim].
std::vector<double> snapped_rows(const FormCase& form, const Tensor& x, int side, int head,
                                 const std::vector<int>& members, const std::vector<int>& starts, int groups) {
    const Shape& shape = form.shape;
    const std::size_t list = std::size_t(side) * shape.heads + head;
    std::vector<double> rows(std::size_t(shape.tokens()) * shape.head_dim);
    for (int group = 0; group < groups; ++group) {
        const int begin = starts[list * (shape.tokens() + 1) + group];
        const int count = starts[list * (shape.tokens() + 1) + group + 1] - begin;
        const int* own = members.data() + list * shape.tokens() + begin;
        for (int d = 0; d < shape.head_dim; ++d) {
            const double value = to_float(reference_bits(x, form.options, head, own, count, d), form.options.type);
            for (int i = 0; i < count; ++i) {
                rows[std::size_t(own[i]) * shape.head_dim + d] = value;
            }
        }
    }
    return rows;
}

NearFieldParams near_params(const FormCase& form, const float* lse, void* out) {
    const Shape& shape = form.shape;
    NearFieldParams params;
    params.type = form.options.type;
    params.heads = shape.heads;
    params.head_dim = shape.head_dim;
    params.tokens = shape.tokens();
    params.video_begin = shape.text_before;
    params.grid = shape.grid;
    params.softmax_scale = float(1.0 / std::sqrt(double(shape.head_dim)));
    params.reference = form.options.reference;
    params.q = form.q.view();
    params.k = form.k.view();
    params.v = form.v.view();
    params.compacted_k = form.lists.k.data();
    params.lse = lse;
    params.group_of = form.lists.group_of.data();
    params.query_members = form.lists.members.data();
    params.query_starts = form.lists.starts.data();
    params.out = {out, form.q.view().head_stride, form.q.view().token_stride};
    return params;
}

}  // namespace

void check_residual(const FormCase& form, AttentionKernel kernel) {
    const GpuBuffer<std::uint16_t> dense(values_of(form.shape)), merged(values_of(form.shape));
    attend(form, kernel, nullptr, dense, nullptr, {});
    attend(form, kernel, &form.lists, merged, nullptr, {});
    for (const ResidualType type : {ResidualType::SameAsOutput, ResidualType::Fp8E4M3}) {
        check_residual_type(form, kernel, type, dense, merged);
    }
}

void check_near_field(const FormCase& form, AttentionKernel kernel) {
    const Shape& shape = form.shape;
    const ElementType element = form.options.type;
    const int tokens = shape.tokens();
    const int dim = shape.head_dim;
    const GpuBuffer<std::uint16_t> out(values_of(shape));
    const GpuBuffer<float> lse(std::size_t(shape.heads) * tokens);
    attend(form, kernel, &form.lists, out, lse.data(), {});
    const auto merged = out.read();
    const auto params = near_params(form, lse.data(), out.data());
    check(launch_near_field(params, nullptr), "near field");
    check(cudaDeviceSynchronize(), "near field");
    const auto got = out.read();
    const auto members = form.lists.members.read();
    const auto starts = form.lists.starts.read();
    const auto groups = form.lists.groups.read();

    double own_largest = 0;
    double plain_largest = 0;
    int text_changed = 0;
    int not_finite = 0;
    for (int head = 0; head < shape.heads; ++head) {
        const auto snapped_q = snapped_rows(form, form.q, 0, head, members, starts, groups[head]);
        const auto snapped_k = snapped_rows(form, form.k, 1, head, members, starts, groups[shape.heads + head]);
        std::vector<double> v(std::size_t(tokens) * dim);
        std::vector<double> k(v.size());
        for (int token = 0; token < tokens; ++token) {
            for (int d = 0; d < dim; ++d) {
                v[std::size_t(token) * dim + d] = form.v.value(head, token, d);
                k[std::size_t(token) * dim + d] = form.k.value(head, token, d);
            }
        }
        const int step = std::max(1, tokens / 64);  // some queries of a large case
        for (int token = 0; token < tokens; token += token + 1 < tokens ? step : 1) {
            const std::size_t at = Tensor::index(shape, form.options, head, token, 0);
            const int video = token - shape.text_before;
            if (video < 0 || video >= shape.grid.tokens()) {
                text_changed += !std::equal(got.begin() + at, got.begin() + at + dim, merged.begin() + at);
                continue;
            }
            const NearPoint query{shape.grid.position(video, 0), shape.grid.position(video, 1),
                                  shape.grid.position(video, 2)};
            std::vector<double> score(tokens), merged_score(tokens);
            std::vector<bool> near(tokens, false);
            double largest = -INFINITY;
            double merged_largest = -INFINITY;
            for (int key = 0; key < tokens; ++key) {
                const int other = key - shape.text_before;
                if (other >= 0 && other < shape.grid.tokens()) {
                    const NearPoint point{shape.grid.position(other, 0), shape.grid.position(other, 1),
                                          shape.grid.position(other, 2)};
                    near[key] = within_reach(query, point, params.reach);
                }
                double exact = 0;
                double snapped = 0;
                for (int d = 0; d < dim; ++d) {
                    exact += form.q.value(head, token, d) * k[std::size_t(key) * dim + d];
                    snapped += snapped_q[std::size_t(token) * dim + d] * snapped_k[std::size_t(key) * dim + d];
                }
                merged_score[key] = snapped * params.softmax_scale;
                score[key] = near[key] ? exact * params.softmax_scale : merged_score[key];
                largest = std::fmax(largest, score[key]);
                merged_largest = std::fmax(merged_largest, merged_score[key]);
            }
            // Exact; and plainly: merged output and weights rounded, the formula in fp32.
            std::vector<double> exact(dim, 0.0), merged_out(dim, 0.0);
            std::vector<float> correction(dim, 0.0f);
            double sum = 0;
            double merged_sum = 0;
            for (int key = 0; key < tokens; ++key) {
                sum += std::exp(score[key] - largest);
                merged_sum += std::exp(merged_score[key] - merged_largest);
            }
            const double log_sum = std::log(merged_sum) + merged_largest;
            const double reference = std::fmax(0.0, largest - log_sum);
            float share = float(std::exp(-reference));
            const float one = share;
            for (int key = 0; key < tokens; ++key) {
                const double p = std::exp(score[key] - largest) / sum;
                const double merged_p = std::exp(merged_score[key] - merged_largest) / merged_sum;
                const float weight = near[key] ? float(std::exp(score[key] - log_sum - reference) -
                                                       std::exp(merged_score[key] - log_sum - reference))
                                               : 0.0f;
                const float rounded = to_float(to_bits(weight, element), element);
                share += weight;
                for (int d = 0; d < dim; ++d) {
                    exact[d] += p * v[std::size_t(key) * dim + d];
                    merged_out[d] += merged_p * v[std::size_t(key) * dim + d];
                    correction[d] += rounded * float(v[std::size_t(key) * dim + d]);
                }
            }
            for (int d = 0; d < dim; ++d) {
                const double value = to_float(got[at + d], element);
                const float rounded = to_float(to_bits(float(merged_out[d]), element), element);
                const float plain = to_float(to_bits((rounded * one + correction[d]) / share, element), element);
                not_finite += !std::isfinite(value);
                own_largest = std::fmax(own_largest, std::fabs(value - exact[d]));
                plain_largest = std::fmax(plain_largest, std::fabs(plain - exact[d]));
            }
        }
    }
    const bool good = not_finite == 0 && text_changed == 0 && own_largest <= 2 * plain_largest + 2e-4;
    std::printf("%s %-26s %s: near field, error max %.2e (plain %.2e)\n", good ? "ok  " : "BAD ",
                attention_kernel_name(kernel), name_of(shape, form.options).c_str(), own_largest, plain_largest);
    report(good, name_of(shape, form.options) + ": near field, " + std::to_string(not_finite) + " not finite, " +
                     std::to_string(text_changed) + " text rows changed");

    // Nothing merged: the output keeps its bits.
    const bool unmerged = std::all_of(groups.begin(), groups.end(), [&](int count) { return count == tokens; });
    report(!unmerged || got == merged, name_of(shape, form.options) + ": near field changed an unmerged output");
}

void check_graph(const FormCase& form, AttentionKernel kernel) {
    const Shape& shape = form.shape;
    const GpuBuffer<std::uint16_t> plain(values_of(shape)), captured(values_of(shape));
    const GpuBuffer<float> lse(std::size_t(shape.heads) * shape.tokens());
    const Lists lists(shape);
    ReuseMaskParams mask = form.mask;
    mask.member_mask = lists.member_mask.data();
    mask.link = lists.link.data();
    mask.members = lists.members.data();
    mask.starts = lists.starts.data();
    mask.groups = lists.groups.data();
    mask.chunk_groups = lists.chunk_groups.data();
    mask.group_of = lists.group_of.data();
    mask.edge_delta = lists.edge_delta.data();
    const FormCase own{shape, form.options, form.q, form.k, form.v, mask, lists};
    GpuBuffer<std::uint64_t> counters(std::size_t(shape.heads) * kHeadCounters);
    counters.fill(0);
    ReuseStatisticsParams statistics;
    statistics.heads = shape.heads;
    statistics.tokens = shape.tokens();
    statistics.video_begin = shape.text_before;
    statistics.grid = shape.grid;
    statistics.link = mask.link;
    statistics.groups = mask.groups;
    statistics.edge_delta = mask.edge_delta;
    statistics.head_counters = counters.data();
    const auto chain = [&](const GpuBuffer<std::uint16_t>& out, cudaStream_t stream) {
        check(launch_single_pass(single_pass_params(form.options, mask, lists), stream), "single pass");
        attend(own, kernel, &lists, out, lse.data(), {}, stream);
        check(launch_near_field(near_params(own, lse.data(), out.data()), stream), "near field");
        check(launch_reuse_statistics(statistics, stream), "statistics");
    };
    cudaStream_t stream = nullptr;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    check(cudaStreamCreate(&stream), "stream");
    chain(plain, stream);
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin capture");
    chain(captured, stream);
    check(cudaStreamEndCapture(stream, &graph), "end capture");
    check(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
    for (int launch = 0; launch < 3; ++launch) {
        check(cudaGraphLaunch(executable, stream), "graph");
    }
    check(cudaStreamSynchronize(stream), "graph");
    report(plain.read() == captured.read(), name_of(shape, form.options) + ": a graph gives other bits");
    report(counters.read()[kCalls] == 4, name_of(shape, form.options) + ": statistics of a graph");
    check(cudaGraphExecDestroy(executable), "graph");
    check(cudaGraphDestroy(graph), "graph");
    check(cudaStreamDestroy(stream), "stream");
}

}  // namespace timeripple::test
