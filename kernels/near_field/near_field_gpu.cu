// The near field: one warp corrects a tile of 2 x 2 x 4 queries of one head. Over the keys of the tile's box, 16 at a
// time: true and merged scores by mma.sync, their weights p - p', and the weights' product with V. Rows come straight
// from global memory; neighbouring tiles of a block meet in the L1 cache.
//
// Weights are relative to e^m with m = max(0, largest true score - L), kept online as in any attention: a true score
// far above everything merged would overflow otherwise.

#include "kernels/api/compact_kv.h"
#include "kernels/api/near_field.h"
#include "kernels/device/element.cuh"
#include "kernels/device/mma_sync.cuh"
#include "kernels/near_field/near_region.h"

#include <cuda_runtime.h>

namespace timeripple::kernels {
namespace {

constexpr int kWarps = 4;
constexpr int kThreads = 32 * kWarps;
constexpr unsigned kAllLanes = 0xffffffffu;
constexpr float kNearLog2E = 1.44269504088896341f;

struct NearArgs {
    NearFieldParams params;
    int capacity;  // rows per head of compacted_k
};

__device__ inline const std::uint32_t& word_of(const uint4& vector, int i) {
    return (&vector.x)[i];
}

// Scores of 16 queries and 8 keys. `q`: the fragments' vectors of rows g and g + 8; `k`: of key g.
template <typename Element, int kVectors>
__device__ inline void score_tile(float (&scores)[4], const uint4 (&q)[2][kVectors], const uint4 (&k)[kVectors]) {
#pragma unroll
    for (int vector = 0; vector < kVectors; ++vector) {
#pragma unroll
        for (int pair = 0; pair < 2; ++pair) {
            const std::uint32_t a[4] = {word_of(q[0][vector], 2 * pair), word_of(q[1][vector], 2 * pair),
                                        word_of(q[0][vector], 2 * pair + 1), word_of(q[1][vector], 2 * pair + 1)};
            device::mma_m16n8k16<Element>(scores, a, word_of(k[vector], 2 * pair), word_of(k[vector], 2 * pair + 1));
        }
    }
}

template <typename Element, int kHeadDim>
__global__ void __launch_bounds__(kThreads) near_field_kernel(const __grid_constant__ NearArgs args) {
    constexpr int kVectors = kHeadDim / 32;  // of a row, per lane
    constexpr int kHalves = kHeadDim / 64;
    const NearFieldParams& params = args.params;
    const int lane = threadIdx.x % 32;
    const int g = lane / 4;
    const int t = lane % 4;
    const int head = blockIdx.y;
    const int tile_index = blockIdx.x * kWarps + threadIdx.x / 32;
    if (tile_index >= NearTile::count(params.grid)) {
        return;
    }
    const NearTile tile(params.grid, tile_index);
    const NearBox box(params.grid, tile, params.reach);
    const auto* q_head = static_cast<const Element*>(params.q.data) + head * params.q.head_stride;
    const auto* k_head = static_cast<const Element*>(params.k.data) + head * params.k.head_stride;
    const auto* v_head = static_cast<const Element*>(params.v.data) + head * params.v.head_stride;
    const auto* merged_k =
        static_cast<const Element*>(params.compacted_k) + std::int64_t(head) * args.capacity * kHeadDim;
    const int* query_group = params.group_of + std::int64_t(head) * params.tokens;
    const int* key_group = query_group + std::int64_t(params.heads) * params.tokens;
    const int* starts = params.query_starts + std::int64_t(head) * (params.tokens + 1);
    const int* members = params.query_members + std::int64_t(head) * params.tokens;
    const float scale = params.softmax_scale * kNearLog2E;

    // The lane's two queries, rows g and g + 8: true and merged, and the log of the merged row sum.
    NearPoint query[2];
    bool exists[2];
    int query_token[2];
    float log_sum[2];  // base 2
    uint4 q[2][kVectors];
    uint4 merged_q[2][kVectors];
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        query[half] = tile.row(g + 8 * half);
        exists[half] = inside(params.grid, query[half]);
        // A query that does not exist computes what query 0 of the tile does, and is not stored.
        query_token[half] = params.video_begin + token_at(params.grid, exists[half] ? query[half] : tile.row(0));
        log_sum[half] = params.lse[std::int64_t(head) * params.tokens + query_token[half]] * kNearLog2E;
        const int group = query_group[query_token[half]];
        const int begin = starts[group];
        const int count = params.reference == GroupReference::First ? 1 : starts[group + 1] - begin;
#pragma unroll
        for (int vector = 0; vector < kVectors; ++vector) {
            const Element* column = q_head + near_score_channel(lane, vector);
            q[half][vector] = *reinterpret_cast<const uint4*>(column + query_token[half] * params.q.token_stride);
            merged_q[half][vector] = device::mean_of_rows(column, params.q.token_stride, members + begin, count);
        }
    }

