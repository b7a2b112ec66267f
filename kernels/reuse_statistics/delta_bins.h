#pragma once
// Where a Delta falls in the histogram, for host and device.

#include "kernels/api/reuse_statistics.h"

namespace timeripple::kernels {

// The last bin whose edge is at or below `delta`; -1: no Delta (NaN, no pair).
TR_HOST_DEVICE inline int delta_bin(float delta, const float edges[kDeltaBins]) {
    if (!(delta >= edges[0])) {
        return -1;
    }
    int bin = 0;
    for (int step = kDeltaBins / 2; step > 0; step /= 2) {
        bin += delta >= edges[bin + step] ? step : 0;
    }
    return bin;
}

}  // namespace timeripple::kernels
