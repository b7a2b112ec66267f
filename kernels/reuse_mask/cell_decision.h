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

// Odd token of an edge: the inverse of edge_index.
TR_HOST_DEVICE constexpr int edge_odd_token(int edge) {
    const int axis = edge / 4;
    const int low = edge % 4 & (axis_bit(axis) - 1);
    const int high = edge % 4 >> (2 - axis) << (3 - axis);
    return high | axis_bit(axis) | low;
}

// Where the reduction over a cell's lanes leaves an edge's sum (cell_lanes.cuh): two halvings leave three edges to each
// quarter of the lanes, two more (with 16 lanes) or one more spread those.
template <int kLanes>
TR_HOST_DEVICE constexpr int edge_lane(int edge) {
    return edge / 3 * (kLanes / 4) + (kLanes == 16 ? edge % 3 : edge % 3 >> 1);
}
template <int kLanes>
TR_HOST_DEVICE constexpr int edge_slot(int edge) {
    return kLanes == 8 && edge % 3 == 1 ? 1 : 0;
}
// The edge in a lane's slot, -1 for none.
template <int kLanes>
TR_HOST_DEVICE constexpr int owned_edge(int lane, int slot) {
    const int last = kLanes == 16 ? lane % 4 : 2 * (lane % 2) + slot;
    return last < 3 ? lane / (kLanes / 4) * 3 + last : -1;
}

inline constexpr int kNoDelta = 0x7fff;  // fp16 NaN: an edge without a pair

// Link of token p of a cell: axis or kNoLink. `mergeable`: bit q set where token q exists and may merge; delta[axis] is
// Delta^2 to the even neighbour (anything where p is even along the axis).
template <typename Real>
TR_HOST_DEVICE inline int token_link(int p, int mergeable, const Real squared_delta[kAxes],
                                     const Real squared_theta[kAxes]) {
    Real theta[kAxes];
    for (int axis = 0; axis < kAxes; ++axis) {
        const int bit = axis_bit(axis);
        const bool possible = (p & bit) != 0 && (mergeable >> p & 1) != 0 && (mergeable >> (p & ~bit) & 1) != 0;
        theta[axis] = possible ? squared_theta[axis] : Real(0);
    }
    return link_axis(squared_delta, theta);
}

TR_HOST_DEVICE inline int linked_token(int p, int link) {
    return link == kNoLink ? p : p - axis_bit(link);
}

// Member mask of token p. `root_bits[j]`: bit q is bit j of the number of token q's root. 0 where p is no root.
TR_HOST_DEVICE inline int member_mask_of(int p, const std::uint32_t root_bits[3]) {
    std::uint32_t members = 0xffu;  // the tokens whose root is p
    for (int j = 0; j < 3; ++j) {
        members &= (p >> j & 1) != 0 ? root_bits[j] : ~root_bits[j];
    }
    return int(members >> p);
}

// Who belongs to whom inside a cell (or among eight text tokens). Bytes: bit p is token p.
struct CellGroups {
    // root_bits[j]: bit j of the number of every token's root. A token that does not exist is its own root. These: all
    // are.
    std::uint32_t root_bits[3] = {0xaa, 0xcc, 0xf0};

    // The tokens that exist and are roots.
    TR_HOST_DEVICE int roots(int present) const {
        return present & int(~((root_bits[0] ^ 0xaau) | (root_bits[1] ^ 0xccu) | (root_bits[2] ^ 0xf0u)));
    }
    TR_HOST_DEVICE int root(int p) const {
        return int((root_bits[0] >> p & 1) | (root_bits[1] >> p & 1) << 1 | (root_bits[2] >> p & 1) << 2);
    }
    // Members of root p.
    TR_HOST_DEVICE int members(int p) const { return int(same(0, p) & same(1, p) & same(2, p) & 0xffu); }
    // Of the cell's list, group after group, the root first: the tokens in front of token p.
    TR_HOST_DEVICE int listed_before(int p, int present) const {
        const int own = root(p);
        // Root numbers smaller than `own`: the first bit, from the top, in which they differ is 0 there and 1 here.
        std::uint32_t equal = ~0u;
        std::uint32_t smaller = 0;
        for (int j = 2; j >= 0; --j) {
            smaller |= equal & ~root_bits[j] & ((own >> j & 1) != 0 ? ~0u : 0u);
            equal &= same(j, own);
        }
        return int((smaller | (equal & ((1u << p) - 1u))) & std::uint32_t(present));
    }
    // In one word, and back.
    TR_HOST_DEVICE std::uint32_t packed() const {
        return (root_bits[0] & 0xffu) | (root_bits[1] & 0xffu) << 8 | (root_bits[2] & 0xffu) << 16;
    }
    TR_HOST_DEVICE static CellGroups unpacked(std::uint32_t word) {
        CellGroups groups;
        groups.root_bits[0] = word & 0xffu;
        groups.root_bits[1] = word >> 8 & 0xffu;
        groups.root_bits[2] = word >> 16 & 0xffu;
        return groups;
    }

