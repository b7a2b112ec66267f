#pragma once
// K3 with mma.sync and cp.async: runs on every architecture from sm_80. One block computes 128 query rows of one head;
// four warps, 32 rows each. K and V tiles have one buffer each: V's copy runs under QK^T, the next K's under softmax
// and PV, and a second block on the SM fills the rest. Rows behind the last key repeat it with count 0 and value 0, so
// no score is masked.

#include "kernels/device/mma_sync.cuh"
#include "kernels/ripple_attention/attention_args.cuh"
#include "kernels/ripple_attention/smem_layout.h"
#include "kernels/ripple_attention/tile_config.h"

namespace timeripple::kernels {

template <int kHeadDim, int kBlockN>
constexpr int sm80_shared_bytes() {
    return (Sm80Tile::kBlockM + 2 * kBlockN) * kHeadDim * 2 + kBlockN * int(sizeof(float)) + int(sizeof(HeadOrder));
}

namespace sm80 {

inline constexpr int kRowsOfWarp = 32;
inline constexpr int kFragmentsM = kRowsOfWarp / 16;
inline constexpr float kLn2 = 0.69314718055994531f;

// What stands in a tile's rows behind the head's last row. Compacted tiles never get there.
enum class Tail { None, RepeatLast, Zero };

// A K or V tile on its way: rows [first, first + kBlockN) of a head of `rows` rows.
template <typename Element, int kHeadDim, int kBlockN, Tail kTail>
__device__ inline void copy_tile(std::uint32_t shared, const Element* head_base, std::int64_t stride, int first,
                                 int rows) {
    constexpr int kChunks = kHeadDim / kChunkElements;
    constexpr int kRowsOfPass = Sm80Tile::kThreads / kChunks;
    static_assert(kRowsOfPass % 8 == 0, "every pass of a thread has the same swizzle");
    const int own_row = threadIdx.x / kChunks;
    const int chunk = threadIdx.x % kChunks;
    const std::uint32_t target = shared + swizzled_row_offset<kHeadDim>(own_row, chunk);
    const Element* column = head_base + chunk * kChunkElements;
    if (kTail == Tail::None || first + kBlockN <= rows) {
        const Element* source = column + (first + own_row) * stride;
#pragma unroll
        for (int pass = 0; pass < kBlockN / kRowsOfPass; ++pass) {
            device::copy_async_16(target + pass * kRowsOfPass * kHeadDim * 2, source, true);
            source += kRowsOfPass * stride;
        }
    } else {
#pragma unroll 1
        for (int pass = 0; pass < kBlockN / kRowsOfPass; ++pass) {
            const int row = first + pass * kRowsOfPass + own_row;
            device::copy_async_16(target + pass * kRowsOfPass * kHeadDim * 2, column + min(row, rows - 1) * stride,
                                  kTail == Tail::RepeatLast || row < rows);
        }
    }
}

template <typename Element, int kHeadDim, int kBlockN, bool kCompacted>
__global__ void __launch_bounds__(Sm80Tile::kThreads, 2)
    ripple_attention_fwd_sm80_kernel(const __grid_constant__ AttentionArgs args) {
    constexpr int kBlockM = Sm80Tile::kBlockM;
    constexpr int kChunks = kHeadDim / kChunkElements;
    constexpr int kFragmentsN = kBlockN / 8;
    constexpr int kFragmentsD = kHeadDim / 8;
    constexpr Tail kKeyTail = kCompacted ? Tail::None : Tail::RepeatLast;
    constexpr Tail kValueTail = kCompacted ? Tail::None : Tail::Zero;
    const RippleAttentionParams& params = args.params;

    extern __shared__ __align__(1024) unsigned char shared[];
    unsigned char* q_tile = shared;
    unsigned char* k_tile = q_tile + kBlockM * kHeadDim * 2;
    unsigned char* v_tile = k_tile + kBlockN * kHeadDim * 2;
    float* count_tile = reinterpret_cast<float*>(v_tile + kBlockN * kHeadDim * 2);
    HeadOrder& order = *reinterpret_cast<HeadOrder*>(count_tile + kBlockN);
    const std::uint32_t q_shared = device::shared_address(q_tile);
    const std::uint32_t k_shared = device::shared_address(k_tile);
    const std::uint32_t v_shared = device::shared_address(v_tile);

    build_head_order(order, kCompacted ? params.query_groups : nullptr, kCompacted ? params.key_groups : nullptr,
                     params.heads, params.tokens, kBlockM, threadIdx.x, blockDim.x, [] { __syncthreads(); });
    if (int(blockIdx.x) >= order.tiles(params.heads)) {
        return;
    }
    // Looked up again in the epilogue: the main loop has no register to spare for it.
    const auto look_up_place = [&] { return place_of_tile(order, params.heads, blockIdx.x); };
    const TilePlace place = look_up_place();
    const int head = place.head;
    const int keys = keys_of_head<kCompacted>(params, head);
    const int key_tiles = ceil_div(keys, kBlockN);
    const auto* k_head = static_cast<const Element*>(params.k.data) + head * params.k.head_stride;
    const auto* v_head = static_cast<const Element*>(params.v.data) + head * params.v.head_stride;

    const int warp = threadIdx.x / 32;
    const int lane = threadIdx.x % 32;

    copy_tile<Element, kHeadDim, kBlockN, kKeyTail>(k_shared, k_head, params.k.token_stride, 0, params.key_rows);
    device::copy_async_commit();

    // Query rows of this warp, gathered; each row by kChunks neighbouring lanes.
    constexpr int kRowsOfGather = 32 / kChunks;
    const int rows = rows_of_head<kCompacted>(params, head);
    for (int r = lane / kChunks; r < kRowsOfWarp; r += kRowsOfGather) {
        const int row = warp * kRowsOfWarp + r;
        const QueryRow tokens = query_row<kCompacted>(params, head, place.row_block * kBlockM + row, rows);
        const int chunk = lane % kChunks;
        *reinterpret_cast<uint4*>(q_tile + swizzled_row_offset<kHeadDim>(row, chunk)) =
            load_query_vector<Element, kCompacted>(params, head, tokens, chunk * kChunkElements);
    }

    float output[kFragmentsM][kFragmentsD][4] = {};
    float row_max[kFragmentsM][2];  // times exp2_scale
    float row_sum[kFragmentsM][2] = {};
#pragma unroll
    for (int m = 0; m < kFragmentsM; ++m) {
        row_max[m][0] = row_max[m][1] = -INFINITY;
    }

    // Where the lane reads its first fragment of each operand. Tiles start on a row's size, so that a step of 16 in
    // head_dim is an xor of 32 bytes (step_address), and rows further down are a constant added behind it.
    const std::uint32_t q_lane = q_shared + swizzled_row_offset<kHeadDim>(warp * kRowsOfWarp + lane % 16, lane / 16);
    const std::uint32_t k_lane = k_shared + swizzled_row_offset<kHeadDim>(lane % 8 + lane / 16 * 8, lane / 8 % 2);
    const std::uint32_t v_lane = v_shared + swizzled_row_offset<kHeadDim>(lane % 16, lane / 16);
    constexpr int kRowBytes = kHeadDim * 2;

    for (int tile = 0; tile < key_tiles; ++tile) {
        device::copy_async_wait<0>();
        __syncthreads();  // K has arrived for all; V and the counts of the last tile are no longer read
        copy_tile<Element, kHeadDim, kBlockN, kValueTail>(v_shared, v_head, params.v.token_stride, tile * kBlockN,
                                                          params.key_rows);
        if constexpr (kCompacted) {
            if (threadIdx.x < kBlockN / 4) {
                device::copy_async_16(
                    device::shared_address(count_tile + threadIdx.x * 4),
                    params.key_counts + std::int64_t(head) * params.key_rows + tile * kBlockN + threadIdx.x * 4, true);
            }
        } else if (threadIdx.x < kBlockN) {
            count_tile[threadIdx.x] = tile * kBlockN + int(threadIdx.x) < keys ? 1.0f : 0.0f;
        }
        device::copy_async_commit();

        float scores[kFragmentsM][kFragmentsN][4] = {};
#pragma unroll
        for (int step = 0; step < kHeadDim / 16; ++step) {
            std::uint32_t q_fragment[kFragmentsM][4];
#pragma unroll
            for (int m = 0; m < kFragmentsM; ++m) {
                device::load_matrix_4(q_fragment[m], step_address(q_lane, 2 * step) + m * 16 * kRowBytes);
            }
#pragma unroll
            for (int n = 0; n < kFragmentsN; n += 2) {
                std::uint32_t k_fragment[4];
                device::load_matrix_4(k_fragment, step_address(k_lane, 2 * step) + n * 8 * kRowBytes);
#pragma unroll
                for (int m = 0; m < kFragmentsM; ++m) {
                    device::mma_m16n8k16<Element>(scores[m][n], q_fragment[m], k_fragment[0], k_fragment[1]);
                    device::mma_m16n8k16<Element>(scores[m][n + 1], q_fragment[m], k_fragment[2], k_fragment[3]);
                }
            }
        }
        device::copy_async_wait<0>();
        __syncthreads();  // V and the counts have arrived for all; K is no longer read
        if (tile + 1 < key_tiles) {
            copy_tile<Element, kHeadDim, kBlockN, kKeyTail>(k_shared, k_head, params.k.token_stride,
                                                            (tile + 1) * kBlockN, params.key_rows);
            device::copy_async_commit();
        }

#pragma unroll
        for (int m = 0; m < kFragmentsM; ++m) {
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                float largest = -INFINITY;
#pragma unroll
                for (int n = 0; n < kFragmentsN; ++n) {
                    largest = fmaxf(largest, fmaxf(scores[m][n][2 * half], scores[m][n][2 * half + 1]));
                }
                largest = fmaxf(row_max[m][half], device::quad_max(largest) * args.exp2_scale);
                const float rescale = device::exp2_approx(row_max[m][half] - largest);
                row_max[m][half] = largest;
                row_sum[m][half] *= rescale;
#pragma unroll
                for (int d = 0; d < kFragmentsD; ++d) {
                    output[m][d][2 * half] *= rescale;
                    output[m][d][2 * half + 1] *= rescale;
                }
            }
        }
#pragma unroll
        for (int n = 0; n < kFragmentsN; ++n) {
            const float2 count = *reinterpret_cast<const float2*>(count_tile + n * 8 + lane % 4 * 2);
#pragma unroll
            for (int m = 0; m < kFragmentsM; ++m) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float p = device::exp2_approx(fmaf(scores[m][n][i], args.exp2_scale, -row_max[m][i / 2]));
                    scores[m][n][i] = p;
                    row_sum[m][i / 2] = fmaf(p, i % 2 == 0 ? count.x : count.y, row_sum[m][i / 2]);
                }
            }
        }
#pragma unroll
        for (int step = 0; step < kBlockN / 16; ++step) {
            std::uint32_t p_fragment[kFragmentsM][4];
#pragma unroll
            for (int m = 0; m < kFragmentsM; ++m) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float* pair = &scores[m][2 * step + i / 2][2 * (i % 2)];
                    p_fragment[m][i] = device::Pack<Element>::pack(pair[0], pair[1]);
                }
            }
