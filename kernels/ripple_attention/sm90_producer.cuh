#pragma once
// The producer warp of the wgmma kernel: tile numbers, and K' and V' tiles into the ring of stages.

#include "kernels/ripple_attention/sm90_shared.cuh"

namespace timeripple::kernels::sm90 {

// The tile's K or V into a stage.
template <typename Tile>
__device__ inline void copy_stage(unsigned char* stage, const CUtensorMap& map, device::Barrier& full, int first,
                                  int head) {
#pragma unroll
    for (int column = 0; column < Tile::kHeadDim / kColumnElements; ++column) {
        device::copy_tensor_box(device::shared_address(stage) + column * column_bytes(Tile::kBlockN), map, full,
                                column * kColumnElements, first, head);
    }
}

template <typename Tile, bool kCompacted>
__device__ inline void produce(const Sm90Args& args, Shared<Tile>& shared) {
    const RippleAttentionParams& params = args.attention.params;
    const int tiles = shared.order.tiles(params.heads);
    int loads = 0;  // key tiles copied so far
    for (int turn = 0;; ++turn) {
        const int slot = turn % kTileSlots;
        device::barrier_wait(shared.tile_empty[slot], empty_parity(turn, kTileSlots));
        // Every block draws until it draws a number past the last tile; the last of these draws wraps the counter to 0.
        const int tile = int(atomicInc(reinterpret_cast<unsigned*>(params.tile_counter), tiles + gridDim.x - 1));
        shared.tile[slot] = tile;
        device::barrier_arrive(shared.tile_full[slot]);
        if (tile >= tiles) {
            return;
        }
        const int head = place_of_tile(shared.order, params.heads, tile).head;
        const int key_tiles = ceil_div(keys_of_head<kCompacted>(params, head), Tile::kBlockN);
        for (int i = 0; i < key_tiles; ++i, ++loads) {
            const int stage = loads % Tile::kStages;
            const int first = key_tile_at(i, key_tiles) * Tile::kBlockN;
            device::barrier_wait(shared.k_empty[stage], empty_parity(loads, Tile::kStages));
            constexpr int kCountBytes = kCompacted ? Tile::kBlockN * int(sizeof(float)) : 0;
            device::barrier_arrive_expect(shared.k_full[stage], Shared<Tile>::kTileBytes + kCountBytes);
            if constexpr (kCompacted) {
                device::copy_bytes(device::shared_address(shared.counts[loads % kCountStages]),
                                   params.key_counts + std::int64_t(head) * params.key_rows + first,
                                   shared.k_full[stage], kCountBytes);
            }
            copy_stage<Tile>(shared.k[stage], args.k_map, shared.k_full[stage], first, head);
            device::barrier_wait(shared.v_empty[stage], empty_parity(loads, Tile::kStages));
            device::barrier_arrive_expect(shared.v_full[stage], Shared<Tile>::kTileBytes);
            copy_stage<Tile>(shared.v[stage], args.v_map, shared.v_full[stage], first, head);
        }
    }
}

}  // namespace timeripple::kernels::sm90
