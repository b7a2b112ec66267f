// Index arithmetic of the attention kernels, enumerated: swizzles, descriptors, fragments, barrier phases, tile order.

#include "kernels/ripple_attention/smem_layout.h"
#include "kernels/ripple_attention/tile_config.h"
#include "kernels/ripple_attention/tile_schedule.h"

#include <QtTest>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

using namespace timeripple::kernels;

namespace {

constexpr int kBankBytes = 128;  // 32 banks of 4 bytes

// The 16-byte chunks that eight lanes read at once must lie in different banks.
bool conflict_free(const std::vector<int>& offsets) {
    std::set<int> chunks;
    for (const int offset : offsets) {
        chunks.insert(offset % kBankBytes / kChunkBytes);
    }
    return chunks.size() == offsets.size();
}

template <int kHeadDim>
void check_row_swizzle() {
    constexpr int kRows = 128;
    constexpr int kChunks = kHeadDim / kChunkElements;
    std::vector<int> used(kRows * kChunks, 0);
    for (int row = 0; row < kRows; ++row) {
        for (int chunk = 0; chunk < kChunks; ++chunk) {
            const int offset = swizzled_row_offset<kHeadDim>(row, chunk);
            QCOMPARE(offset % kChunkBytes, 0);
            ++used.at(offset / kChunkBytes);
        }
    }
    QCOMPARE(used, std::vector<int>(kRows * kChunks, 1));
    for (int row = 0; row < kRows; row += 8) {
        for (int chunk = 0; chunk < kChunks; ++chunk) {
            std::vector<int> offsets;
            for (int r = 0; r < 8; ++r) {
                offsets.push_back(swizzled_row_offset<kHeadDim>(row + r, chunk));
            }
            QVERIFY(conflict_free(offsets));  // one ldmatrix
        }
    }
    // The kernel steps by xor instead of computing the swizzle anew, and adds rows behind it.
    for (const int tile : {0, kRows * kHeadDim * 2}) {
        for (int row = 0; row < 16; ++row) {
            for (int first = 0; first < 2; ++first) {
                for (int step = 0; step + first < kChunks; step += 2) {
                    for (int further = 0; further < kRows - 16; further += 8) {
                        const std::uint32_t base = tile + swizzled_row_offset<kHeadDim>(row, first);
                        QCOMPARE(int(step_address(base, step)) + further * kHeadDim * 2,
                                 tile + swizzled_row_offset<kHeadDim>(row + further, first + step));
                    }
                }
            }
        }
    }
}

// What the tensor core reads: element (row, column) of an operand described by `descriptor`, 128-byte swizzle, in bytes
// from 0. The swizzle is applied to the whole address, after leading and stride offsets.
int k_major_address(std::uint64_t descriptor, int row, int column) {
    const int start = int(descriptor & 0x3fff) << 4;
    const int stride = int(descriptor >> 32 & 0x3fff) << 4;
    return swizzle_128(start + row / 8 * stride + row % 8 * kColumnRowBytes + column * 2);
}
int mn_major_address(std::uint64_t descriptor, int k, int n) {
    const int start = int(descriptor & 0x3fff) << 4;
    const int leading = int(descriptor >> 16 & 0x3fff) << 4;
    const int stride = int(descriptor >> 32 & 0x3fff) << 4;
    return swizzle_128(start + n / 64 * leading + n % 64 * 2 + k / 8 * stride + k % 8 * kColumnRowBytes);
}

// Element (row, column) as TMA or the query gather stored it.
int stored_address(int tile, int rows, int row, int column) {
    return tile + column_tile_offset(rows, row, column / kChunkElements) + column % kChunkElements * 2;
}

}  // namespace

