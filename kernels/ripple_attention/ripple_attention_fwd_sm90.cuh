#pragma once
// K3 with wgmma and TMA, for sm_90a. One persistent block per SM takes tiles of 128 query rows from a counter. Warp 0
// is the producer: it fetches tile numbers and copies K' and V' tiles into a ring of stages. Two warpgroups consume, 64
// rows each: QK^T of the next key tile is issued before PV of this one, softmax runs under both, and the two groups
// take turns so that one computes softmax while the other has the tensor cores.

#include "kernels/device/hopper.cuh"
#include "kernels/device/wgmma.cuh"
#include "kernels/ripple_attention/attention_args.cuh"
#include "kernels/ripple_attention/smem_layout.h"
#include "kernels/ripple_attention/tile_config.h"

#include <utility>

namespace timeripple::kernels {

struct Sm90Args {
    AttentionArgs attention;
    CUtensorMap k_map, v_map;  // [heads, key_rows, head_dim], boxes of [1, kBlockN, 64], 128-byte swizzle
};

namespace sm90 {

inline constexpr int kStages = Sm90Tile::kStages;
inline constexpr int kRowsOfGroup = 64;
inline constexpr int kRowsOfWarp = 16;
inline constexpr int kConsumerWarps = 4 * Sm90Tile::kConsumerGroups;
// Counts of a tile are read behind the release of its K stage, but before that of the next tile's: a ring of at least
// kStages + 1.
inline constexpr int kCountStages = 4;
static_assert(kCountStages > kStages);
inline constexpr int kTileSlots = 2;
inline constexpr int kCluster = Sm90Tile::kCluster;
inline constexpr int kStageReaders =
    kConsumerWarps * kCluster;  // a stage is filled for all blocks of the cluster at once
inline constexpr int kSlotReaders = (kConsumerWarps + 1) * kCluster - 1;  // and every producer but the one that draws
inline constexpr float kLn2 = 0.69314718055994531f;

// Named barriers: a turn per consumer group, then one for the threads of each group.
inline constexpr int kTurnBarrier = 1;
inline constexpr int kGroupBarrier = kTurnBarrier + Sm90Tile::kConsumerGroups;

template <int kHeadDim, int kBlockN>
struct Shared {
    static constexpr int kQGroupBytes = kRowsOfGroup * kHeadDim * 2;
    static constexpr int kTileBytes = kBlockN * kHeadDim * 2;

