#pragma once
// A consumer warpgroup of the wgmma kernel: 64 query rows through all key tiles.

#include "kernels/device/wgmma.cuh"
#include "kernels/ripple_attention/sm90_shared.cuh"

namespace timeripple::kernels::sm90 {

inline constexpr float kLn2 = 0.69314718055994531f;
// Named barriers: a turn per consumer group from here on, then one for the threads of each group.
inline constexpr int kTurnBarrier = 1;

// What a consumer warpgroup carries through the key tiles of one query tile. Index i of scores: accumulator_row /
// _column.
template <typename Tile>
struct Accumulators {
    float scores[Tile::kBlockN / 2];
    float output[Tile::kHeadDim / 2];
    std::uint32_t probabilities[Tile::kBlockN / 4];
    float row_max[2];  // times exp2_scale
    float row_sum[2];
};

template <typename Element, typename Tile>
__device__ inline void issue_scores(Accumulators<Tile>& acc, std::uint64_t q, std::uint64_t k) {
    device::pin_registers(acc.scores);
    device::wgmma_fence();
#pragma unroll
    for (int step = 0; step < Tile::kHeadDim / 16; ++step) {
        device::Wgmma<Element, Tile::kBlockN>::from_shared(acc.scores, q + (k_major_step(kRowsOfGroup, step) >> 4),
                                                           k + (k_major_step(Tile::kBlockN, step) >> 4), step > 0);
    }
    device::wgmma_commit();
}

template <typename Element, typename Tile>
__device__ inline void issue_output(Accumulators<Tile>& acc, std::uint64_t v) {
    device::pin_registers(acc.output);
    device::pin_registers(acc.probabilities);
    device::wgmma_fence();
#pragma unroll
    for (int step = 0; step < Tile::kBlockN / 16; ++step) {
        device::Wgmma<Element, Tile::kHeadDim>::from_registers(acc.output, acc.probabilities + 4 * step,
                                                               v + (mn_major_step(step) >> 4), 1);
    }
    device::wgmma_commit();
}

// Scores to exp2(s - max), row sums with counts; what the output so far must be multiplied by.
template <typename Tile, bool kCompacted>
__device__ inline void softmax(Accumulators<Tile>& acc, float exp2_scale, const float* counts, int lane,
                               float (&rescale)[2]) {
    float largest[2] = {-INFINITY, -INFINITY};
#pragma unroll
    for (int i = 0; i < Tile::kBlockN / 2; ++i) {
        largest[i >> 1 & 1] = fmaxf(largest[i >> 1 & 1], acc.scores[i]);
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const float row_max = fmaxf(acc.row_max[half], device::quad_max(largest[half]) * exp2_scale);
        rescale[half] = device::exp2_approx(acc.row_max[half] - row_max);
        acc.row_max[half] = row_max;
        acc.row_sum[half] *= rescale[half];
    }
#pragma unroll
    for (int n = 0; n < Tile::kBlockN / 8; ++n) {
        float2 count{1.0f, 1.0f};
        if constexpr (kCompacted) {
            count = *reinterpret_cast<const float2*>(counts + accumulator_column(lane, 4 * n));
        }
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int half = i >> 1;
            const float p = device::exp2_approx(fmaf(acc.scores[4 * n + i], exp2_scale, -acc.row_max[half]));
            acc.scores[4 * n + i] = p;
            acc.row_sum[half] = fmaf(p, i % 2 == 0 ? count.x : count.y, acc.row_sum[half]);
        }
    }
}

template <typename Element, typename Tile>
__device__ inline void round_probabilities(Accumulators<Tile>& acc) {
#pragma unroll
    for (int i = 0; i < Tile::kBlockN / 4; ++i) {
        acc.probabilities[i] = device::Pack<Element>::pack(acc.scores[2 * i], acc.scores[2 * i + 1]);
    }
}

// Plain keys end in zero rows: their scores must not count.
template <typename Tile>
__device__ inline void mask_behind(Accumulators<Tile>& acc, int valid, int lane) {
#pragma unroll
    for (int i = 0; i < Tile::kBlockN / 2; ++i) {
        if (accumulator_column(lane, i) >= valid) {
            acc.scores[i] = -INFINITY;
        }
    }
}

