#pragma once
// Which head and query rows a tile number stands for, for host and device. Heads with the most keys come first, all
// tiles of a head in a row: the long tiles start early, and one or two heads' K' and V' stay in the L2 cache at a time.

#include "kernels/api/ripple_attention.h"
#include "kernels/api/token_grid.h"

namespace timeripple::kernels {

TR_HOST_DEVICE constexpr int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}

// Rank of `head` by keys, most first; on a tie the lower head first. keys null: all heads are alike.
TR_HOST_DEVICE inline int head_rank(const int* keys, int heads, int head) {
    if (keys == nullptr) {
        return head;
    }
    int rank = 0;
    for (int other = 0; other < heads; ++other) {
        rank += keys[other] > keys[head] || (keys[other] == keys[head] && other < head) ? 1 : 0;
    }
    return rank;
}

struct HeadOrder {
    int head[kMaxHeads];            // head of a rank
    int first_tile[kMaxHeads + 1];  // first tile of a rank; [heads] is the number of tiles

    TR_HOST_DEVICE int tiles(int heads) const { return first_tile[heads]; }
};

struct TilePlace {
    int head = 0;
    int row_block = 0;  // which block of query rows of that head
};

TR_HOST_DEVICE inline TilePlace place_of_tile(const HeadOrder& order, int heads, int tile) {
    // Binary search for the last rank whose first tile is at or before `tile`.
    int low = 0;
    int high = heads;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (order.first_tile[middle] <= tile) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return {order.head[low], tile - order.first_tile[low]};
}

// The key tile that is computed i-th: the last one, which may end in masked keys, comes first, so that the loop over
// the others has no mask in it.
TR_HOST_DEVICE constexpr int key_tile_at(int i, int key_tiles) {
    return i == 0 ? key_tiles - 1 : i - 1;
}

// Fills `order` with `threads` cooperating threads; `sync` makes their writes visible to each other. rows, keys: groups
// per head (device: global memory), null means `tokens` for every head.
template <typename Sync>
TR_HOST_DEVICE inline void build_head_order(HeadOrder& order, const int* rows, const int* keys, int heads, int tokens,
                                            int block_rows, int thread, int threads, Sync sync) {
    for (int head = thread; head < heads; head += threads) {
        order.head[head_rank(keys, heads, head)] = head;
    }
    sync();
    for (int rank = thread; rank <= heads; rank += threads) {
        int first = 0;
        for (int before = 0; before < rank; ++before) {
            const int head = order.head[before];
            first += ceil_div(rows == nullptr ? tokens : rows[head], block_rows);
        }
        order.first_tile[rank] = first;
    }
    sync();
}

}  // namespace timeripple::kernels
