// The CUDA kernels against slow references on the device at hand. Needs nothing but this binary and a driver.
//   gpu_check [quick|full|sanitize|repeat] [sm80|sm90]      exit code 0: all passed, 1: a failure, 77: no usable GPU

#include "kernels/reuse_mask/cell_decision.h"
#include "tests/gpu/check_forms.h"
#include "tests/gpu/gpu_case.h"
#include "tests/gpu/gpu_reference.h"

#include <algorithm>

using namespace timeripple;
using namespace timeripple::kernels;
using namespace timeripple::test;

namespace {

// Numbers of all tokens in the order in which their groups are numbered: by token, or cell by cell with the text last.
std::vector<int> order_of_roots(const Shape& shape, bool by_cell) {
    std::vector<int> order;
    if (by_cell) {
        const CellGrid cells(shape.grid);
        for (int index = 0; index < cells.cells(); ++index) {
            const Cell cell(cells, index);
            for (int p = 0; p < kCellTokens; ++p) {
                if ((cell.present(shape.grid) >> p & 1) != 0) {
                    order.push_back(shape.text_before + cell.token(shape.grid, p));
                }
            }
        }
    }
    for (int token = 0; token < shape.tokens(); ++token) {
        const int video = token - shape.text_before;
        if (!by_cell || video < 0 || video >= shape.grid.tokens()) {
            order.push_back(token);
        }
    }
    return order;
}

// Links against fp64, lists against the links.
void check_lists(const Shape& shape, const Options& options, const Tensor& q, const Tensor& k, const Tensor& v,
                 const ReuseMaskParams& params, const Lists& lists, bool by_cell, double& saved) {
    const std::vector<int> order = order_of_roots(shape, by_cell);
    const auto group_of = lists.group_of.read();
    const auto link = lists.link.read();
    const auto members = lists.members.read();
    const auto starts = lists.starts.read();
    const auto groups = lists.groups.read();
    const int tokens = shape.tokens();
    const std::string name = name_of(shape, options);
    double kept = 0;
    for (int side = 0; side < kSides; ++side) {
        const Tensor& x = side == 0 ? q : k;
        const float* theta = side == 0 ? params.query_theta : params.key_theta;
        for (int head = 0; head < shape.heads; ++head) {
            const std::size_t row = std::size_t(side) * shape.heads + head;
            const bool dense = options.dense_head && head == 0;
            std::vector<std::vector<int>> expected(tokens);
            for (int token = 0; token < tokens; ++token) {
                const int video = token - shape.text_before;
                const bool is_video = video >= 0 && video < shape.grid.tokens();
                const std::uint8_t got = link[row * tokens + token];
                double delta[kAxes] = {};
                double limit[kAxes] = {};
                for (int axis = 0; is_video && axis < kAxes; ++axis) {
                    if (!dense && may_link(shape.grid, video, axis, options.exempt_frames)) {
                        delta[axis] = squared_delta(shape, options, x, v, side == 1, head, token,
                                                    token - shape.grid.stride(axis));
                        limit[axis] = double(theta[axis]) * theta[axis];
                    }
                }
                const int wanted = link_axis(delta, limit);
                const int got_axis = got == kNoLinkByte ? kNoLink : int(got);
                if (got_axis != wanted) {
                    // Only a tie within rounding may fall the other way.
                    const auto value = [&](int axis) { return axis == kNoLink ? -1.0 : delta[axis]; };
                    const auto near = [](double a, double b) { return std::fabs(a - b) <= 1e-5 * std::fabs(b); };
                    const int either = got_axis == kNoLink ? wanted : got_axis;
                    report(got_axis < kAxes && either >= 0 &&
                               (near(value(either), limit[either]) || near(value(got_axis), value(wanted))),
                           name + ": link of token " + std::to_string(token));
                }
                int root = token;
                for (int hop = 0; hop < kAxes && link[row * tokens + root] != kNoLinkByte; ++hop) {
                    root -= shape.grid.stride(link[row * tokens + root]);
                }
                expected[root].push_back(token);
            }
            int group = 0;
            int at = 0;
            bool equal = true;
            for (const int root : order) {
                if (expected[root].empty()) {
                    continue;
                }
                equal = equal && starts[row * (tokens + 1) + group] == at;
                for (const int member : expected[root]) {
                    equal = equal && members[row * tokens + at] == member && group_of[row * tokens + member] == group;
                    ++at;
                }
                ++group;
            }
            equal = equal && starts[row * (tokens + 1) + group] == tokens && groups[row] == group;
            report(equal, name + ": lists of side " + std::to_string(side) + " head " + std::to_string(head));
        }
    }
    for (int head = 0; head < shape.heads; ++head) {
        kept += double(groups[head]) * groups[shape.heads + head] / tokens / tokens;
    }
    saved = 1.0 - kept / shape.heads;
}

void check_compaction(const Shape& shape, const Options& options, const Tensor& k, const Tensor& v,
                      const Lists& lists) {
    const int tokens = shape.tokens();
    const int capacity = key_capacity(tokens);
    const auto members = lists.members.read();
    const auto starts = lists.starts.read();
    const auto groups = lists.groups.read();
    const auto got_k = lists.k.read();
    const auto got_v = lists.v.read();
    const auto counts = lists.counts.read();
    int wrong = 0;
    for (int head = 0; head < shape.heads; ++head) {
        const std::size_t list = std::size_t(shape.heads) + head;
        for (int row = 0; row < groups[list] + kKeyTailRows && row < capacity; ++row) {
            const int group = std::min(row, groups[list] - 1);
            const int begin = starts[list * (tokens + 1) + group];
            const int count = starts[list * (tokens + 1) + group + 1] - begin;
            const int* own = members.data() + list * tokens + begin;
            const std::size_t out = std::size_t(head) * capacity + row;
            wrong += counts[out] != (row == group ? float(count) : 0.0f);
            for (int d = 0; d < shape.head_dim; ++d) {
                wrong += got_k[out * shape.head_dim + d] != reference_bits(k, options, head, own, count, d);
                float sum = v.value(head, own[0], d);
                for (int i = 1; i < count; ++i) {
                    sum += v.value(head, own[i], d);
                }
                wrong += got_v[out * shape.head_dim + d] != (row == group ? to_bits(sum, options.type) : 0);
            }
        }
    }
    report(wrong == 0, name_of(shape, options) + ": " + std::to_string(wrong) + " wrong compacted values");
}

struct Error {
    double largest = 0;
    double mean = 0;
};

// One head: fp64 over the snapped, uncompacted rows, and a plain implementation over the compacted ones (or the plain
// rows).
struct HeadReference {
    std::vector<double> exact;      // [tokens, head_dim]
    std::vector<double> exact_lse;  // [tokens]
    std::vector<double> plain;      // [tokens, head_dim]
};

HeadReference reference_of_head(const Shape& shape, const Options& options, const Tensor& q, const Tensor& k,
                                const Tensor& v, const Lists* lists, int head) {
    const int tokens = shape.tokens();
    const std::size_t size = std::size_t(tokens) * shape.head_dim;
    std::vector<std::uint16_t> snapped[3] = {std::vector<std::uint16_t>(size), std::vector<std::uint16_t>(size),
                                             std::vector<std::uint16_t>(size)};
    std::vector<int> members, starts, groups;
    if (lists != nullptr) {
        members = lists->members.read();
        starts = lists->starts.read();
        groups = lists->groups.read();
    }
    for (int tensor = 0; tensor < 3; ++tensor) {
        const Tensor& x = tensor == 0 ? q : tensor == 1 ? k : v;
        if (lists == nullptr || tensor == 2) {
            for (std::size_t i = 0; i < size; ++i) {
                snapped[tensor][i] = x.bits()[x.at(head, int(i / shape.head_dim), int(i % shape.head_dim))];
            }
            continue;
        }
        const std::size_t list = std::size_t(tensor) * shape.heads + head;
        for (int group = 0; group < groups[list]; ++group) {
            const int begin = starts[list * (tokens + 1) + group];
            const int count = starts[list * (tokens + 1) + group + 1] - begin;
            const int* own = members.data() + list * tokens + begin;
            for (int d = 0; d < shape.head_dim; ++d) {
                const std::uint16_t bits = reference_bits(x, options, head, own, count, d);
                for (int i = 0; i < count; ++i) {
                    snapped[tensor][std::size_t(own[i]) * shape.head_dim + d] = bits;
                }
            }
        }
    }
    const GpuBuffer<std::uint16_t> device_q(snapped[0]), device_k(snapped[1]), device_v(snapped[2]);
    const GpuBuffer<double> out(size), lse(tokens);
    ReferenceAttention call;
    call.type = options.type;
    call.head_dim = shape.head_dim;
    call.queries = call.keys = tokens;
    call.scale = 1.0 / std::sqrt(double(shape.head_dim));
    call.q = device_q.data();
    call.k = device_k.data();
    call.v = device_v.data();
    call.out = out.data();
    call.lse = lse.data();
    HeadReference reference;
    check(launch_reference_attention(call, false, nullptr), "fp64 reference");
    reference.exact = out.read();
    reference.exact_lse = lse.read();
    if (lists != nullptr) {
        const std::size_t first = std::size_t(head) * key_capacity(tokens);
        call.keys = groups[std::size_t(shape.heads) + head];
        call.k = lists->k.data() + first * shape.head_dim;
        call.v = lists->v.data() + first * shape.head_dim;
        call.counts = lists->counts.data() + first;
    }
    check(launch_reference_attention(call, true, nullptr), "plain reference");
    reference.plain = out.read();
    return reference;
}

void check_attention(const Shape& shape, const Options& options, const Tensor& q, const Tensor& k, const Tensor& v,
                     const Lists* lists, const std::vector<AttentionKernel>& kernels_to_test, double saved) {
    const int tokens = shape.tokens();
    std::vector<HeadReference> references;
    for (int head = 0; head < shape.heads; ++head) {
        references.push_back(reference_of_head(shape, options, q, k, v, lists, head));
    }
    for (const AttentionKernel kernel : kernels_to_test) {
        const std::size_t size = std::size_t(shape.heads) * tokens * shape.head_dim;
        const GpuBuffer<std::uint16_t> out(size);
        const GpuBuffer<float> lse(std::size_t(shape.heads) * tokens);
        const GpuBuffer<int> counter(std::vector<int>{0});
        const auto params = attention_params(shape, options, q, k, v, lists, out.data(), lse.data(), counter.data());
        check(launch_ripple_attention_fwd(params, nullptr, kernel), attention_kernel_name(kernel));
        check(cudaDeviceSynchronize(), attention_kernel_name(kernel));
        const auto got = out.read();
        const auto got_lse = lse.read();
        Error own, plain;
        double lse_error = 0;
        int not_finite = 0;
        for (int head = 0; head < shape.heads; ++head) {
            for (int token = 0; token < tokens; ++token) {
                for (int d = 0; d < shape.head_dim; ++d) {
                    const std::size_t i = std::size_t(token) * shape.head_dim + d;
                    const double value = to_float(got[Tensor::index(shape, options, head, token, d)], options.type);
                    not_finite += !std::isfinite(value);
                    const double error = std::fabs(value - references[head].exact[i]);
                    const double plain_error = std::fabs(references[head].plain[i] - references[head].exact[i]);
                    own = {std::fmax(own.largest, error), own.mean + error / double(size)};
                    plain = {std::fmax(plain.largest, plain_error), plain.mean + plain_error / double(size)};
                }
                const double exact = references[head].exact_lse[token];
                const double error = std::fabs(got_lse[std::size_t(head) * tokens + token] - exact);
                lse_error = std::fmax(lse_error, error / std::fmax(1.0, std::fabs(exact)));
                not_finite += !std::isfinite(got_lse[std::size_t(head) * tokens + token]);
            }
        }
        const bool good = not_finite == 0 && own.largest <= 2 * plain.largest + 1e-4 &&
                          own.mean <= 2 * plain.mean + 1e-5 && lse_error <= 1e-4 && counter.read()[0] == 0;
        std::printf("%s %-26s %s: saved %4.1f%%, error max %.2e mean %.2e (plain %.2e, %.2e), lse %.1e\n",
                    good ? "ok  " : "BAD ", attention_kernel_name(kernel), name_of(shape, options).c_str(), 100 * saved,
                    own.largest, own.mean, plain.largest, plain.mean, lse_error);
        report(good, std::string(attention_kernel_name(kernel)) + " " + name_of(shape, options) + ", " +
                         std::to_string(not_finite) + " values not finite or never written, counter " +
                         std::to_string(counter.read()[0]));
    }
}

// The three kernels of their own, which norm_rope_detect is followed by: the same links bit by bit.
void check_stages(const Shape& shape, const Options& options, const Tensor& q, const Tensor& k, const Tensor& v,
                  const std::uint8_t* dense_heads, const Lists& single_pass) {
    const Lists lists(shape);
    const auto params = mask_params(shape, options, q, k, v, dense_heads, lists);
    check(launch_detect_links(params, nullptr), "detect");
    check(launch_scan_groups(params, nullptr), "scan");
    check(launch_compact_kv(compact_params(shape, options, k, v, lists), nullptr), "compact");
    check(cudaDeviceSynchronize(), "detect, scan, compact");
    double saved = 0;
    check_lists(shape, options, q, k, v, params, lists, false, saved);
    check_compaction(shape, options, k, v, lists);
    const auto masks = lists.member_mask.read(), other_masks = single_pass.member_mask.read();
    bool equal =
        lists.link.read() == single_pass.link.read() && lists.edge_delta.read() == single_pass.edge_delta.read();
    for (std::int64_t row = 0; row < kSides * shape.heads; ++row) {
        const std::int64_t begin = row * member_mask_stride(shape.tokens());
        equal = equal &&
                std::equal(masks.begin() + begin, masks.begin() + begin + shape.tokens(), other_masks.begin() + begin);
    }
    report(equal, name_of(shape, options) + ": links, masks or Deltas of single pass and stages differ");
}

void run_case(const Shape& shape, const Options& options, const std::vector<AttentionKernel>& kernels_to_test,
              unsigned seed) {
    std::mt19937 random(seed);
    const Tensor q(shape, options, options.q_scale, random), k(shape, options, 1.0f, random),
        v(shape, options, 1.0f, random);
    std::vector<std::uint8_t> dense(shape.heads, 0);
    dense[0] = options.dense_head ? 1 : 0;
    const GpuBuffer<std::uint8_t> dense_heads(dense);
    const Lists lists(shape);
    const auto params = mask_params(shape, options, q, k, v, dense_heads.data(), lists);
    check(launch_single_pass(single_pass_params(options, params, lists), nullptr), "single pass");
    check(cudaDeviceSynchronize(), "single pass");
    double saved = 0;
    check_lists(shape, options, q, k, v, params, lists, true, saved);
    check_compaction(shape, options, k, v, lists);
    check_stages(shape, options, q, k, v, dense_heads.data(), lists);
    check_attention(shape, options, q, k, v, &lists, kernels_to_test, saved);
    check_attention(shape, options, q, k, v, nullptr, kernels_to_test, 0.0);
    const FormCase form{shape, options, q, k, v, params, lists};
    for (const AttentionKernel kernel : kernels_to_test) {
        check_residual(form, kernel);
        check_near_field(form, kernel);
        check_graph(form, kernel);
    }
    check_norm_rope_detect(form, seed);
    check_fused_chain(form, seed);
    check_statistics(form);
    check_token_deltas(form);
}

// The same launch again and again gives the same bits.
void run_repeats(const std::vector<AttentionKernel>& kernels_to_test, int runs) {
    const Shape shape{5, 128, {5, 18, 23}, 0, 77};
    const Options options;
    std::mt19937 random(99);
    const Tensor q(shape, options, 1, random), k(shape, options, 1, random), v(shape, options, 1, random);
    for (const AttentionKernel kernel : kernels_to_test) {
        const GpuBuffer<int> counter(std::vector<int>{0});
        std::vector<std::uint16_t> first;
        int different = 0;
        for (int run = 0; run < runs; ++run) {
            const Lists lists(shape);
            const auto params = mask_params(shape, options, q, k, v, nullptr, lists);
            check(launch_single_pass(single_pass_params(options, params, lists), nullptr), "single pass");
            const GpuBuffer<std::uint16_t> out(std::size_t(shape.heads) * shape.tokens() * shape.head_dim);
            check(launch_ripple_attention_fwd(
                      attention_params(shape, options, q, k, v, &lists, out.data(), nullptr, counter.data()), nullptr,
                      kernel),
                  attention_kernel_name(kernel));
            auto bits = out.read();
            if (run == 0) {
                first = std::move(bits);
            } else {
                different += bits != first;
            }
        }
        std::printf("%s %s: %d of %d runs differ\n", different == 0 ? "ok  " : "BAD ", attention_kernel_name(kernel),
                    different, runs);
        report(different == 0, "repeated runs");
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string level = argc > 1 ? argv[1] : "quick";
    const std::string which = argc > 2 ? argv[2] : "";
    cudaDeviceProp device;
    if (!built_with_cuda() || cudaGetDeviceProperties(&device, 0) != cudaSuccess || device.major < 8) {
        std::printf("SKIP: no NVIDIA GPU of compute capability 8.0 or later\n");
        return 77;
    }
    const int arch = 10 * device.major + device.minor;
    std::printf("%s, sm_%d, %d multiprocessors\n", device.name, arch, device.multiProcessorCount);
    std::vector<AttentionKernel> kernels_to_test;
    if (which != "sm90") {
        kernels_to_test.push_back(AttentionKernel::Sm80);
    }
    if (which != "sm80" && arch == 90) {
        kernels_to_test.push_back(AttentionKernel::Sm90);
    }

    if (level == "repeat") {
        run_repeats(kernels_to_test, 100);
    } else {
        // Odd extents, one token, one row of each kind, text before and behind, sizes around the tiles' edges.
        std::vector<Shape> shapes = {
            {3, 128, {3, 6, 7}, 0, 0}, {2, 64, {3, 5, 9}, 3, 0}, {1, 128, {1, 1, 1}, 0, 0}, {3, 64, {2, 5, 6}, 5, 9}};
        if (level != "sanitize") {
            shapes.insert(shapes.end(), {{4, 128, {4, 8, 8}, 0, 0},
                                         {3, 64, {5, 13, 11}, 0, 41},
                                         {3, 128, {5, 17, 19}, 226, 0},
                                         {2, 128, {1, 1, 129}, 0, 0},
                                         {2, 64, {2, 1, 64}, 0, 0}});
        }
        if (level == "full") {
            shapes.insert(shapes.end(), {{9, 128, {7, 21, 23}, 0, 256},
                                         {12, 64, {7, 22, 21}, 226, 0},
                                         {2, 128, {9, 30, 31}, 0, 0},
                                         {1, 64, {1, 127, 1}, 0, 1},
                                         {1, 128, {16, 16, 1}, 0, 0}});
        }
        unsigned seed = 1;
        for (const Shape& shape : shapes) {
            Options options;
            run_case(shape, options, kernels_to_test, seed++);
            options.type = ElementType::Float16;
            options.reference = GroupReference::First;
            options.token_major = true;
            options.exempt_frames = 1;
            run_case(shape, options, kernels_to_test, seed++);
            if (level != "sanitize" && shape.tokens() < 2500) {
                options = Options{};
                options.value_weight = 0.5f;
                options.dense_head = true;
                options.q_scale = 30.0f;
                run_case(shape, options, kernels_to_test, seed++);
                options = Options{};
                options.query_theta = options.key_theta = 1e3f;  // everything merges
                options.token_major = true;
                run_case(shape, options, kernels_to_test, seed++);
                options.query_theta = 0.0f;  // nothing does
                options.key_theta = 0.0f;
                run_case(shape, options, kernels_to_test, seed++);
            }
        }
    }
    std::printf("%s\n", failures == 0 ? "all passed" : (std::to_string(failures) + " failures").c_str());
    return failures == 0 ? 0 : 1;
}
