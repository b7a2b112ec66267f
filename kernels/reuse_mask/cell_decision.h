#pragma once
// The decisions of K0 and K1, for host and device: links and groups inside one 2x2x2 cell, and the packing of both.
// A cell's tokens are numbered p = 4 t + 2 y + x with t, y, x in {0, 1}; links only clear bits of p, so a root's number
// is a subset of its members' bits and p - root is the member's offset again in the same numbering.

#include "kernels/api/reuse_mask.h"
#include "kernels/api/token_grid.h"
#include "kernels/reuse/link_decision.h"

#include <cstdint>

namespace timeripple::kernels {

inline constexpr int kCellTokens = 8;
inline constexpr int kCellEdges = 12;  // pairs of a cell that differ along one axis

TR_HOST_DEVICE constexpr int axis_bit(int axis) {
    return 4 >> axis;
}

// Edge of the token with number `odd` along `axis` to its even neighbour: 0..11, time edges first.
TR_HOST_DEVICE constexpr int edge_index(int axis, int odd) {
    // The two other bits of `odd`, in order, number the four edges of an axis.
    const int low = odd & (axis_bit(axis) - 1);
    const int high = (odd >> (3 - axis)) << (2 - axis);
    return 4 * axis + (high | low);
}

struct CellDecision {
    std::uint64_t member_masks = 0;  // byte p: the member mask of token p, 0 where p is no root
    std::uint64_t links = ~0ull;     // byte p: the axis of its link or kNoLinkByte
};

// `mergeable`: bit p set where token p exists and may merge. squared_delta[edge_index(axis, p)] is Delta^2.
template <typename Real>
TR_HOST_DEVICE inline CellDecision decide_cell(int mergeable, const Real squared_delta[kCellEdges],
                                               const Real squared_theta[kAxes]) {
    CellDecision decision;
    int root[kCellTokens];
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
    for (int p = 0; p < kCellTokens; ++p) {
        Real delta[kAxes];
        Real theta[kAxes];
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
        for (int axis = 0; axis < kAxes; ++axis) {
            const bool odd = (p & axis_bit(axis)) != 0;
            const bool possible = odd && (mergeable >> p & 1) != 0 && (mergeable >> (p - axis_bit(axis)) & 1) != 0;
            delta[axis] = odd ? squared_delta[edge_index(axis, p)] : Real(0);
            theta[axis] = possible ? squared_theta[axis] : Real(0);
        }
        const int link = link_axis(delta, theta);
        root[p] = p;
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
        for (int axis = 0; axis < kAxes; ++axis) {
            if (link == axis && (p & axis_bit(axis)) != 0) {
                root[p] = root[p - axis_bit(axis)];
            }
        }
        decision.member_masks |= std::uint64_t(1) << (8 * root[p] + (p - root[p]));
        if (link != kNoLink) {
            decision.links &= ~(std::uint64_t(0xff) << (8 * p));
            decision.links |= std::uint64_t(link) << (8 * p);
        }
    }
    return decision;
}

// The cells of a grid, x fastest. Odd extents leave half cells at the far side.
struct CellGrid {
    int frames = 0;
    int height = 0;
    int width = 0;

    TR_HOST_DEVICE explicit CellGrid(const TokenGrid& grid)
        : frames((grid.frames + 1) / 2), height((grid.height + 1) / 2), width((grid.width + 1) / 2) {}
    TR_HOST_DEVICE int cells() const { return frames * height * width; }
};

// One cell of the grid: the (t, y, x) of its token 0.
struct Cell {
    int t = 0;
    int y = 0;
    int x = 0;

    TR_HOST_DEVICE Cell(const CellGrid& cells, int index)
        : t(2 * (index / (cells.height * cells.width))),
          y(2 * (index / cells.width % cells.height)),
          x(2 * (index % cells.width)) {}
    TR_HOST_DEVICE bool holds(const TokenGrid& grid, int p) const {
        return t + (p >> 2) < grid.frames && y + (p >> 1 & 1) < grid.height && x + (p & 1) < grid.width;
    }
    TR_HOST_DEVICE int token(const TokenGrid& grid, int p) const {
        return ((t + (p >> 2)) * grid.height + y + (p >> 1 & 1)) * grid.width + x + (p & 1);
    }
    // Bit p: token p exists and lies behind the exempt frames.
    TR_HOST_DEVICE int mergeable(const TokenGrid& grid, int exempt_frames) const {
        int mask = 0;
        for (int p = 0; p < kCellTokens; ++p) {
            mask |= (holds(grid, p) && t + (p >> 2) >= exempt_frames ? 1 : 0) << p;
        }
        return mask;
    }
};

// Distance in tokens from a root to the member of mask bit `bit`.
TR_HOST_DEVICE inline int member_offset(const TokenGrid& grid, int bit) {
    return ((bit >> 2) * grid.height + (bit >> 1 & 1)) * grid.width + (bit & 1);
}

}  // namespace timeripple::kernels
