#pragma once
// The producer warp of the wgmma kernel: tile numbers, and K' and V' tiles into the ring of stages.

#include "kernels/ripple_attention/sm90_shared.cuh"

namespace timeripple::kernels::sm90 {

// The first block of the cluster draws tile numbers, for all of them.
template <typename Tile>
__device__ inline int draw_tile(const RippleAttentionParams& params, Shared<Tile>& shared, int turn, int tiles,
                                std::uint32_t rank) {
    const int slot = turn % kTileSlots;
    if (rank == 0) {
        device::barrier_wait<(Tile::kCluster > 1)>(shared.tile_empty[slot], empty_parity(turn, kTileSlots));
        // Every cluster draws until it draws a number past the last tile; the last of these draws wraps the counter to
        // 0.
        const int tile =
            int(atomicInc(reinterpret_cast<unsigned*>(params.tile_counter), tiles + gridDim.x / Tile::kCluster - 1));
        if constexpr (Tile::kCluster == 1) {
            shared.tile[slot] = tile;
            device::barrier_arrive(shared.tile_full[slot]);
        } else {
            for (int other = 0; other < Tile::kCluster; ++other) {
                device::cluster_store(device::cluster_address(device::shared_address(&shared.tile[slot]), other), tile);
                device::cluster_barrier_arrive(
                    device::cluster_address(device::shared_address(&shared.tile_full[slot]), other));
            }
        }
        return tile;
    }
    device::barrier_wait<(Tile::kCluster > 1)>(shared.tile_full[slot], full_parity(turn, kTileSlots));
    const int tile = shared.tile[slot];
    device::cluster_barrier_arrive(device::cluster_address(device::shared_address(&shared.tile_empty[slot]), 0));
    return tile;
}

// A key tile into this stage of every block of the cluster; this block copies its share of the rows.
template <typename Tile>
__device__ inline void copy_stage(unsigned char* stage, const CUtensorMap& map, device::Barrier& full, int first,
                                  int head, std::uint32_t rank) {
    constexpr int kRows = Tile::kBlockN / Tile::kCluster;
    static_assert(kRows * kColumnRowBytes % kSwizzleAtomBytes == 0, "a share starts on a swizzle atom");
    const int own = int(rank) * kRows;
#pragma unroll
    for (int column = 0; column < Tile::kHeadDim / kColumnElements; ++column) {
        const std::uint32_t target =
            device::shared_address(stage) + column * column_bytes(Tile::kBlockN) + own * kColumnRowBytes;
        if constexpr (Tile::kCluster == 1) {
            device::copy_tensor_box(target, map, full, column * kColumnElements, first, head);
        } else {
            device::copy_tensor_box_to_cluster(target, map, full, column * kColumnElements, first + own, head,
                                               (1u << Tile::kCluster) - 1u);
        }
    }
}

template <typename Element, typename Tile, bool kCompacted>
__device__ inline void produce(const Sm90Args& args, Shared<Tile>& shared, std::uint32_t rank) {
    const RippleAttentionParams& params = args.attention.params;
    const int tiles = shared.order.tiles(params.heads);
    int loads = 0;  // key tiles copied so far
    for (int turn = 0;; ++turn) {
        const int tile = draw_tile(params, shared, turn, tiles, rank);
        if (tile >= tiles) {
            return;
        }
        const int head = place_of_tile(shared.order, params.heads, tile).head;
        const int key_tiles = ceil_div(keys_of_head<kCompacted>(params, head), Tile::kBlockN);
        for (int key_tile = 0; key_tile < key_tiles; ++key_tile, ++loads) {
            const int stage = loads % Tile::kStages;
            const int first = key_tile * Tile::kBlockN;
            device::barrier_wait<(Tile::kCluster > 1)>(shared.k_empty[stage], empty_parity(loads, Tile::kStages));
            constexpr int kCountBytes = kCompacted ? Tile::kBlockN * int(sizeof(float)) : 0;
            device::barrier_arrive_expect(shared.k_full[stage], Shared<Tile>::kTileBytes + kCountBytes);
            if constexpr (kCompacted) {
                device::copy_bytes(device::shared_address(shared.counts[loads % kCountStages]),
                                   params.key_counts + std::int64_t(head) * params.key_rows + first,
                                   shared.k_full[stage], kCountBytes);
            }
            copy_stage<Tile>(shared.k[stage], args.k_map, shared.k_full[stage], first, head, rank);
            device::barrier_wait<(Tile::kCluster > 1)>(shared.v_empty[stage], empty_parity(loads, Tile::kStages));
            device::barrier_arrive_expect(shared.v_full[stage], Shared<Tile>::kTileBytes);
            copy_stage<Tile>(shared.v[stage], args.v_map, shared.v_full[stage], first, head, rank);
        }
    }
}

}  // namespace timeripple::kernels::sm90
