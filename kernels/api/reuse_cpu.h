#pragma once
// Attention reuse on the CPU: find the groups of linked tokens, compact q, k and v, scatter the outputs. Raw pointers
// and strides; T is float, double or Bf16. Between compaction and scatter the caller runs its own attention over the
// compacted rows, with log(count) added to the scores of each key: that equals attention over the snapped rows exactly.
// Each call is one thread's work on one side of one head; callers spread heads and sides over threads.

#include "kernels/api/bf16.h"
#include "kernels/api/reuse.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace timeripple::kernels {

// Rows of one head, one per token: row i starts at data + i * stride (in elements); channels of a row are contiguous.
template <typename T>
struct Rows {
    T* data = nullptr;
    std::ptrdiff_t stride = 0;
    T* row(std::ptrdiff_t index) const { return data + index * stride; }
};

// One side of one head as detection sees it: [rows_before + grid.tokens() + rows_behind, channels]. The rows before and
// behind the video tokens are text of a joint attention; they are never merged.
template <typename T>
struct SideInput {
    Rows<const T> rows;
    int channels = 0;
    TokenGrid grid;
    LinkRule rule;
    int rows_before = 0;
    int rows_behind = 0;
    // Value-aware keys: Delta^2 = (Delta_k^2 + w^2 Delta_v^2) / (1 + w^2). Data null: the rows alone.
    Rows<const T> values;
    float value_weight = 0.0f;
};

// The groups of one side of one head. Groups are numbered by their root, ascending, so that without links group i is
// row i.
struct TokenGroups {
    std::vector<std::int8_t> link;  // [video tokens] axis or kNoLink (kernels/reuse/link_decision.h)
    std::vector<float>
        squared_delta;  // [video tokens] smallest over the axes that are on, NaN without a partner; or empty
    std::vector<std::int32_t> group;    // [rows] group of every row
    std::vector<std::int32_t> offsets;  // [size() + 1] where the members of a group begin in `members`
    std::vector<std::int32_t> members;  // [rows] rows by group, ascending inside a group; the first is the root
    int size() const { return static_cast<int>(offsets.size()) - 1; }
    int count(int index) const { return offsets[index + 1] - offsets[index]; }
};

// Detection (Delta in fp32, in fp64 for double): links of the video tokens [begin, end) of several heads on one grid.
// It goes token by token, so that rows of all heads lying side by side are read in one sweep. groups[head].link has its
// size already; groups[head].squared_delta is filled where it has that size too.
template <typename T>
void detect_links(const std::vector<SideInput<T>>& heads, int begin, int end, std::vector<TokenGroups>& groups);

// Groups from links. The vectors of `groups` are reused where they are large enough.
void number_groups(const TokenGrid& grid, int rows_before, int rows_behind, TokenGroups& groups);

// Both, of one head.
template <typename T>
void find_groups(const SideInput<T>& side, TokenGroups& groups);

// One head's rows and where its compacted rows go: out [groups.size(), channels], contiguous.
template <typename T>
struct CompactionTask {
    Rows<const T> rows;
    const TokenGroups* groups = nullptr;
    GroupReference reference = GroupReference::Mean;
    T* out = nullptr;
};

// Of every group whose root lies in rows [begin, end) the mean of its rows or the row of its root, for several heads at
// once: like detection, in the order in which rows of all heads lie side by side. Groups of one are copied bit for bit.
// V always takes the mean: with log(count) on the scores, that is the sum the closed form wants.
template <typename T>
void compact_rows(const std::vector<CompactionTask<T>>& heads, int channels, int begin, int end);

// log(count) of every group.
void log_counts(const TokenGroups& groups, float* out);
void log_counts(const TokenGroups& groups, double* out);

// Every member of the groups [begin, end) gets the row of its group; row 0 of `compacted` is group `begin`.
template <typename T>
void scatter_rows(Rows<const T> compacted, const TokenGroups& groups, int begin, int end, int channels, Rows<T> out);

}  // namespace timeripple::kernels
