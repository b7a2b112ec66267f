#include "kernels/api/reuse_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/reuse/link_decision.h"
#include "kernels/reuse/row_kernels.h"

namespace timeripple::kernels {

namespace {

// Rows that one piece of work holds at least: far above what starting a thread's piece costs.
constexpr std::int64_t kRowGrain = 256;

// Numbers the groups and lists their members; links are final.
void number_groups(const TokenGrid& grid, int rows_before, int rows_behind, TokenGroups& groups) {
    const int tokens = grid.tokens();
    const int rows = rows_before + tokens + rows_behind;
    groups.group.resize(rows);
    groups.offsets.assign(1, 0);
    groups.offsets.reserve(rows + 1);
    // offsets[g + 1] counts the members of g first.
    const auto add_root = [&](int row) {
        groups.group[row] = static_cast<std::int32_t>(groups.offsets.size()) - 1;
        groups.offsets.push_back(1);
    };
    for (int row = 0; row < rows_before; ++row) {
        add_root(row);
    }
    std::int32_t* group = groups.group.data() + rows_before;
    for (int token = 0; token < tokens; ++token) {
        const int axis = groups.link[token];
        if (axis == kNoLink) {
            add_root(rows_before + token);
        } else {
            group[token] = group[token - grid.stride(axis)];  // a link leads to a smaller token: its group is known
            ++groups.offsets[group[token] + 1];
        }
    }
    for (int row = rows_before + tokens; row < rows; ++row) {
        add_root(row);
    }
    for (std::size_t g = 1; g < groups.offsets.size(); ++g) {
        groups.offsets[g] += groups.offsets[g - 1];
    }
    groups.members.resize(rows);
    // Fill from the front; offsets[g] runs to the end of g and is set back afterwards.
    for (int row = 0; row < rows; ++row) {
        groups.members[groups.offsets[groups.group[row]]++] = row;
    }
    for (std::size_t g = groups.offsets.size() - 1; g > 0; --g) {
        groups.offsets[g] = groups.offsets[g - 1];
    }
    groups.offsets[0] = 0;
}

template <typename Real>
void fill_log_counts(const TokenGroups& groups, Real* out) {
    Real logs[kMaxGroup + 1] = {};
    for (int count = 2; count <= kMaxGroup; ++count) {
        logs[count] = std::log(static_cast<Real>(count));
    }
    for (int g = 0; g < groups.size(); ++g) {
        out[g] = logs[groups.count(g)];
    }
}

}  // namespace

void serial_for(std::int64_t begin, std::int64_t end, std::int64_t /*grain*/, const RangeBody& body) {
    if (begin < end) {
        body(begin, end);
    }
}

template <typename T>
void find_groups(const HeadInput<T>& head, const HeadRules& rules, const ParallelFor& parallel, TokenGroups& queries,
                 TokenGroups& keys) {
    const auto video = [&](Rows<const T> rows) { return Rows<const T>{rows.row(head.rows_before), rows.stride}; };
    const bool value_aware = rules.value_weight > 0.0f;
    const SideInput<T> query{video(head.q), {}, 0.0f, head.channels, head.grid, rules.query};
    const SideInput<T> key{video(head.k), value_aware ? video(head.v) : Rows<const T>{},
                           value_aware ? rules.value_weight : 0.0f, head.channels, head.grid, rules.key};
    const int tokens = head.grid.tokens();
    queries.link.resize(tokens);
    keys.link.resize(tokens);
    // Both sides in one sweep: queries are [0, tokens), keys [tokens, 2 tokens).
    parallel(0, 2 * static_cast<std::int64_t>(tokens), kRowGrain, [&](std::int64_t begin, std::int64_t end) {
        const int from = static_cast<int>(begin);
        const int to = static_cast<int>(end);
        if (from < tokens) {
            detect_range(query, from, std::min(to, tokens), queries.link.data());
        }
        if (to > tokens) {
            detect_range(key, std::max(from - tokens, 0), to - tokens, keys.link.data());
        }
    });
    number_groups(head.grid, head.rows_before, head.rows_behind, queries);
    number_groups(head.grid, head.rows_before, head.rows_behind, keys);
}

template <typename T>
void compact_head(const HeadInput<T>& head, const TokenGroups& queries, const TokenGroups& keys, GroupReference reference,
                  const ParallelFor& parallel, const CompactedHead<T>& out) {
    // One sweep over the rows of q', k' and v', in this order.
    const std::int64_t q_rows = queries.size();
    const std::int64_t k_rows = keys.size();
    const auto piece = [&](Rows<const T> rows, const TokenGroups& groups, GroupReference how, std::int64_t begin,
                           std::int64_t end, T* to) {
        const int from = static_cast<int>(std::max<std::int64_t>(begin, 0));
        const int until = static_cast<int>(std::min<std::int64_t>(end, groups.size()));
        if (from < until) {
            compact_range(rows, head.channels, groups, how, from, until, to);
        }
    };
    parallel(0, q_rows + 2 * k_rows, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
        piece(head.q, queries, reference, begin, end, out.q);
        piece(head.k, keys, reference, begin - q_rows, end - q_rows, out.k);
        piece(head.v, keys, GroupReference::Mean, begin - q_rows - k_rows, end - q_rows - k_rows, out.v);
    });
}

void log_counts(const TokenGroups& groups, float* out) { fill_log_counts(groups, out); }
void log_counts(const TokenGroups& groups, double* out) { fill_log_counts(groups, out); }

template <typename T>
void scatter_rows(Rows<const T> compacted, const TokenGroups& groups, int channels, Rows<T> out,
                  const ParallelFor& parallel) {
    const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(channels);
    parallel(0, static_cast<std::int64_t>(groups.group.size()), kRowGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
            std::memcpy(out.row(row), compacted.row(groups.group[row]), bytes);
        }
    });
}

#define TR_INSTANTIATE(T)                                                                                              \
    template void find_groups<T>(const HeadInput<T>&, const HeadRules&, const ParallelFor&, TokenGroups&,              \
                                 TokenGroups&);                                                                        \
    template void compact_head<T>(const HeadInput<T>&, const TokenGroups&, const TokenGroups&, GroupReference,         \
                                  const ParallelFor&, const CompactedHead<T>&);                                        \
    template void scatter_rows<T>(Rows<const T>, const TokenGroups&, int, Rows<T>, const ParallelFor&);
TR_INSTANTIATE(float)
TR_INSTANTIATE(double)
TR_INSTANTIATE(Bf16)
#undef TR_INSTANTIATE

}  // namespace timeripple::kernels
