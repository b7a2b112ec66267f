#pragma once
// Where a tile's elements lie in shared memory, and how wgmma and TMA are told so. Plain arithmetic for host and
// device; tests/kernels/tst_attention_layout.cpp enumerates it.

#include "kernels/api/token_grid.h"

#include <cstdint>

namespace timeripple::kernels {

inline constexpr int kChunkElements = 8;  // a 16-byte chunk of 2-byte elements
inline constexpr int kChunkBytes = 16;

// mma.sync tiles: row-major [rows, head_dim], the chunks of a row permuted by the row so that the eight rows which one
// ldmatrix reads lie in different banks. Byte offset of a chunk.
template <int kHeadDim>
TR_HOST_DEVICE constexpr int swizzled_row_offset(int row, int chunk) {
    return row * kHeadDim * 2 + (chunk ^ (row & 7)) * kChunkBytes;
}

// Address of the chunk `chunks` (even) further in the same row, from an address that swizzled_row_offset gave for chunk
// 0 or 1 of a tile that starts on a multiple of its row's size.
TR_HOST_DEVICE constexpr std::uint32_t step_address(std::uint32_t address, int chunks) {
    return address ^ std::uint32_t(chunks * kChunkBytes);
}

// wgmma tiles: columns of 64 elements (128 bytes), each [rows, 64] of its own with TMA's 128-byte swizzle: address
// bits 4..6 are xor-ed with bits 7..9. The tile starts on 1024 bytes.
inline constexpr int kColumnElements = 64;
inline constexpr int kColumnRowBytes = 128;
inline constexpr int kSwizzleAtomBytes = 1024;  // eight rows

TR_HOST_DEVICE constexpr int column_bytes(int rows) {
    return rows * kColumnRowBytes;
}
TR_HOST_DEVICE constexpr int swizzle_128(int byte_offset) {
    return byte_offset ^ ((byte_offset >> 3) & 0x70);
}
// Byte offset of the chunk (row, chunk) in a tile of `rows` rows; chunk counts along head_dim.
TR_HOST_DEVICE constexpr int column_tile_offset(int rows, int row, int chunk) {
    return chunk / 8 * column_bytes(rows) + swizzle_128(row * kColumnRowBytes + chunk % 8 * kChunkBytes);
}

// Shared-memory matrix descriptor of wgmma, 128-byte swizzle; all in bytes. K-major operands (Q, K) ignore the leading
// offset; for the MN-major operand V it is the distance of the 64-element columns, the stride offset that of eight
// rows.
TR_HOST_DEVICE constexpr std::uint64_t wgmma_descriptor(std::uint32_t address, int leading_bytes, int stride_bytes) {
    constexpr std::uint64_t kSwizzle128 = 1;
    return std::uint64_t((address & 0x3ffffu) >> 4) | std::uint64_t((leading_bytes & 0x3ffff) >> 4) << 16 |
           std::uint64_t((stride_bytes & 0x3ffff) >> 4) << 32 | kSwizzle128 << 62;
}
// Steps of the start address. K-major: 16 elements of head_dim further; MN-major: 16 rows further.
TR_HOST_DEVICE constexpr int k_major_step(int rows, int step) {
    return step / 4 * column_bytes(rows) + step % 4 * 32;
}
TR_HOST_DEVICE constexpr int mn_major_step(int step) {
    return step * 16 * kColumnRowBytes;
}

// Accumulators of mma m16n8 and of wgmma m64nN (per warp 16 rows): where element i of a lane lies.
TR_HOST_DEVICE constexpr int accumulator_row(int lane, int element) {
    return lane / 4 + (element >> 1 & 1) * 8;
}
TR_HOST_DEVICE constexpr int accumulator_column(int lane, int element) {
    return element / 4 * 8 + lane % 4 * 2 + (element & 1);
}

// Parity that a waiter expects of a barrier in its n-th use (n = 0, 1, ...) of a ring of `stages`: full barriers flip
// first when filled, empty ones count as free before their first use.
TR_HOST_DEVICE constexpr std::uint32_t full_parity(int n, int stages) {
    return std::uint32_t(n / stages) & 1u;
}
TR_HOST_DEVICE constexpr std::uint32_t empty_parity(int n, int stages) {
    return (std::uint32_t(n / stages) & 1u) ^ 1u;
}

}  // namespace timeripple::kernels