  private:
    // The tokens whose root's bit j is that of p.
    TR_HOST_DEVICE std::uint32_t same(int j, int p) const { return (p >> j & 1) != 0 ? root_bits[j] : ~root_bits[j]; }
};

// Division by a number that is known on the host: one multiplication. Exact for n * divisor < 2^31.
struct Divisor {
    std::uint32_t magic = 0;

    Divisor() = default;
    TR_HOST_DEVICE explicit Divisor(int divisor) : magic((1u << 31) / std::uint32_t(divisor) + 1u) {}
    TR_HOST_DEVICE int divide(int n) const { return int(std::uint64_t(std::uint32_t(n)) * magic >> 31); }
};

// The cells of a grid, x fastest. Odd extents leave half cells at the far side.
struct CellGrid {
    int frames = 0;
    int height = 0;
    int width = 0;
    Divisor by_height;
    Divisor by_width;

    CellGrid() = default;
    TR_HOST_DEVICE explicit CellGrid(const TokenGrid& grid)
        : frames((grid.frames + 1) / 2),
          height((grid.height + 1) / 2),
          width((grid.width + 1) / 2),
          by_height(height),
          by_width(width) {}
    TR_HOST_DEVICE int cells() const { return frames * height * width; }
};

// One cell of the grid: the (t, y, x) of its token 0.
struct Cell {
    int t = 0;
    int y = 0;
    int x = 0;

    TR_HOST_DEVICE Cell(const CellGrid& cells, int index) {
        const int row = cells.by_width.divide(index);
        const int frame = cells.by_height.divide(row);
        t = 2 * frame;
        y = 2 * (row - frame * cells.height);
        x = 2 * (index - row * cells.width);
    }
    TR_HOST_DEVICE int token(const TokenGrid& grid, int p) const {
        return ((t + (p >> 2)) * grid.height + y + (p >> 1 & 1)) * grid.width + x + (p & 1);
    }
    // Tokens of all cells in front of this one.
    TR_HOST_DEVICE int tokens_before(const TokenGrid& grid) const {
        const int deep = t + 1 < grid.frames ? 2 : 1;
        const int high = y + 1 < grid.height ? 2 : 1;
        return t * grid.stride(0) + deep * (y * grid.width + high * x);
    }
    // Bit p: token p exists.
    TR_HOST_DEVICE int present(const TokenGrid& grid) const {
        return (t + 1 < grid.frames ? 0xff : 0x0f) & (y + 1 < grid.height ? 0xff : 0x33) &
               (x + 1 < grid.width ? 0xff : 0x55);
    }
    // Bit p: token p exists and lies behind the exempt frames.
    TR_HOST_DEVICE int mergeable(const TokenGrid& grid, int exempt_frames) const {
        return present(grid) & (t < exempt_frames ? 0xf0 : 0xff) & (t + 1 < exempt_frames ? 0x0f : 0xff);
    }
};

// Distance in tokens from a root to the member of mask bit `bit`.
TR_HOST_DEVICE inline int member_offset(const TokenGrid& grid, int bit) {
    return ((bit >> 2) * grid.height + (bit >> 1 & 1)) * grid.width + (bit & 1);
}

}  // namespace timeripple::kernels