    unsigned char q[Sm90Tile::kConsumerGroups][kQGroupBytes];
    unsigned char k[kStages][kTileBytes];
    unsigned char v[kStages][kTileBytes];
    float counts[kCountStages][kBlockN];
    device::Barrier k_full[kStages], k_empty[kStages];
    device::Barrier v_full[kStages], v_empty[kStages];
    device::Barrier tile_full[kTileSlots], tile_empty[kTileSlots];
    int tile[kTileSlots];
    HeadOrder order;
};

// One arrival at this barrier of every block of the cluster, from one warp.
__device__ inline void arrive_at_all(device::Barrier& barrier, int lane) {
    __syncwarp();
    if constexpr (kCluster == 1) {
        if (lane == 0) {
            device::barrier_arrive(barrier);
        }
    } else if (lane < kCluster) {
        device::cluster_barrier_arrive(device::cluster_address(device::shared_address(&barrier), lane));
    }
}

// The first block of the cluster draws tile numbers, for all of them.
template <int kHeadDim, int kBlockN>
__device__ inline int draw_tile(const RippleAttentionParams& params, Shared<kHeadDim, kBlockN>& shared, int turn,
                                int tiles, std::uint32_t rank) {
    const int slot = turn % kTileSlots;
    if (rank == 0) {
        device::barrier_wait<(kCluster > 1)>(shared.tile_empty[slot], empty_parity(turn, kTileSlots));
        // Every cluster draws until it draws a number past the last tile; the last of these draws wraps the counter to
        // 0.
        const int tile =
            int(atomicInc(reinterpret_cast<unsigned*>(params.tile_counter), tiles + gridDim.x / kCluster - 1));
        if constexpr (kCluster == 1) {
            shared.tile[slot] = tile;
            device::barrier_arrive(shared.tile_full[slot]);
        } else {
            for (int other = 0; other < kCluster; ++other) {
                device::cluster_store(device::cluster_address(device::shared_address(&shared.tile[slot]), other), tile);
                device::cluster_barrier_arrive(
                    device::cluster_address(device::shared_address(&shared.tile_full[slot]), other));
            }
        }
        return tile;
    }
    device::barrier_wait<(kCluster > 1)>(shared.tile_full[slot], full_parity(turn, kTileSlots));
    const int tile = shared.tile[slot];
    device::cluster_barrier_arrive(device::cluster_address(device::shared_address(&shared.tile_empty[slot]), 0));
    return tile;
}

// A key tile into this stage of every block of the cluster; this block copies its share of the rows.
template <int kHeadDim, int kBlockN>
__device__ inline void copy_stage(unsigned char* stage, const CUtensorMap& map, device::Barrier& full, int first,
                                  int head, std::uint32_t rank) {
    constexpr int kRows = kBlockN / kCluster;
    static_assert(kRows * kColumnRowBytes % kSwizzleAtomBytes == 0, "a share starts on a swizzle atom");
    const int own = int(rank) * kRows;
#pragma unroll
    for (int column = 0; column < kHeadDim / kColumnElements; ++column) {
        const std::uint32_t target =
            device::shared_address(stage) + column * column_bytes(kBlockN) + own * kColumnRowBytes;
        if constexpr (kCluster == 1) {
            device::copy_tensor_box(target, map, full, column * kColumnElements, first, head);
        } else {
            device::copy_tensor_box_to_cluster(target, map, full, column * kColumnElements, first + own, head,
                                               (1u << kCluster) - 1u);
        }
    }
}

template <typename Element, int kHeadDim, int kBlockN, bool kCompacted>
__device__ inline void produce(const Sm90Args& args, Shared<kHeadDim, kBlockN>& shared, std::uint32_t rank) {
    using Tile = Shared<kHeadDim, kBlockN>;
    const RippleAttentionParams& params = args.attention.params;
    const int tiles = shared.order.tiles(params.heads);
    int loads = 0;  // key tiles copied so far
    for (int turn = 0;; ++turn) {
        const int tile = draw_tile(params, shared, turn, tiles, rank);
        if (tile >= tiles) {
            return;
        }
        const int head = place_of_tile(shared.order, params.heads, tile).head;
        const int key_tiles = ceil_div(keys_of_head<kCompacted>(params, head), kBlockN);
        for (int key_tile = 0; key_tile < key_tiles; ++key_tile, ++loads) {
            const int stage = loads % kStages;
            const int first = key_tile * kBlockN;
            device::barrier_wait<(kCluster > 1)>(shared.k_empty[stage], empty_parity(loads, kStages));
            constexpr int kCountBytes = kCompacted ? kBlockN * int(sizeof(float)) : 0;
            device::barrier_arrive_expect(shared.k_full[stage], Tile::kTileBytes + kCountBytes);
            if constexpr (kCompacted) {
                device::copy_bytes(device::shared_address(shared.counts[loads % kCountStages]),
                                   params.key_counts + std::int64_t(head) * params.key_rows + first,
                                   shared.k_full[stage], kCountBytes);
            }
            copy_stage<kHeadDim, kBlockN>(shared.k[stage], args.k_map, shared.k_full[stage], first, head, rank);
            device::barrier_wait<(kCluster > 1)>(shared.v_empty[stage], empty_parity(loads, kStages));
            device::barrier_arrive_expect(shared.v_full[stage], Tile::kTileBytes);
            copy_stage<kHeadDim, kBlockN>(shared.v[stage], args.v_map, shared.v_full[stage], first, head, rank);
        }
    }
}

// What a consumer warpgroup carries through the key tiles of one query tile. Index i of scores: accumulator_row /
// _column.
template <int kHeadDim, int kBlockN>
struct Accumulators {
    float scores[kBlockN / 2];
    float output[kHeadDim / 2];
    std::uint32_t probabilities[kBlockN / 4];
    float row_max[2];  // times exp2_scale
    float row_sum[2];
};

template <typename Element, int kHeadDim, int kBlockN>
__device__ inline void issue_scores(Accumulators<kHeadDim, kBlockN>& acc, std::uint64_t q, std::uint64_t k) {
    device::pin_registers(acc.scores);
    device::wgmma_fence();
#pragma unroll
    for (int step = 0; step < kHeadDim / 16; ++step) {
        device::Wgmma<Element, kBlockN>::from_shared(acc.scores, q + (k_major_step(kRowsOfGroup, step) >> 4),
                                                     k + (k_major_step(kBlockN, step) >> 4), step > 0);
    }
    device::wgmma_commit();
}

template <typename Element, int kHeadDim, int kBlockN>
__device__ inline void issue_output(Accumulators<kHeadDim, kBlockN>& acc, std::uint64_t v) {
    device::pin_registers(acc.output);
    device::pin_registers(acc.probabilities);
    device::wgmma_fence();
#pragma unroll
    for (int step = 0; step < kBlockN / 16; ++step) {
        device::Wgmma<Element, kHeadDim>::from_registers(acc.output, acc.probabilities + 4 * step,
                                                         v + (mn_major_step(step) >> 4), 1);
    }
    device::wgmma_commit();
}

// Scores to exp2(s - max), row sums with counts; what the output so far must be multiplied by.
template <int kHeadDim, int kBlockN, bool kCompacted>
__device__ inline void softmax(Accumulators<kHeadDim, kBlockN>& acc, float exp2_scale, const float* counts, int lane,
                               float (&rescale)[2]) {
    float largest[2] = {-INFINITY, -INFINITY};
#pragma unroll
    for (int i = 0; i < kBlockN / 2; ++i) {
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
    for (int n = 0; n < kBlockN / 8; ++n) {
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

template <typename Element, int kHeadDim, int kBlockN>
__device__ inline void round_probabilities(Accumulators<kHeadDim, kBlockN>& acc) {
#pragma unroll
    for (int i = 0; i < kBlockN / 4; ++i) {
        acc.probabilities[i] = device::Pack<Element>::pack(acc.scores[2 * i], acc.scores[2 * i + 1]);
    }
}

// Plain keys end in zero rows: their scores must not count.
template <int kHeadDim, int kBlockN>
__device__ inline void mask_behind(Accumulators<kHeadDim, kBlockN>& acc, int valid, int lane) {
#pragma unroll
    for (int i = 0; i < kBlockN / 2; ++i) {
        if (accumulator_column(lane, i) >= valid) {
            acc.scores[i] = -INFINITY;
        }
    }
}

template <typename Element, int kHeadDim, int kBlockN, bool kCompacted>
__device__ inline void consume(const Sm90Args& args, Shared<kHeadDim, kBlockN>& shared, int group, std::uint32_t rank) {
    using device::barrier_wait;
    constexpr int kChunks = kHeadDim / kChunkElements;
    constexpr int kRowsOfGather = 32 / kChunks;
    constexpr int kTurnThreads = 128 * Sm90Tile::kConsumerGroups;
    const RippleAttentionParams& params = args.attention.params;
    const int tiles = shared.order.tiles(params.heads);
    const int warp = threadIdx.x / 32 % 4;
    const int lane = threadIdx.x % 32;
    const int own_turn = kTurnBarrier + group;
    const int other_turn = kTurnBarrier + 1 - group;
    static_assert(Sm90Tile::kConsumerGroups == 2, "two groups take turns");

    unsigned char* q_tile = shared.q[group];
    const std::uint64_t q_descriptor = wgmma_descriptor(device::shared_address(q_tile), 16, kSwizzleAtomBytes);
    const auto k_descriptor = [&](int stage) {
        return wgmma_descriptor(device::shared_address(shared.k[stage]), 16, kSwizzleAtomBytes);
    };
    const auto v_descriptor = [&](int stage) {
        return wgmma_descriptor(device::shared_address(shared.v[stage]), column_bytes(kBlockN), kSwizzleAtomBytes);
    };
    if (group == 1) {
        device::named_barrier_arrive(kTurnBarrier, kTurnThreads);  // group 0 goes first
    }
    int loads = 0;  // key tiles consumed so far
    for (int turn = 0;; ++turn) {
        const int slot = turn % kTileSlots;
        barrier_wait<(kCluster > 1)>(shared.tile_full[slot], full_parity(turn, kTileSlots));
        const int tile = shared.tile[slot];
        __syncwarp();
        if (lane == 0) {
            if constexpr (kCluster == 1) {
                device::barrier_arrive(shared.tile_empty[slot]);
            } else {
                device::cluster_barrier_arrive(
                    device::cluster_address(device::shared_address(&shared.tile_empty[slot]), 0));
            }
        }
        if (tile >= tiles) {
            return;
        }
        const TilePlace place = place_of_tile(shared.order, params.heads, tile);
        const int keys = keys_of_head<kCompacted>(params, place.head);
        const int key_tiles = ceil_div(keys, kBlockN);
        const int rows = rows_of_head<kCompacted>(params, place.head);
        const int first_row = (place.row_block * kCluster + int(rank)) * Sm90Tile::kBlockM + group * kRowsOfGroup;

        // Query rows of this warp, gathered; each row by kChunks neighbouring lanes.
        for (int r = lane / kChunks; r < kRowsOfWarp; r += kRowsOfGather) {
            const int row = warp * kRowsOfWarp + r;
            const QueryRow tokens = query_row<kCompacted>(params, place.head, first_row + row, rows);
            const int chunk = lane % kChunks;
            *reinterpret_cast<uint4*>(q_tile + column_tile_offset(kRowsOfGroup, row, chunk)) =
                load_query_vector<Element, kCompacted>(params, place.head, tokens, chunk * kChunkElements);
        }
        device::fence_async_proxy();
        device::named_barrier_sync(kGroupBarrier + group, 128);

        Accumulators<kHeadDim, kBlockN> acc;
#pragma unroll
        for (int i = 0; i < kHeadDim / 2; ++i) {
            acc.output[i] = 0.0f;
        }
        acc.row_max[0] = acc.row_max[1] = -INFINITY;
        acc.row_sum[0] = acc.row_sum[1] = 0.0f;
        float rescale[2];

        // First key tile: nothing to overlap with yet.
        int stage = loads % kStages;
        barrier_wait(shared.k_full[stage], full_parity(loads, kStages));
        device::named_barrier_sync(own_turn, kTurnThreads);
        issue_scores<Element>(acc, q_descriptor, k_descriptor(stage));
        device::named_barrier_arrive(other_turn, kTurnThreads);
        device::wgmma_wait<0>();
        device::pin_registers(acc.scores);
        arrive_at_all(shared.k_empty[stage], lane);
        if constexpr (!kCompacted) {
            if (key_tiles == 1) {
                mask_behind(acc, keys, lane);
            }
        }
        softmax<kHeadDim, kBlockN, kCompacted>(acc, args.attention.exp2_scale, shared.counts[loads % kCountStages],
                                               lane, rescale);
        round_probabilities<Element>(acc);

        for (int key_tile = 1; key_tile < key_tiles; ++key_tile) {
            const int before = loads % kStages;  // stage of the tile whose V is next
            const std::uint32_t before_parity = full_parity(loads, kStages);
            ++loads;
            stage = loads % kStages;
            barrier_wait(shared.k_full[stage], full_parity(loads, kStages));
            device::named_barrier_sync(own_turn, kTurnThreads);
            issue_scores<Element>(acc, q_descriptor, k_descriptor(stage));
            barrier_wait(shared.v_full[before], before_parity);
            issue_output<Element>(acc, v_descriptor(before));
            device::named_barrier_arrive(other_turn, kTurnThreads);
            device::wgmma_wait<1>();
            device::pin_registers(acc.scores);
            arrive_at_all(shared.k_empty[stage], lane);
            if constexpr (!kCompacted) {
                if (key_tile == key_tiles - 1) {
                    mask_behind(acc, keys - key_tile * kBlockN, lane);
                }
            }
            softmax<kHeadDim, kBlockN, kCompacted>(acc, args.attention.exp2_scale, shared.counts[loads % kCountStages],
                                                   lane, rescale);
            device::wgmma_wait<0>();
            device::pin_registers(acc.output);
            device::pin_registers(acc.probabilities);
            arrive_at_all(shared.v_empty[before], lane);
#pragma unroll
            for (int i = 0; i < kHeadDim / 2; ++i) {
                acc.output[i] *= rescale[i >> 1 & 1];
            }
            round_probabilities<Element>(acc);
        }
        barrier_wait(shared.v_full[stage], full_parity(loads, kStages));
        issue_output<Element>(acc, v_descriptor(stage));
        device::wgmma_wait<0>();
        device::pin_registers(acc.output);
        arrive_at_all(shared.v_empty[stage], lane);
        ++loads;

        // The group's rows of Q make room for its output, which then leaves row by row.
        device::named_barrier_sync(kGroupBarrier + group, 128);
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const float sum = device::quad_sum(acc.row_sum[half]);
            const float inverse = 1.0f / sum;
            const int row = warp * kRowsOfWarp + accumulator_row(lane, 2 * half);
#pragma unroll
            for (int d = 0; d < kHeadDim / 8; ++d) {
                *reinterpret_cast<std::uint32_t*>(q_tile + column_tile_offset(kRowsOfGroup, row, d) + lane % 4 * 4) =
                    device::Pack<Element>::pack(acc.output[4 * d + 2 * half] * inverse,
                                                acc.output[4 * d + 2 * half + 1] * inverse);
            }
            if (params.lse != nullptr && lane % 4 == 0) {
                const QueryRow tokens = query_row<kCompacted>(params, place.head, first_row + row, rows);
                const float lse = (acc.row_max[half] + log2f(sum)) * kLn2;
                for (int i = 0; i < tokens.count; ++i) {
                    params.lse[std::int64_t(place.head) * params.tokens + tokens.member(i)] = lse;
                }
            }
        }
        __syncwarp();
        for (int r = lane / kChunks; r < kRowsOfWarp; r += kRowsOfGather) {
            const int row = warp * kRowsOfWarp + r;
            const QueryRow tokens = query_row<kCompacted>(params, place.head, first_row + row, rows);
            const int chunk = lane % kChunks;
            store_to_members<Element>(
                params, place.head, tokens, chunk * kChunkElements,
                *reinterpret_cast<const uint4*>(q_tile + column_tile_offset(kRowsOfGroup, row, chunk)));
        }
        __syncwarp();
    }
}

template <typename Element, int kHeadDim, int kBlockN, bool kCompacted>
__global__ void __launch_bounds__(Sm90Tile::kThreads, 1)
    ripple_attention_fwd_sm90_kernel(const __grid_constant__ Sm90Args args) {
    extern __shared__ __align__(1024) unsigned char bytes[];
    auto& shared = *reinterpret_cast<Shared<kHeadDim, kBlockN>*>(bytes);
    const RippleAttentionParams& params = args.attention.params;
    if (threadIdx.x == 0) {
        if (device::shared_address(bytes) % kSwizzleAtomBytes != 0) {
            __trap();  // the swizzle is taken from address bits
        }
        device::prefetch_tensor_map(args.k_map);
        device::prefetch_tensor_map(args.v_map);
        for (int stage = 0; stage < kStages; ++stage) {
            device::barrier_init(shared.k_full[stage], 1);
            device::barrier_init(shared.v_full[stage], 1);
            device::barrier_init(shared.k_empty[stage], kStageReaders);
            device::barrier_init(shared.v_empty[stage], kStageReaders);
        }
        for (int slot = 0; slot < kTileSlots; ++slot) {
            device::barrier_init(shared.tile_full[slot], 1);
            device::barrier_init(shared.tile_empty[slot], kSlotReaders);
        }
        device::barrier_init_fence();
    }
    build_head_order(shared.order, kCompacted ? params.query_groups : nullptr, kCompacted ? params.key_groups : nullptr,
                     params.heads, params.tokens, Sm90Tile::kBlockM * kCluster, threadIdx.x, blockDim.x,
                     [] { __syncthreads(); });
    std::uint32_t rank = 0;
    if constexpr (kCluster > 1) {
        rank = device::cluster_rank();
        device::cluster_sync();  // every block's barriers stand before another block arrives at them
    }

    if (threadIdx.x < 128) {
        device::give_registers<Sm90Tile::kProducerRegisters>();
        if (threadIdx.x == 0) {
            produce<Element, kHeadDim, kBlockN, kCompacted>(args, shared, rank);
        }
    } else {
        device::take_registers<Sm90Tile::kConsumerRegisters>();
        consume<Element, kHeadDim, kBlockN, kCompacted>(args, shared, int(threadIdx.x) / 128 - 1, rank);
    }
    if constexpr (kCluster > 1) {
        device::cluster_sync();  // no block leaves while another may still arrive at its barriers
    }
}

// The driver's tensor map encoder, looked up at run time: the program does not link the driver.
GpuError encode_tensor_map(CUtensorMap& map, const TensorView& view, ElementType type, int head_dim, int rows,
                           int heads, int box_rows);

template <typename Element, int kHeadDim, bool kCompacted>
cudaError_t launch_instance(const RippleAttentionParams& params, float exp2_scale, cudaStream_t stream) {
    constexpr int kBlockN = Sm90Tile::block_n(kHeadDim);
    Sm90Args args{{params, exp2_scale}, {}, {}};
    for (auto [map, view] : {std::pair{&args.k_map, &params.k}, std::pair{&args.v_map, &params.v}}) {
        const GpuError error =
            encode_tensor_map(*map, *view, params.type, kHeadDim, params.key_rows, params.heads, kBlockN / kCluster);
        if (error != kGpuSuccess) {
            return static_cast<cudaError_t>(error);
        }
    }
    const auto kernel = ripple_attention_fwd_sm90_kernel<Element, kHeadDim, kBlockN, kCompacted>;
    constexpr int kBytes = sizeof(Shared<kHeadDim, kBlockN>);
    int device = 0;
    int multiprocessors = 0;
    cudaError_t error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes);
    if (error == cudaSuccess) {
        error = cudaGetDevice(&device);
    }
    if (error == cudaSuccess) {
        error = cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device);
    }
    if (error != cudaSuccess) {
        return error;
    }
    cudaLaunchAttribute cluster{};
    cluster.id = cudaLaunchAttributeClusterDimension;
    cluster.val.clusterDim = {kCluster, 1, 1};
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(multiprocessors / kCluster * kCluster);
    config.blockDim = dim3(Sm90Tile::kThreads);
    config.dynamicSmemBytes = kBytes;
    config.stream = stream;
    config.attrs = &cluster;
    config.numAttrs = kCluster > 1 ? 1 : 0;
    return cudaLaunchKernelEx(&config, kernel, args);
}

}  // namespace sm90

// Defined once per element type and head_dim, each in a file of its own.
template <typename Element, int kHeadDim>
cudaError_t launch_sm90(const RippleAttentionParams& params, float exp2_scale, cudaStream_t stream) {
    return params.query_groups != nullptr ? sm90::launch_instance<Element, kHeadDim, true>(params, exp2_scale, stream)
                                          : sm90::launch_instance<Element, kHeadDim, false>(params, exp2_scale, stream);
}

}  // namespace timeripple::kernels
