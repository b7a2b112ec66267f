#pragma once
// Names and shapes of a component's parameters, computed from its config. The loader reads exactly these, so what the
// tests check against diffusers without weights is what is loaded.

#include "engine/weights/weight_source.h"

#include <cstdint>
#include <vector>

namespace timeripple::engine {

using Parameter = ExpectedTensor;
using ParameterTable = std::vector<Parameter>;

inline std::int64_t parameter_count(const ParameterTable& table) {
    std::int64_t total = 0;
    for (const Parameter& parameter : table) {
        std::int64_t count = 1;
        for (const std::int64_t size : parameter.shape) {
            count *= size;
        }
        total += count;
    }
    return total;
}

}  // namespace timeripple::engine