#pragma unroll
            for (int d = 0; d < kFragmentsD; d += 2) {
                std::uint32_t v_fragment[4];
                device::load_matrix_4_transposed(v_fragment, step_address(v_lane, d) + step * 16 * kRowBytes);
#pragma unroll
                for (int m = 0; m < kFragmentsM; ++m) {
                    device::mma_m16n8k16<Element>(output[m][d], p_fragment[m], v_fragment[0], v_fragment[1]);
                    device::mma_m16n8k16<Element>(output[m][d + 1], p_fragment[m], v_fragment[2], v_fragment[3]);
                }
            }
        }
    }

    // The warp's own rows of Q make room for its output, which then leaves row by row.
    __syncthreads();
    const TilePlace out_place = look_up_place();
    const int out_rows = rows_of_head<kCompacted>(params, out_place.head);
    const auto tokens_of_row = [&](int row) {
        return query_row<kCompacted>(params, out_place.head, out_place.row_block * kBlockM + row, out_rows);
    };
#pragma unroll
    for (int m = 0; m < kFragmentsM; ++m) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const float sum = device::quad_sum(row_sum[m][half]);
            const float inverse = 1.0f / sum;
            const int row = warp * kRowsOfWarp + m * 16 + half * 8 + lane / 4;
#pragma unroll
            for (int d = 0; d < kFragmentsD; ++d) {
                *reinterpret_cast<std::uint32_t*>(q_tile + swizzled_row_offset<kHeadDim>(row, d) + lane % 4 * 4) =
                    device::Pack<Element>::pack(output[m][d][2 * half] * inverse, output[m][d][2 * half + 1] * inverse);
            }
            if (params.lse != nullptr && lane % 4 == 0) {
                const QueryRow tokens = tokens_of_row(row);
                const float lse = (row_max[m][half] + log2f(sum)) * kLn2;
                for (int i = 0; i < tokens.count; ++i) {
                    params.lse[std::int64_t(out_place.head) * params.tokens + tokens.member(i)] = lse;
                }
            }
        }
    }
    __syncwarp();
    for (int r = lane / kChunks; r < kRowsOfWarp; r += kRowsOfGather) {
        const int row = warp * kRowsOfWarp + r;
        const QueryRow tokens = tokens_of_row(row);
        const int chunk = lane % kChunks;
        store_to_members<Element>(params, out_place.head, tokens, chunk * kChunkElements,
                                  *reinterpret_cast<const uint4*>(q_tile + swizzled_row_offset<kHeadDim>(row, chunk)));
    }
}

