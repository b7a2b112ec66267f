// Host-checkable parts of the kernels around the main path: fp8 of the residual, tiles and lane order of the near
// field, bins of the Delta histogram, divisions and edge ownership of detection.

#include "engine/api/delta_code.h"
#include "kernels/api/near_field_cpu.h"
#include "kernels/near_field/near_region.h"
#include "kernels/residual/fp8_e4m3.h"
#include "kernels/reuse_mask/cell_decision.h"
#include "kernels/reuse_statistics/delta_bins.h"
#include "kernels/token_deltas/smallest_delta.h"

#include <QtTest>

#include <array>
#include <bit>
#include <cmath>
#include <random>
#include <set>

using namespace timeripple::kernels;

namespace {

template <int kLanes>
void check_edge_ownership() {
    std::set<int> owned;
    for (int lane = 0; lane < kLanes; ++lane) {
        for (int slot = 0; slot < (kLanes == 16 ? 1 : 2); ++slot) {
            const int edge = owned_edge<kLanes>(lane, slot);
            if (edge >= 0) {
                QVERIFY(owned.insert(edge).second);
                QCOMPARE(edge_lane<kLanes>(edge), lane);
                QCOMPARE(edge_slot<kLanes>(edge), slot);
            }
        }
    }
    QCOMPARE(int(owned.size()), kCellEdges);
}

}  // namespace