    float output[kHalves][8][4] = {};
    float reference[2] = {0.0f, 0.0f};  // m, base 2
    float share[2] = {0.0f, 0.0f};      // sum of p - p', times e^-m

    for (int first = 0; first < box.keys; first += kNearTileRows) {
        // Lanes 0..15 (and 16..31 again) each look up one key of the tile.
        const int own_index = first + lane % kNearTileRows;
        const bool own_exists = own_index < box.keys;
        const NearPoint own = box.key(own_exists ? own_index : 0);
        const int own_token = params.video_begin + token_at(params.grid, own);
        const int own_group = key_group[own_token];
        const int own_place = own_exists ? own.t << 22 | own.y << 11 | own.x : -1;

        float true_scores[2][4] = {};
        float merged_scores[2][4] = {};
#pragma unroll
        for (int n = 0; n < 2; ++n) {
            const int token = __shfl_sync(kAllLanes, own_token, 8 * n + g);
            const int group = __shfl_sync(kAllLanes, own_group, 8 * n + g);
            uint4 k[kVectors];
#pragma unroll
            for (int vector = 0; vector < kVectors; ++vector) {
                k[vector] = *reinterpret_cast<const uint4*>(k_head + token * params.k.token_stride +
                                                            near_score_channel(lane, vector));
            }
            score_tile<Element, kVectors>(true_scores[n], q, k);
#pragma unroll
            for (int vector = 0; vector < kVectors; ++vector) {
                k[vector] = *reinterpret_cast<const uint4*>(merged_k + std::int64_t(group) * kHeadDim +
                                                            near_score_channel(lane, vector));
            }
            score_tile<Element, kVectors>(merged_scores[n], merged_q, k);
        }

        // Column 2t + c of product n is key 8 n + 2 t + c of the tile.
        bool counts[2][4];
        float largest[2] = {reference[0], reference[1]};
#pragma unroll
        for (int n = 0; n < 2; ++n) {
#pragma unroll
            for (int c = 0; c < 2; ++c) {
                const int place = __shfl_sync(kAllLanes, own_place, 8 * n + 2 * t + c);
                const NearPoint key{place >> 22, place >> 11 & 0x7ff, place & 0x7ff};
#pragma unroll
                for (int half = 0; half < 2; ++half) {
                    const int i = 2 * half + c;
                    counts[n][i] = place >= 0 && within_reach(query[half], key, params.reach);
                    true_scores[n][i] = fmaf(true_scores[n][i], scale, -log_sum[half]);
                    merged_scores[n][i] = fmaf(merged_scores[n][i], scale, -log_sum[half]);
                    if (counts[n][i]) {
                        largest[half] = fmaxf(largest[half], true_scores[n][i]);
                    }
                }
            }
        }
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            largest[half] = device::quad_max(largest[half]);
            const float rescale = device::exp2_approx(reference[half] - largest[half]);
            reference[half] = largest[half];
            share[half] *= rescale;
#pragma unroll
            for (int h = 0; h < kHalves; ++h) {
#pragma unroll
                for (int j = 0; j < 8; ++j) {
                    output[h][j][2 * half] *= rescale;
                    output[h][j][2 * half + 1] *= rescale;
                }
            }
        }
        float weights[2][4];
        bool any = false;
#pragma unroll
        for (int n = 0; n < 2; ++n) {
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const int half = i >> 1;
                weights[n][i] = counts[n][i] ? device::exp2_approx(true_scores[n][i] - reference[half]) -
                                                   device::exp2_approx(merged_scores[n][i] - reference[half])
                                             : 0.0f;
                share[half] += weights[n][i];
                any = any || weights[n][i] != 0.0f;
            }
        }
        if (!__any_sync(kAllLanes, any)) {
            continue;  // nothing merged here: no correction
        }
        const std::uint32_t a[4] = {device::Pack<Element>::pack(weights[0][0], weights[0][1]),
                                    device::Pack<Element>::pack(weights[0][2], weights[0][3]),
                                    device::Pack<Element>::pack(weights[1][0], weights[1][1]),
                                    device::Pack<Element>::pack(weights[1][2], weights[1][3])};
        int value_token[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            value_token[i] = __shfl_sync(kAllLanes, own_token, 8 * (i >> 1) + 2 * t + (i & 1));
        }
#pragma unroll
        for (int h = 0; h < kHalves; ++h) {
            uint4 v[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                v[i] =
                    *reinterpret_cast<const uint4*>(v_head + value_token[i] * params.v.token_stride + 64 * h + 8 * g);
            }
#pragma unroll
            for (int word = 0; word < 4; ++word) {
                // Channel 2 word of two keys in one register, then channel 2 word + 1.
                device::mma_m16n8k16<Element>(output[h][2 * word], a,
                                              __byte_perm(word_of(v[0], word), word_of(v[1], word), 0x5410),
                                              __byte_perm(word_of(v[2], word), word_of(v[3], word), 0x5410));
                device::mma_m16n8k16<Element>(output[h][2 * word + 1], a,
                                              __byte_perm(word_of(v[0], word), word_of(v[1], word), 0x7632),
                                              __byte_perm(word_of(v[2], word), word_of(v[3], word), 0x7632));
            }
        }
    }