class TestAttentionLayout : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void rowSwizzle() {
        check_row_swizzle<64>();
        check_row_swizzle<128>();
    }

    void columnTilesCoverEveryChunkOnce() {
        for (const int rows : {64, 128}) {
            for (const int head_dim : {64, 128}) {
                const int chunks = head_dim / kChunkElements;
                std::vector<int> used(rows * chunks, 0);
                for (int row = 0; row < rows; ++row) {
                    for (int chunk = 0; chunk < chunks; ++chunk) {
                        ++used.at(column_tile_offset(rows, row, chunk) / kChunkBytes);
                    }
                }
                QCOMPARE(used, std::vector<int>(rows * chunks, 1));
            }
        }
    }

    void descriptorsReadWhatWasStored() {
        for (const int tile : {0, 32768, 65536 + 1024}) {
            for (const int head_dim : {64, 128}) {
                for (const int rows : {64, 128}) {  // Q of a group; K of a tile
                    for (int step = 0; step < head_dim / 16; ++step) {
                        const std::uint64_t descriptor = wgmma_descriptor(tile, 16, kSwizzleAtomBytes) +
                                                         std::uint64_t(k_major_step(rows, step) >> 4);
                        for (int row = 0; row < rows; ++row) {
                            for (int column = 0; column < 16; ++column) {
                                QCOMPARE(k_major_address(descriptor, row, column),
                                         stored_address(tile, rows, row, 16 * step + column));
                            }
                        }
                    }
                }
                const int rows = Sm90Tile<128>::kBlockN;
                for (int step = 0; step < rows / 16; ++step) {  // V: k runs over rows
                    const std::uint64_t descriptor = wgmma_descriptor(tile, column_bytes(rows), kSwizzleAtomBytes) +
                                                     std::uint64_t(mn_major_step(step) >> 4);
                    for (int k = 0; k < 16; ++k) {
                        for (int n = 0; n < head_dim; ++n) {
                            QCOMPARE(mn_major_address(descriptor, k, n), stored_address(tile, rows, 16 * step + k, n));
                        }
                    }
                }
            }
        }
        QCOMPARE(wgmma_descriptor(0, 16, 1024) >> 62, std::uint64_t(1));
    }

    void accumulatorsCoverTheTile() {
        constexpr int kColumns = 128;
        std::vector<int> used(16 * kColumns, 0);
        for (int lane = 0; lane < 32; ++lane) {
            for (int i = 0; i < kColumns / 2; ++i) {
                ++used.at(accumulator_row(lane, i) * kColumns + accumulator_column(lane, i));
            }
        }
        QCOMPARE(used, std::vector<int>(16 * kColumns, 1));
    }

    // Neighbouring accumulators, packed in pairs, are the A fragment of the next product: register r of a lane of an
    // m16k16 fragment holds row lane / 4 + 8 (r & 1), columns 2 (lane % 4) + 8 (r >> 1) and the next.
    void probabilitiesAreFragments() {
        for (int lane = 0; lane < 32; ++lane) {
            for (int step = 0; step < 8; ++step) {
                for (int r = 0; r < 4; ++r) {
                    for (int low = 0; low < 2; ++low) {
                        const int element = 2 * (4 * step + r) + low;
                        QCOMPARE(accumulator_row(lane, element), lane / 4 + 8 * (r & 1));
                        QCOMPARE(accumulator_column(lane, element), 16 * step + 8 * (r >> 1) + 2 * (lane % 4) + low);
                    }
                }
            }
        }
    }

    // A ring of full and empty barriers, stepped at random: no stage is overwritten before it is read, none read before
    // it is written, and neither side ever waits for ever.
    void barrierPhases() {
        std::mt19937 random(3);
        for (const int stages : {1, 2, 3, 4}) {
            struct Phase {
                int completed = 0;
                // A wait for `parity` returns when the phase of that parity is over.
                bool over(std::uint32_t parity) const { return (unsigned(completed) & 1u) != parity; }
            };
            std::vector<Phase> full(stages), empty(stages);
            std::vector<int> content(stages, -1);
            int produced = 0;
            int consumed = 0;
            constexpr int kUses = 500;
            for (int step = 0; consumed < kUses; ++step) {
                QVERIFY(step < 100000);
                if (random() % 2 == 0 && produced < kUses) {
                    const int stage = produced % stages;
                    if (empty[stage].over(empty_parity(produced, stages))) {
                        QVERIFY(produced - consumed < stages);
                        content[stage] = produced++;
                        ++full[stage].completed;
                    }
                } else if (full[consumed % stages].over(full_parity(consumed, stages))) {
                    QVERIFY(consumed < produced);
                    QCOMPARE(content[consumed % stages], consumed);
                    ++empty[consumed % stages].completed;
                    ++consumed;
                }
            }
        }
    }

    void keyTilesComeOnceTheLastFirst() {
        for (int key_tiles = 1; key_tiles < 9; ++key_tiles) {
            std::set<int> seen;
            for (int i = 0; i < key_tiles; ++i) {
                seen.insert(key_tile_at(i, key_tiles));
            }
            QCOMPARE(int(seen.size()), key_tiles);
            QCOMPARE(*seen.begin(), 0);
            QCOMPARE(*seen.rbegin(), key_tile_at(0, key_tiles));
        }
    }

    void tilesCoverEveryRowLongestFirst() {
        std::mt19937 random(4);
        for (int repeat = 0; repeat < 1000; ++repeat) {
            const int heads = 1 + int(random() % kMaxHeads);
            const int tokens = 1 + int(random() % 5000);
            const int block_rows = random() % 2 == 0 ? 64 : 128;
            const bool dense = random() % 4 == 0;
            std::vector<int> rows(heads), keys(heads);
            for (int head = 0; head < heads; ++head) {
                rows[head] = dense ? tokens : 1 + int(random() % tokens);
                keys[head] = dense ? tokens : 1 + int(random() % std::min(tokens, 7));  // ties are common
            }
            HeadOrder order;
            build_head_order(order, dense ? nullptr : rows.data(), dense ? nullptr : keys.data(), heads, tokens,
                             block_rows, 0, 1, [] {});
            std::vector<int> expected(heads);
            std::iota(expected.begin(), expected.end(), 0);
            std::stable_sort(expected.begin(), expected.end(), [&](int a, int b) { return keys[a] > keys[b]; });
            QVERIFY(std::equal(expected.begin(), expected.end(), order.head));
            int tile = 0;
            for (const int head : expected) {
                for (int block = 0; block * block_rows < rows[head]; ++block, ++tile) {
                    const TilePlace place = place_of_tile(order, heads, tile);
                    QCOMPARE(place.head, head);
                    QCOMPARE(place.row_block, block);
                }
            }
            QCOMPARE(order.tiles(heads), tile);
        }
    }
};

QTEST_APPLESS_MAIN(TestAttentionLayout)
#include "tst_attention_layout.moc"