template <typename Element, int kHeadDim, int kBlockN, bool kCompacted>
cudaError_t launch_instance(const AttentionArgs& args, cudaStream_t stream) {
    const auto kernel = ripple_attention_fwd_sm80_kernel<Element, kHeadDim, kBlockN, kCompacted>;
    constexpr int kBytes = sm80_shared_bytes<kHeadDim, kBlockN>();
    const cudaError_t error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes);
    if (error != cudaSuccess) {
        return error;
    }
    // As many blocks as the longest possible lists need; the surplus leaves at once. So no count is read on the host.
    const int blocks = args.params.heads * ceil_div(args.params.tokens, Sm80Tile::kBlockM);
    kernel<<<blocks, Sm80Tile::kThreads, kBytes, stream>>>(args);
    return cudaGetLastError();
}

}  // namespace sm80

// Defined once per element type, head_dim and key tile, each in a file of its own.
template <typename Element, int kHeadDim, int kBlockN>
cudaError_t launch_sm80(const AttentionArgs& args, cudaStream_t stream) {
    return args.params.query_groups != nullptr ? sm80::launch_instance<Element, kHeadDim, kBlockN, true>(args, stream)
                                               : sm80::launch_instance<Element, kHeadDim, kBlockN, false>(args, stream);
}

}  // namespace timeripple::kernels
