#pragma once
// The decision of TimeRipple at token granularity, window 2, shared word for word by the CPU and the CUDA kernels
// (definition: engine/attention/README.md, after arXiv 2511.12035).
//
// A token whose position along an axis is odd may link to its even neighbour (position - 1) along that axis if their
// Delta is below the axis' threshold. Of several axes the smallest Delta wins, on a tie time before y before x. A token
// has at most one link. Following the links leads to the root in at most three hops, all inside one 2x2x2 cell.

#include "kernels/api/token_grid.h"

namespace timeripple::kernels {

inline constexpr int kNoLink = -1;

// Axis (0 time, 1 y, 2 x) along which the token links, or kNoLink. `squared_delta[a]` is Delta^2 to the even neighbour
// and `squared_theta[a]` the squared threshold; an axis that is switched off or has no partner passes squared_theta 0.
// Comparing squares is the same decision: both sides are >= 0. NaN never links.
template <typename Real>
TR_HOST_DEVICE inline int link_axis(const Real squared_delta[kAxes], const Real squared_theta[kAxes]) {
    int best = kNoLink;
    Real least = Real(0);
    for (int axis = 0; axis < kAxes; ++axis) {
        if (squared_delta[axis] < squared_theta[axis] && (best == kNoLink || squared_delta[axis] < least)) {
            best = axis;
            least = squared_delta[axis];
        }
    }
    return best;
}

// True if the token may link along the axis at all: odd position. (An even last row has no partner behind it, and an
// odd position always has one before it.)
TR_HOST_DEVICE inline bool has_even_neighbour(const TokenGrid& grid, int token, int axis) {
    return (grid.position(token, axis) & 1) == 1;
}

// True if the token may link along the axis under the exemption of the first frames: its neighbour is not exempt
// either.
TR_HOST_DEVICE inline bool may_link(const TokenGrid& grid, int token, int axis, int exempt_frames) {
    return has_even_neighbour(grid, token, axis) && (token - grid.stride(axis)) / grid.stride(0) >= exempt_frames;
}

// Root of a token. `link[token]` holds the axis or kNoLink.
template <typename Link>
TR_HOST_DEVICE inline int root_of(const TokenGrid& grid, const Link* link, int token) {
    for (int hop = 0; hop < kAxes && link[token] != kNoLink; ++hop) {
        token -= grid.stride(link[token]);
    }
    return token;
}

}  // namespace timeripple::kernels
