#pragma once
// The three loops over rows that touch all the data, vectorised for the machine at run time (Highway). Ranges of one thread;
// kernels/reuse/reuse_cpu.cpp splits the work.

#include "kernels/api/reuse_cpu.h"

namespace timeripple::kernels {

// One side as detection sees it; `values` only where its keys are value-aware (data null otherwise). Row 0 is video token 0.
template <typename T>
struct SideInput {
    Rows<const T> rows, values;
    float value_weight = 0.0f;
    int channels = 0;
    TokenGrid grid;
    LinkRule rule;
};

// link[token] for tokens [begin, end).
template <typename T>
void detect_range(const SideInput<T>& side, int begin, int end, std::int8_t* link);

// Row g of `out` [groups, channels] for groups [begin, end).
template <typename T>
void compact_range(Rows<const T> rows, int channels, const TokenGroups& groups, GroupReference reference, int begin,
                   int end, T* out);

}  // namespace timeripple::kernels
