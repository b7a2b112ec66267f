#pragma once
// The attention kernels' tile loop on the host: the same tiles, tails, count-weighted online softmax and bf16 rounding
// points, without threads. What it proves is the arithmetic; tests/gpu proves the kernels.

#include "kernels/api/compact_kv.h"
#include "kernels/ripple_attention/tile_schedule.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace timeripple::test {

// To the nearest bf16, ties to even; finite values.
inline float bf16(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, 4);
    bits += 0x7fffu + (bits >> 16 & 1u);
    bits &= 0xffff0000u;
    std::memcpy(&value, &bits, 4);
    return value;
}

// One head, rows already bf16. Row-major [rows, dim].
struct ModelHead {
    int dim = 0;
    int tokens = 0;
    std::vector<float> q, k, v;                    // [tokens, dim]
    std::vector<int> query_members, query_starts;  // groups of queries and keys; starts has one more than the groups
    std::vector<int> key_members, key_starts;
    bool mean = true;

    int query_groups() const { return int(query_starts.size()) - 1; }
    int key_groups() const { return int(key_starts.size()) - 1; }
};

// Reference of a group: fp32 mean, rounded once; a row that stands alone as it is.
inline float group_value(const std::vector<float>& x, int dim, const int* members, int count, bool mean, int d) {
    float sum = x[std::size_t(members[0]) * dim + d];
    if (count == 1 || !mean) {
        return sum;
    }
    for (int i = 1; i < count; ++i) {
        sum += x[std::size_t(members[i]) * dim + d];
    }
    return bf16(sum * (1.0f / float(count)));
}

// K2 on the host: rows behind the last group repeat it with count 0 and value 0.
struct ModelKeys {
    std::vector<float> k, v, counts;
    int rows = 0;
};

inline ModelKeys compact_keys(const ModelHead& head) {
    const int groups = head.key_groups();
    ModelKeys out;
    out.rows = groups + kernels::kKeyTailRows;
    for (int row = 0; row < out.rows; ++row) {
        const int group = row < groups ? row : groups - 1;
        const int* members = head.key_members.data() + head.key_starts[group];
        const int count = head.key_starts[group + 1] - head.key_starts[group];
        for (int d = 0; d < head.dim; ++d) {
            out.k.push_back(group_value(head.k, head.dim, members, count, head.mean, d));
            float sum = head.v[std::size_t(members[0]) * head.dim + d];
            for (int i = 1; i < count; ++i) {
                sum += head.v[std::size_t(members[i]) * head.dim + d];
            }
            out.v.push_back(row < groups ? bf16(sum) : 0.0f);
        }
        out.counts.push_back(row < groups ? float(count) : 0.0f);
    }
    return out;
}

// What stands behind plain keys in the last tile: the mma.sync kernel repeats the last key with count 0, the wgmma
// kernel gets zero rows from TMA and masks their scores.
enum class PlainTail { RepeatLast, MaskZeros };

inline ModelKeys plain_keys(const ModelHead& head, PlainTail tail) {
    ModelKeys out;
    out.rows = head.tokens + kernels::kKeyTailRows;
    for (int row = 0; row < out.rows; ++row) {
        const bool real = row < head.tokens;
        for (int d = 0; d < head.dim; ++d) {
            const int source = real ? row : head.tokens - 1;
            const float key = head.k[std::size_t(source) * head.dim + d];
            out.k.push_back(real || tail == PlainTail::RepeatLast ? key : 0.0f);
            out.v.push_back(real ? head.v[std::size_t(row) * head.dim + d] : 0.0f);
        }
        out.counts.push_back(real ? 1.0f : 0.0f);
    }
    return out;
}

struct ModelResult {
    std::vector<float> out;  // [tokens, dim]
    std::vector<float> lse;  // [tokens]
    std::vector<int> written;
};

// `keys_valid`: number of real keys; from there on `mask` makes scores -infinity.
inline ModelResult run_tiles(const ModelHead& head, const ModelKeys& keys, int keys_valid, int block_m, int block_n,
                             bool mask, bool last_first) {
    const int dim = head.dim;
    const float scale = float(1.0 / std::sqrt(double(dim))) * 1.44269504088896341f;
    ModelResult result{std::vector<float>(head.q.size(), NAN), std::vector<float>(head.tokens, NAN),
                       std::vector<int>(head.tokens, 0)};
    const int rows = head.query_groups();
    for (int block = 0; block < kernels::ceil_div(rows, block_m); ++block) {
        for (int row = block * block_m; row < std::min(rows, (block + 1) * block_m); ++row) {
            const int* members = head.query_members.data() + head.query_starts[row];
            const int count = head.query_starts[row + 1] - head.query_starts[row];
            std::vector<float> q(dim), output(dim, 0.0f), scores(block_n);
            for (int d = 0; d < dim; ++d) {
                q[d] = group_value(head.q, dim, members, count, head.mean, d);
            }
            float row_max = -INFINITY;  // times scale
            float row_sum = 0.0f;
            const int key_tiles = kernels::ceil_div(keys_valid, block_n);
            for (int i = 0; i < key_tiles; ++i) {
                const int first = (last_first ? kernels::key_tile_at(i, key_tiles) : i) * block_n;
                float largest = -INFINITY;
                for (int n = 0; n < block_n; ++n) {
                    float sum = 0.0f;
                    for (int d = 0; d < dim; ++d) {
                        sum += q[d] * keys.k[std::size_t(first + n) * dim + d];
                    }
                    scores[n] = mask && first + n >= keys_valid ? -INFINITY : sum;
                    largest = std::max(largest, scores[n]);
                }
                const float before = row_max;
                row_max = std::max(row_max, largest * scale);
                const float rescale = std::exp2(before - row_max);
                row_sum *= rescale;
                for (float& value : output) {
                    value *= rescale;
                }
                for (int n = 0; n < block_n; ++n) {
                    const float p = std::exp2(std::fma(scores[n], scale, -row_max));
                    row_sum = std::fma(p, mask ? 1.0f : keys.counts[first + n], row_sum);
                    for (int d = 0; d < dim; ++d) {
                        output[d] += bf16(p) * keys.v[std::size_t(first + n) * dim + d];
                    }
                }
            }
            for (int i = 0; i < count; ++i) {
                ++result.written[members[i]];
                result.lse[members[i]] = (row_max + std::log2(row_sum)) * 0.69314718055994531f;
                for (int d = 0; d < dim; ++d) {
                    result.out[std::size_t(members[i]) * dim + d] = bf16(output[d] * (1.0f / row_sum));
                }
            }
        }
    }
    return result;
}

}  // namespace timeripple::test
