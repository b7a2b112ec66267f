#pragma once
// The loops over rows that touch all the data, vectorised for the machine at run time (Highway).

#include "kernels/api/reuse_cpu.h"

namespace timeripple::kernels {

// link[token] of every video token.
template <typename T>
void detect_links(const SideInput<T>& side, std::int8_t* link);

}  // namespace timeripple::kernels
