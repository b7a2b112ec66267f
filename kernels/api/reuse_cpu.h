#pragma once
// Attention reuse on the CPU, one head at a time: find the groups of linked tokens, compact q, k and v, scatter the outputs.
// Raw pointers and strides; T is float, double or Bf16. Between compaction and scatter the caller runs its own attention over
// the compacted rows, with log(count) added to the scores of each key: that equals attention over the snapped rows exactly.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/api/bf16.h"
#include "kernels/api/reuse.h"

namespace timeripple::kernels {

// Rows of one head, one per token: row i starts at data + i * stride (in elements); channels of a row are contiguous.
template <typename T>
struct Rows {
    T* data = nullptr;
    std::ptrdiff_t stride = 0;
    T* row(std::ptrdiff_t index) const { return data + index * stride; }
};

// q, k, v of one head: [rows_before + grid.tokens() + rows_behind, channels]. The rows before and behind the video tokens are
// text of a joint attention; they are never merged.
template <typename T>
struct HeadInput {
    Rows<const T> q, k, v;
    int channels = 0;
    TokenGrid grid;
    int rows_before = 0;
    int rows_behind = 0;
    int rows() const { return rows_before + grid.tokens() + rows_behind; }
};

struct HeadRules {
    LinkRule query, key;
    // w of value-aware keys: Delta^2 = (Delta_k^2 + w^2 Delta_v^2) / (1 + w^2). 0: keys alone.
    float value_weight = 0.0f;
};

// The groups of one side of one head. Groups are numbered by their root, ascending, so that without links group i is token i.
struct TokenGroups {
    std::vector<std::int8_t> link;      // [video tokens] axis or kNoLink (kernels/reuse/link_decision.h)
    std::vector<std::int32_t> group;    // [rows] group of every row
    std::vector<std::int32_t> offsets;  // [size() + 1] where the members of a group begin in `members`
    std::vector<std::int32_t> members;  // [rows] rows by group, ascending inside a group; the first is the root
    int size() const { return static_cast<int>(offsets.size()) - 1; }
    int count(int index) const { return offsets[index + 1] - offsets[index]; }
};

// Runs body(begin, end) over pieces of [begin, end), possibly on several threads; no piece is shorter than `grain` but the last.
using RangeBody = std::function<void(std::int64_t begin, std::int64_t end)>;
using ParallelFor =
    std::function<void(std::int64_t begin, std::int64_t end, std::int64_t grain, const RangeBody& body)>;
// All in the calling thread.
void serial_for(std::int64_t begin, std::int64_t end, std::int64_t grain, const RangeBody& body);

// Detection (Delta in fp32, in fp64 for double) and grouping. Vectors in the results are reused where they are large enough.
template <typename T>
void find_groups(const HeadInput<T>& head, const HeadRules& rules, const ParallelFor& parallel, TokenGroups& queries,
                 TokenGroups& keys);

// Where the compacted rows go: q [queries.size(), channels], k and v [keys.size(), channels], contiguous.
template <typename T>
struct CompactedHead {
    T* q = nullptr;
    T* k = nullptr;
    T* v = nullptr;
};

// q and k of a group become its mean or its root's row, v always the mean: with log(count) on the scores, count times the
// mean is the sum that the closed form wants. Groups of one are copied bit for bit.
template <typename T>
void compact_head(const HeadInput<T>& head, const TokenGroups& queries, const TokenGroups& keys, GroupReference reference,
                  const ParallelFor& parallel, const CompactedHead<T>& out);

// log(count) of every group.
void log_counts(const TokenGroups& groups, float* out);
void log_counts(const TokenGroups& groups, double* out);

// Every row of `out` gets the compacted row of its group.
template <typename T>
void scatter_rows(Rows<const T> compacted, const TokenGroups& groups, int channels, Rows<T> out,
                  const ParallelFor& parallel);

}  // namespace timeripple::kernels
