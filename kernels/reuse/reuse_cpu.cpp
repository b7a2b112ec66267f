#include "kernels/api/reuse_cpu.h"

#include "kernels/reuse/link_decision.h"

#include <cmath>
#include <cstring>

namespace timeripple::kernels {

namespace {

// Rows of one head lie kilobytes apart, where the processor's own prefetcher does not follow.
constexpr int kRowsAhead = 8;
constexpr std::size_t kCacheLine = 64;

template <typename T>
void prefetch_to_write(Rows<T> rows, std::ptrdiff_t row, int channels) {
    const char* from = reinterpret_cast<const char*>(rows.row(row));
    for (std::size_t at = 0; at < sizeof(T) * static_cast<std::size_t>(channels); at += kCacheLine) {
        __builtin_prefetch(from + at, 1);
    }
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

template <typename T>
void find_groups(const SideInput<T>& side, TokenGroups& groups) {
    const int tokens = side.grid.tokens();
    std::vector<TokenGroups> head(1);
    head[0].link.swap(groups.link);
    head[0].link.resize(tokens);
    detect_links<T>({side}, 0, tokens, head);
    groups.link.swap(head[0].link);
    number_groups(side.grid, side.rows_before, side.rows_behind, groups);
}

void log_counts(const TokenGroups& groups, float* out) {
    fill_log_counts(groups, out);
}
void log_counts(const TokenGroups& groups, double* out) {
    fill_log_counts(groups, out);
}

template <typename T>
void scatter_rows(Rows<const T> compacted, const TokenGroups& groups, int begin, int end, int channels, Rows<T> out) {
    const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(channels);
    const int last = groups.offsets[end];
    for (int g = begin; g < end; ++g) {
        const T* from = compacted.row(g - begin);
        for (int m = groups.offsets[g]; m < groups.offsets[g + 1]; ++m) {
            if (m + kRowsAhead < last) {
                prefetch_to_write(out, groups.members[m + kRowsAhead], channels);
            }
            std::memcpy(out.row(groups.members[m]), from, bytes);
        }
    }
}

template void find_groups<float>(const SideInput<float>&, TokenGroups&);
template void find_groups<double>(const SideInput<double>&, TokenGroups&);
template void find_groups<Bf16>(const SideInput<Bf16>&, TokenGroups&);
template void scatter_rows<float>(Rows<const float>, const TokenGroups&, int, int, int, Rows<float>);
template void scatter_rows<double>(Rows<const double>, const TokenGroups&, int, int, int, Rows<double>);
template void scatter_rows<Bf16>(Rows<const Bf16>, const TokenGroups&, int, int, int, Rows<Bf16>);

}  // namespace timeripple::kernels