template <typename Element, typename Tile, bool kCompacted>
__device__ inline void consume(const Sm90Args& args, Shared<Tile>& shared, int group) {
    using device::barrier_wait;
    constexpr int kTurnThreads = 2 * 128;  // the group whose turn it is and the one before it
    const RippleAttentionParams& params = args.attention.params;
    const int tiles = shared.order.tiles(params.heads);
    const int warp = threadIdx.x / 32 % 4;
    const int lane = threadIdx.x % 32;
    const int own_turn = kTurnBarrier + group;
    const int next_turn = kTurnBarrier + (group + 1) % Tile::kConsumerGroups;
    constexpr int kGroupBarrier = kTurnBarrier + Tile::kConsumerGroups;

    unsigned char* q_tile = shared.q[group];
    WarpRows& warp_rows = shared.rows[4 * group + warp];
    const std::uint64_t q_descriptor = wgmma_descriptor(device::shared_address(q_tile), 16, kSwizzleAtomBytes);
    const auto k_descriptor = [&](int stage) {
        return wgmma_descriptor(device::shared_address(shared.k[stage]), 16, kSwizzleAtomBytes);
    };
    const auto v_descriptor = [&](int stage) {
        return wgmma_descriptor(device::shared_address(shared.v[stage]), column_bytes(Tile::kBlockN),
                                kSwizzleAtomBytes);
    };
    if (group == Tile::kConsumerGroups - 1) {
        device::named_barrier_arrive(kTurnBarrier, kTurnThreads);  // group 0 goes first
    }
    int loads = 0;  // key tiles consumed so far
    for (int turn = 0;; ++turn) {
        const int slot = turn % kTileSlots;
        barrier_wait(shared.tile_full[slot], full_parity(turn, kTileSlots));
        const int tile = shared.tile[slot];
        arrive_as_warp(shared.tile_empty[slot], lane);
        if (tile >= tiles) {
            return;
        }
        const TilePlace place = place_of_tile(shared.order, params.heads, tile);
        const int keys = keys_of_head<kCompacted>(params, place.head);
        const int key_tiles = ceil_div(keys, Tile::kBlockN);
        const int rows = rows_of_head<kCompacted>(params, place.head);
        load_warp_rows<kCompacted>(warp_rows, params, place.head,
                                   place.row_block * Tile::kBlockM + group * kRowsOfGroup + warp * kRowsOfWarp, rows,
                                   lane);
        gather_queries<Element, Tile::kHeadDim, kCompacted>(params, place.head, warp_rows, q_tile, warp, lane);
        device::fence_async_proxy();
        device::named_barrier_sync(kGroupBarrier + group, 128);

        Accumulators<Tile> acc;
#pragma unroll
        for (int i = 0; i < Tile::kHeadDim / 2; ++i) {
            acc.output[i] = 0.0f;
        }
        acc.row_max[0] = acc.row_max[1] = -INFINITY;
        acc.row_sum[0] = acc.row_sum[1] = 0.0f;
        float rescale[2];

        // First key tile: nothing to overlap with yet.
        int stage = loads % Tile::kStages;
        barrier_wait(shared.k_full[stage], full_parity(loads, Tile::kStages));
        device::named_barrier_sync(own_turn, kTurnThreads);
        issue_scores<Element>(acc, q_descriptor, k_descriptor(stage));
        device::named_barrier_arrive(next_turn, kTurnThreads);
        device::wgmma_wait<0>();
        device::pin_registers(acc.scores);
        arrive_as_warp(shared.k_empty[stage], lane);
        if constexpr (!kCompacted) {
            mask_behind(acc, keys - key_tile_at(0, key_tiles) * Tile::kBlockN, lane);
        }
        softmax<Tile, kCompacted>(acc, args.attention.exp2_scale, shared.counts[loads % kCountStages], lane, rescale);
        round_probabilities<Element>(acc);

        for (int i = 1; i < key_tiles; ++i) {
            const int before = loads % Tile::kStages;  // stage of the tile whose V is next
            const std::uint32_t before_parity = full_parity(loads, Tile::kStages);
            ++loads;
            stage = loads % Tile::kStages;
            barrier_wait(shared.k_full[stage], full_parity(loads, Tile::kStages));
            device::named_barrier_sync(own_turn, kTurnThreads);
            issue_scores<Element>(acc, q_descriptor, k_descriptor(stage));
            barrier_wait(shared.v_full[before], before_parity);
            issue_output<Element>(acc, v_descriptor(before));
            device::named_barrier_arrive(next_turn, kTurnThreads);
            device::wgmma_wait<1>();
            device::pin_registers(acc.scores);
            arrive_as_warp(shared.k_empty[stage], lane);
            softmax<Tile, kCompacted>(acc, args.attention.exp2_scale, shared.counts[loads % kCountStages], lane,
                                      rescale);
            device::wgmma_wait<0>();
            device::pin_registers(acc.output);
            device::pin_registers(acc.probabilities);
            arrive_as_warp(shared.v_empty[before], lane);
#pragma unroll
            for (int i = 0; i < Tile::kHeadDim / 2; ++i) {
                acc.output[i] *= rescale[i >> 1 & 1];
            }
            round_probabilities<Element>(acc);
        }
        barrier_wait(shared.v_full[stage], full_parity(loads, Tile::kStages));
        issue_output<Element>(acc, v_descriptor(stage));
        device::wgmma_wait<0>();
        device::pin_registers(acc.output);
        arrive_as_warp(shared.v_empty[stage], lane);
        ++loads;

        // The group's rows of Q make room for its output, which then leaves row by row.
        device::named_barrier_sync(kGroupBarrier + group, 128);
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const float sum = device::quad_sum(acc.row_sum[half]);
            const float inverse = 1.0f / sum;
            const int row = warp * kRowsOfWarp + accumulator_row(lane, 2 * half);
#pragma unroll
            for (int d = 0; d < Tile::kHeadDim / 8; ++d) {
                *reinterpret_cast<std::uint32_t*>(q_tile + column_tile_offset(kRowsOfGroup, row, d) + lane % 4 * 4) =
                    device::Pack<Element>::pack(acc.output[4 * d + 2 * half] * inverse,
                                                acc.output[4 * d + 2 * half + 1] * inverse);
            }
            if (params.lse != nullptr && lane % 4 == 0) {
                const float lse = (acc.row_max[half] + log2f(sum)) * kLn2;
                const int row_of_warp = accumulator_row(lane, 2 * half);
                for (int i = warp_rows.begin[row_of_warp]; i < warp_rows.begin[row_of_warp + 1]; ++i) {
                    params.lse[std::int64_t(place.head) * params.tokens + warp_rows.token[i]] = lse;
                }
            }
        }
        __syncwarp();
        scatter_output<Element, Tile::kHeadDim>(params, place.head, warp_rows, q_tile, warp, lane);
        __syncwarp();
    }
}

}  // namespace timeripple::kernels::sm90