class TestGpuForms : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void fp8DecodesItsDefinition() {
        QCOMPARE(decode_e4m3(0x00), 0.0f);
        QCOMPARE(decode_e4m3(0x01), 0.001953125f);  // 2^-9
        QCOMPARE(decode_e4m3(0x08), 0.015625f);     // 2^-6
        QCOMPARE(decode_e4m3(0x38), 1.0f);
        QCOMPARE(decode_e4m3(0x7e), 448.0f);
        QCOMPARE(decode_e4m3(0xb8), -1.0f);
        QVERIFY(std::isnan(decode_e4m3(0x7f)));
        for (int byte = 1; byte < 0x7f; ++byte) {
            QVERIFY(decode_e4m3(std::uint8_t(byte)) > decode_e4m3(std::uint8_t(byte - 1)));
        }
    }

    void fp8TakesTheNearest() {
        for (int byte = 0; byte < 256; ++byte) {
            if ((byte & 0x7f) != 0x7f) {
                QCOMPARE(int(encode_e4m3(decode_e4m3(std::uint8_t(byte)))), byte);
            }
        }
        for (int byte = 0; byte < 0x7e; ++byte) {
            const float low = decode_e4m3(std::uint8_t(byte));
            const float high = decode_e4m3(std::uint8_t(byte + 1));
            const float middle = (low + high) / 2;  // exact
            QCOMPARE(int(encode_e4m3(middle)), byte % 2 == 0 ? byte : byte + 1);
            QCOMPARE(int(encode_e4m3(std::nextafter(middle, 0.0f))), byte);
            QCOMPARE(int(encode_e4m3(std::nextafter(middle, 1e9f))), byte + 1);
        }
        QCOMPARE(int(encode_e4m3(1e9f)), 0x7e);
        QCOMPARE(int(encode_e4m3(-INFINITY)), 0xfe);
        QCOMPARE(int(encode_e4m3(-0.0f)), 0x80);
        QCOMPARE(int(encode_e4m3(NAN)), 0x7f);
    }

    void rowScaleUsesTheWholeRange() {
        for (const float largest : {1e-20f, 0.3f, 448.0f, 1e30f}) {
            const float scale = residual_row_scale(largest);
            QCOMPARE(int(encode_e4m3(largest * residual_row_inverse(scale))), 0x7e);
            QVERIFY(std::fabs(decode_e4m3(0x7e) * scale - largest) <= 1e-6f * largest);
        }
        QCOMPARE(residual_row_inverse(residual_row_scale(0.0f)), 0.0f);
        QCOMPARE(residual_row_inverse(residual_row_scale(1e-40f)), 0.0f);
    }

    void divisionByMultiplication() {
        for (int divisor = 1; divisor < 700; ++divisor) {
            const Divisor fast(divisor);
            for (int n = 0; n < 3000; ++n) {
                QCOMPARE(fast.divide(n), n / divisor);
            }
            const int largest = int((1ll << 31) / divisor) - 1;
            for (int n = largest; n > largest - 2 * divisor && n >= 0; --n) {
                QCOMPARE(fast.divide(n), n / divisor);
            }
        }
    }

    void everyEdgeHasOneLane() {
        check_edge_ownership<8>();
        check_edge_ownership<16>();
        for (int edge = 0; edge < kCellEdges; ++edge) {
            const int odd = edge_odd_token(edge);
            QVERIFY(odd >= 0 && odd < kCellTokens);
            QCOMPARE(edge_index(edge / 4, odd), edge);
        }
    }

    void deltaBins() {
        float edges[kDeltaBins] = {};
        for (int bin = 1; bin < kDeltaBins; ++bin) {
            edges[bin] = 0.01f * std::exp2(0.1f * float(bin));
        }
        for (int bin = 0; bin < kDeltaBins; ++bin) {
            QCOMPARE(delta_bin(edges[bin], edges), bin);
            QCOMPARE(delta_bin(std::nextafter(edges[bin], -1.0f), edges), bin - 1);
        }
        QCOMPARE(delta_bin(1e30f, edges), kDeltaBins - 1);
        QCOMPARE(delta_bin(INFINITY, edges), kDeltaBins - 1);
        QCOMPARE(delta_bin(NAN, edges), -1);
    }

    // The engine's code of a Delta, which maps and their readers know.
    void deltaBytesAreTheEnginesCodes() {
        QCOMPARE(int(kNoDeltaByte), int(timeripple::engine::kNoDelta));
        for (std::int64_t bits = 0; bits <= 0x7f800000; bits += bits < 0x3c000000 || bits > 0x44000000 ? 4099 : 61) {
            const auto own = std::int32_t(bits);
            QCOMPARE(delta_byte(own), timeripple::engine::delta_code(std::bit_cast<float>(own)));
        }
        QCOMPARE(int(delta_byte(0x7f800000)), kNoDeltaByte - 1);  // infinity
    }

    // Every token is in one tile; a tile's box holds exactly the keys within reach of one of its queries or between
    // them; pairs within reach are those the CPU path counts.
    void nearTilesCoverTheGrid() {
        std::mt19937 random(3);
        for (int repeat = 0; repeat < 300; ++repeat) {
            const auto up_to = [&](int most) { return int(random() % unsigned(most)); };
            const TokenGrid grid{1 + up_to(6), 1 + up_to(7), 1 + up_to(9)};
            const std::array<int, kAxes> reach{up_to(3), up_to(4), up_to(5)};
            std::vector<int> seen(grid.tokens(), 0);
            long long pairs = 0;
            for (int index = 0; index < NearTile::count(grid); ++index) {
                const NearTile tile(grid, index);
                const NearBox box(grid, tile, reach.data());
                for (int r = 0; r < kNearTileRows; ++r) {
                    const NearPoint query = tile.row(r);
                    if (!inside(grid, query)) {
                        continue;
                    }
                    ++seen.at(token_at(grid, query));
                    std::set<int> keys;
                    for (int i = 0; i < box.keys; ++i) {
                        const NearPoint key = box.key(i);
                        QVERIFY(inside(grid, key) && key.t >= 0 && key.y >= 0 && key.x >= 0);
                        if (within_reach(query, key, reach.data())) {
                            QVERIFY(keys.insert(token_at(grid, key)).second);
                        }
                    }
                    pairs += static_cast<long long>(keys.size());
                    for (int token = 0; token < grid.tokens(); ++token) {
                        const NearPoint key{grid.position(token, 0), grid.position(token, 1), grid.position(token, 2)};
                        QCOMPARE(keys.count(token) == 1, within_reach(query, key, reach.data()));
                    }
                }
            }
            QCOMPARE(seen, std::vector<int>(grid.tokens(), 1));
            QCOMPARE(pairs, near_pairs(grid, reach));
        }
    }

    // Lanes of a row take every channel once, both where scores read and where the output is written.
    void nearLanesTakeEveryChannelOnce() {
        for (const int dim : {64, 128}) {
            std::vector<int> read(dim, 0), written(dim, 0);
            for (int t = 0; t < 4; ++t) {
                for (int vector = 0; vector < dim / 32; ++vector) {
                    for (int i = 0; i < 8; ++i) {
                        ++read.at(near_score_channel(t, vector) + i);
                    }
                }
                for (int half = 0; half < dim / 64; ++half) {
                    for (int c = 0; c < 2; ++c) {
                        for (int j = 0; j < 8; ++j) {
                            // Column 2 t + c of step j, as V's operand orders the channels.
                            const int channel = near_output_channel(t, half) + 8 * c + j;
                            QCOMPARE(channel, 64 * half + 8 * (2 * t + c) + j);
                            ++written.at(channel);
                        }
                    }
                }
            }
            QCOMPARE(read, std::vector<int>(dim, 1));
            QCOMPARE(written, std::vector<int>(dim, 1));
        }
    }
};

QTEST_APPLESS_MAIN(TestGpuForms)
#include "tst_gpu_forms.moc"
