#pragma once
// Shared memory of the wgmma kernel and the barriers in it. Tile is an Sm90Tile everywhere.

#include "kernels/device/hopper.cuh"
#include "kernels/ripple_attention/attention_args.cuh"
#include "kernels/ripple_attention/smem_layout.h"
#include "kernels/ripple_attention/tile_config.h"

namespace timeripple::kernels {

struct Sm90Args {
    AttentionArgs attention;
    CUtensorMap k_map, v_map;  // [heads, key_rows, head_dim], boxes of [1, key tile / blocks of a cluster, 64]
};

namespace sm90 {

inline constexpr int kRowsOfGroup = 64;
inline constexpr int kRowsOfWarp = 16;
// Counts of a tile are read behind the release of its K stage, but before that of the next tile's: a ring of at least
// one more than the stages.
inline constexpr int kCountStages = 4;
inline constexpr int kTileSlots = 2;

template <typename Tile>
struct Shared {
    static constexpr int kQGroupBytes = kRowsOfGroup * Tile::kHeadDim * 2;
    static constexpr int kTileBytes = Tile::kBlockN * Tile::kHeadDim * 2;

    // Arrivals that free a stage: it is filled for all blocks of the cluster at once.
    static constexpr int kStageReaders = Tile::kConsumerWarps * Tile::kCluster;
    // Arrivals that free a tile slot: all consumers, and every producer but the one that draws.
    static constexpr int kSlotReaders = (Tile::kConsumerWarps + 1) * Tile::kCluster - 1;
    static_assert(kCountStages > Tile::kStages);

    unsigned char q[Tile::kConsumerGroups][kQGroupBytes];
    unsigned char k[Tile::kStages][kTileBytes];
    unsigned char v[Tile::kStages][kTileBytes];
    float counts[kCountStages][Tile::kBlockN];
    device::Barrier k_full[Tile::kStages], k_empty[Tile::kStages];
    device::Barrier v_full[Tile::kStages], v_empty[Tile::kStages];
    device::Barrier tile_full[kTileSlots], tile_empty[kTileSlots];
    int tile[kTileSlots];
    HeadOrder order;
};

// One arrival at this barrier of every block of the cluster, from one warp.
template <typename Tile>
__device__ inline void arrive_at_all(device::Barrier& barrier, int lane) {
    __syncwarp();
    if constexpr (Tile::kCluster == 1) {
        if (lane == 0) {
            device::barrier_arrive(barrier);
        }
    } else if (lane < Tile::kCluster) {
        device::cluster_barrier_arrive(device::cluster_address(device::shared_address(&barrier), lane));
    }
}

}  // namespace sm90
}  // namespace timeripple::kernels
