// The engine's two ways from raw q and k to compacted ones, in its layout [tokens, q k v, heads, head_dim] and in
// place: norm with detection, numbering, compaction; and the single pass over the rows that the norm wrote. Both must
// merge the same tokens into the same rows; only the order of the groups may differ.

#include "kernels/api/norm_rope_detect.h"
#include "tests/gpu/check_forms.h"

namespace timeripple::test {
namespace {

// One of q, k, v inside the engine's buffer.
TensorView part_of(const Shape& shape, const GpuBuffer<std::uint16_t>& qkv, int part) {
    const std::int64_t row = std::int64_t(shape.heads) * shape.head_dim;
    return {qkv.data() + part * row, shape.head_dim, 3 * row};
}

std::vector<std::uint16_t> engine_layout(const FormCase& form) {
    const Shape& shape = form.shape;
    std::vector<std::uint16_t> bits;
    bits.reserve(std::size_t(shape.tokens()) * 3 * shape.heads * shape.head_dim);
    for (int token = 0; token < shape.tokens(); ++token) {
        for (const Tensor* x : {&form.q, &form.k, &form.v}) {
            for (int head = 0; head < shape.heads; ++head) {
                for (int d = 0; d < shape.head_dim; ++d) {
                    bits.push_back(x->bits()[x->at(head, token, d)]);
                }
            }
        }
    }
    return bits;
}

// What a way left behind, on the host.
struct Outcome {
    explicit Outcome(const Lists& lists)
        : members(lists.members.read()),
          starts(lists.starts.read()),
          groups(lists.groups.read()),
          group_of(lists.group_of.read()),
          k(lists.k.read()),
          v(lists.v.read()),
          counts(lists.counts.read()) {}
    std::vector<int> members, starts, groups, group_of;
    std::vector<std::uint16_t> k, v;
    std::vector<float> counts;
};

}  // namespace

void check_fused_chain(const FormCase& form, unsigned seed) {
    const Shape& shape = form.shape;
    const Options& options = form.options;
    if (options.value_weight > 0.0f) {
        return;  // decided for behind the norm
    }
    const int tokens = shape.tokens(), dim = shape.head_dim;
    const std::string name = name_of(shape, options) + ", norm with detection, scan, compaction against single pass";
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
    std::vector<float> weights[2], cosine, sine;
    for (auto& weight : weights) {
        for (int i = 0; i < shape.heads * dim; ++i) {
            weight.push_back(1.0f + 0.5f * uniform(random));
        }
    }
    for (int i = 0; i < shape.grid.tokens() * dim / 2; ++i) {
        const float angle = 0.01f * float(i / (dim / 2)) + uniform(random) * 0.02f;
        cosine.push_back(std::cos(angle));
        sine.push_back(std::sin(angle));
    }
    const GpuBuffer<float> query_weight(weights[0]), key_weight(weights[1]), cosines(cosine), sines(sine);
    const GpuBuffer<std::uint16_t> qkv(engine_layout(form));
    const Lists fused(shape), single(shape);

    ReuseMaskParams mask = form.mask;
    mask.q = part_of(shape, qkv, 0);
    mask.k = part_of(shape, qkv, 1);
    mask.v = part_of(shape, qkv, 2);
    const auto with_lists = [&](const Lists& lists) {
        ReuseMaskParams params = mask;
        write_to(lists, params);
        params.edge_delta = nullptr;
        return params;
    };
    NormRopeDetectParams norm;
    norm.mask = with_lists(fused);
    norm.query_weight = query_weight.data();
    norm.key_weight = key_weight.data();
    norm.cosine = cosines.data();
    norm.sine = sines.data();
    const std::int64_t row = std::int64_t(shape.heads) * dim;
    norm.q_out = {qkv.data(), dim, 3 * row};
    norm.k_out = {qkv.data() + row, dim, 3 * row};
    check(launch_norm_rope_detect(norm, nullptr), "norm, rope, detect");
    check(launch_scan_groups(norm.mask, nullptr), "scan");
    CompactKvParams compact = compact_params(shape, options, form.k, form.v, fused);
    compact.k = mask.k;
    compact.v = mask.v;
    check(launch_compact_kv(compact, nullptr), "compact");
    check(launch_single_pass(single_pass_params(options, with_lists(single), single), nullptr), "single pass");
    check(cudaDeviceSynchronize(), "fused chain");

    report(fused.link.read() == single.link.read(), name + ": links differ");
    const Outcome a(fused), b(single);
    report(a.groups == b.groups, name + ": numbers of groups differ");
    const int capacity = key_capacity(tokens);
    int wrong_lists = 0, wrong_rows = 0;
    for (int list = 0; list < kSides * shape.heads && a.groups == b.groups; ++list) {
        for (int group = 0; group < a.groups[list]; ++group) {
            const int* starts = a.starts.data() + std::size_t(list) * (tokens + 1) + group;
            const int* members = a.members.data() + std::size_t(list) * tokens + starts[0];
            const int count = starts[1] - starts[0];
            const int other = b.group_of[std::size_t(list) * tokens + members[0]];
            if (other < 0 || other >= b.groups[list]) {
                ++wrong_lists;
                continue;
            }
            const int* other_starts = b.starts.data() + std::size_t(list) * (tokens + 1) + other;
            const int* other_members = b.members.data() + std::size_t(list) * tokens + other_starts[0];
            bool equal = count == other_starts[1] - other_starts[0];
            for (int i = 0; equal && i < count; ++i) {
                equal = members[i] == other_members[i] && a.group_of[std::size_t(list) * tokens + members[i]] == group;
            }
            wrong_lists += !equal;
            if (list < shape.heads) {
                continue;  // queries are merged by attention
            }
            const std::size_t own_row = std::size_t(list - shape.heads) * capacity + group;
            const std::size_t other_row = std::size_t(list - shape.heads) * capacity + other;
            bool equal_row = a.counts[own_row] == float(count) && b.counts[other_row] == float(count);
            for (int d = 0; d < dim; ++d) {
                // As numbers: a sum may begin with 0, so that -0 becomes 0.
                const auto number = [&](const std::vector<std::uint16_t>& rows, std::size_t at) {
                    return to_float(rows[at * dim + d], options.type);
                };
                equal_row = equal_row && number(a.k, own_row) == number(b.k, other_row) &&
                            number(a.v, own_row) == number(b.v, other_row);
            }
            wrong_rows += !equal_row;
        }
    }
    report(wrong_lists == 0 && wrong_rows == 0,
           name + ": " + std::to_string(wrong_lists) + " other groups, " + std::to_string(wrong_rows) + " other rows");
}

}  // namespace timeripple::test