#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const float one = device::exp2_approx(-reference[half]);
        // The true sum is above 0; rounding could eat it up only where everything lay in the neighbourhood.
        const float sum = fmaxf(one + device::quad_sum(share[half]), 1e-6f * fmaxf(one, 1e-30f));
        const float inverse = 1.0f / sum;
        if (!exists[half]) {
            continue;
        }
        auto* out = static_cast<Element*>(params.out.data) + head * params.out.head_stride +
                    query_token[half] * params.out.token_stride;
#pragma unroll
        for (int h = 0; h < kHalves; ++h) {
#pragma unroll
            for (int c = 0; c < 2; ++c) {
                auto* vector = reinterpret_cast<uint4*>(out + near_output_channel(lane, h) + 8 * c);
                float values[device::kVectorElements];
                device::unpack_vector<Element>(*vector, values);
#pragma unroll
                for (int j = 0; j < 8; ++j) {
                    values[j] = fmaf(values[j], one, output[h][j][2 * half + c]) * inverse;
                }
                *vector = device::pack_vector<Element>(values);
            }
        }
    }
}

template <typename Element, int kHeadDim>
cudaError_t launch(const NearArgs& args, cudaStream_t stream) {
    const dim3 blocks((NearTile::count(args.params.grid) + kWarps - 1) / kWarps, args.params.heads);
    near_field_kernel<Element, kHeadDim><<<blocks, kThreads, 0, stream>>>(args);
    return cudaGetLastError();
}

}  // namespace

GpuError launch_near_field(const NearFieldParams& params, GpuStream stream) noexcept {
    if (!supports_near_field(params)) {
        return kGpuInvalidValue;
    }
    const NearArgs args{params, key_capacity(params.tokens)};
    const auto cuda_stream = static_cast<cudaStream_t>(stream);
    const bool bf16 = params.type == ElementType::BFloat16;
    if (params.head_dim == 128) {
        return bf16 ? launch<__nv_bfloat16, 128>(args, cuda_stream) : launch<__half, 128>(args, cuda_stream);
    }
    return bf16 ? launch<__nv_bfloat16, 64>(args, cuda_stream) : launch<__half, 64>(args, cuda_stream);
}

}  // namespace timeripple::kernels
