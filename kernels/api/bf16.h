#pragma once

#include <cstdint>

namespace timeripple::kernels {

// bfloat16 as stored: the upper half of a float.
struct Bf16 {
    std::uint16_t bits;
};

}  // namespace timeripple::kernels
