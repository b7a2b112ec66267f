#pragma once
// Shared memory of the wgmma kernel and the barriers in it. Tile is an Sm90Tile everywhere.

#include "kernels/device/hopper.cuh"
#include "kernels/ripple_attention/attention_args.cuh"
#include "kernels/ripple_attention/smem_layout.h"
#include "kernels/ripple_attention/tile_config.h"
#include "kernels/ripple_attention/warp_rows.cuh"

namespace timeripple::kernels {

struct Sm90Args {
    AttentionArgs attention;
    CUtensorMap k_map, v_map;  // [heads, key_rows, head_dim], boxes of [1, key tile, 64]
};

namespace sm90 {

// Counts of a tile are read behind the release of its K stage, but before that of the next tile's: a ring of at least
// one more than the stages.
inline constexpr int kCountStages = 4;
inline constexpr int kTileSlots = 2;

template <typename Tile>
struct Shared {
    static constexpr int kQGroupBytes = kRowsOfGroup * Tile::kHeadDim * 2;
    static constexpr int kTileBytes = Tile::kBlockN * Tile::kHeadDim * 2;

    static_assert(kCountStages > Tile::kStages);

    unsigned char q[Tile::kConsumerGroups][kQGroupBytes];
    unsigned char k[Tile::kStages][kTileBytes];
    unsigned char v[Tile::kStages][kTileBytes];
    float counts[kCountStages][Tile::kBlockN];
    device::Barrier k_full[Tile::kStages], k_empty[Tile::kStages];
    device::Barrier v_full[Tile::kStages], v_empty[Tile::kStages];
    device::Barrier tile_full[kTileSlots], tile_empty[kTileSlots];
    int tile[kTileSlots];
    WarpRows rows[Tile::kConsumerWarps];
    HeadOrder order;
};

// One arrival from one warp.
__device__ inline void arrive_as_warp(device::Barrier& barrier, int lane) {
    __syncwarp();
    if (lane == 0) {
        device::barrier_arrive(barrier);
    }
}

}  // namespace sm90
}  // namespace timeripple::kernels
