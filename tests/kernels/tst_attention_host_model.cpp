// The attention kernels' tile loop as a host model against fp64 attention over the snapped rows, with FA3's rule: error
// at most twice that of a plain bf16 implementation, plus a little.

#include "kernels/api/reuse_reference.h"
#include "kernels/ripple_attention/tile_config.h"
#include "tests/support/attention_host_model.h"

#include <QtTest>

#include <numeric>
#include <random>

using namespace timeripple::kernels;
using namespace timeripple::test;

namespace {

// Groups of `most` tokens at most, at random over the whole head: more ragged than a grid can give.
void random_groups(int tokens, int most, std::mt19937& random, std::vector<int>& members, std::vector<int>& starts) {
    std::vector<int> order(tokens);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    members.clear();
    starts = {0};
    while (int(members.size()) < tokens) {
        const int count = std::min(tokens - int(members.size()), 1 + int(random() % unsigned(most)));
        std::vector<int> group(order.begin() + int(members.size()), order.begin() + int(members.size()) + count);
        std::sort(group.begin(), group.end());
        members.insert(members.end(), group.begin(), group.end());
        starts.push_back(int(members.size()));
    }
}

ModelHead random_head(int tokens, int dim, int most, float q_scale, bool mean, std::mt19937& random) {
    std::normal_distribution<float> normal;
    ModelHead head;
    head.dim = dim;
    head.tokens = tokens;
    head.mean = mean;
    for (auto* x : {&head.q, &head.k, &head.v}) {
        for (int i = 0; i < tokens * dim; ++i) {
            x->push_back(bf16((x == &head.q ? q_scale : 1.0f) * normal(random)));
        }
    }
    random_groups(tokens, most, random, head.query_members, head.query_starts);
    random_groups(tokens, most, random, head.key_members, head.key_starts);
    return head;
}

reference::Matrix matrix(const ModelHead& head, const std::vector<float>& x) {
    reference::Matrix out(head.tokens, head.dim);
    std::copy(x.begin(), x.end(), out.values.begin());
    return out;
}

// Every member carries the group's reference.
std::vector<float> snapped(const ModelHead& head, const std::vector<float>& x, const std::vector<int>& members,
                           const std::vector<int>& starts) {
    std::vector<float> out = x;
    for (std::size_t group = 0; group + 1 < starts.size(); ++group) {
        const int count = starts[group + 1] - starts[group];
        for (int i = starts[group]; i < starts[group + 1]; ++i) {
            for (int d = 0; d < head.dim; ++d) {
                out[std::size_t(members[i]) * head.dim + d] =
                    group_value(x, head.dim, members.data() + starts[group], count, head.mean, d);
            }
        }
    }
    return out;
}

struct Errors {
    double largest = 0;
    double mean = 0;
};
Errors errors(const std::vector<float>& got, const reference::Matrix& exact) {
    Errors out;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double error = std::fabs(got[i] - exact.values[i]);
        out.largest = error > out.largest || std::isnan(error) ? error : out.largest;
        out.mean += error / double(got.size());
    }
    return out;
}

// A plain implementation at the kernel's precision: one pass over all keys, no tiles.
std::vector<float> plain(const ModelHead& head, const ModelKeys& keys, int keys_valid) {
    return run_tiles(head, keys, keys_valid, head.tokens, keys_valid, false, false).out;
}

void check(const ModelHead& head, const ModelResult& got, const std::vector<float>& plain_out,
           const reference::Matrix& exact) {
    QCOMPARE(got.written, std::vector<int>(head.tokens, 1));
    const Errors own = errors(got.out, exact);
    const Errors ordinary = errors(plain_out, exact);
    QVERIFY2(own.largest <= 2 * ordinary.largest + 1e-4,
             qPrintable(QString("%1 %2").arg(own.largest).arg(ordinary.largest)));
    QVERIFY2(own.mean <= 2 * ordinary.mean + 1e-5, qPrintable(QString("%1 %2").arg(own.mean).arg(ordinary.mean)));
}

}  // namespace

class TestAttentionHostModel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void compacted_data() {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("dim");
        QTest::addColumn<int>("most");
        QTest::addColumn<double>("q_scale");
        for (const int tokens : {1, 2, 63, 64, 65, 129, 300}) {
            for (const int most : {1, 3, 8}) {
                for (const double q_scale : {1.0, 30.0}) {
                    for (const int dim : {64, 128}) {
                        QTest::addRow("%d tokens d%d groups of %d q*%g", tokens, dim, most, q_scale)
                            << tokens << dim << most << q_scale;
                    }
                }
            }
        }
    }
    void compacted() {
        QFETCH(int, tokens);
        QFETCH(int, dim);
        QFETCH(int, most);
        QFETCH(double, q_scale);
        std::mt19937 random(unsigned(tokens * 31 + dim * 7 + most));
        const ModelHead head = random_head(tokens, dim, most, float(q_scale), tokens % 2 == 0, random);
        const ModelKeys keys = compact_keys(head);
        const auto exact = reference::attention(
            matrix(head, snapped(head, head.q, head.query_members, head.query_starts)),
            matrix(head, snapped(head, head.k, head.key_members, head.key_starts)), matrix(head, head.v));
        const auto ordinary = plain(head, keys, head.key_groups());
        for (const int block_n : {Sm80Tile::kBlockN, Sm80Tile::kBlockNSmall, Sm90Tile<128>::kBlockN}) {
            QVERIFY(block_n <= kKeyTailRows);
            const bool last_first = block_n == Sm90Tile<128>::kBlockN;
            check(head, run_tiles(head, keys, head.key_groups(), Sm80Tile::kBlockM, block_n, false, last_first),
                  ordinary, exact);
        }
    }

    void denseTails() {
        std::mt19937 random(11);
        for (const int tokens : {1, 31, 32, 33, 127, 128, 129, 200}) {
            ModelHead head = random_head(tokens, 64, 1, 1.0f, true, random);
            // Scores far below 0: a zero key that was let in would be the largest.
            for (int i = 0; i < tokens * 64; ++i) {
                head.q[i] = std::fabs(head.q[i]);
                head.k[i] = -4.0f * std::fabs(head.k[i]);
            }
            const auto exact = reference::attention(matrix(head, head.q), matrix(head, head.k), matrix(head, head.v));
            const ModelKeys repeated = plain_keys(head, PlainTail::RepeatLast);
            const ModelKeys zeros = plain_keys(head, PlainTail::MaskZeros);
            const auto ordinary = plain(head, repeated, tokens);
            check(head, run_tiles(head, repeated, tokens, Sm80Tile::kBlockM, Sm80Tile::kBlockNSmall, false, false),
                  ordinary, exact);
            check(head, run_tiles(head, zeros, tokens, Sm90Tile<64>::kBlockM, Sm90Tile<64>::kBlockN, true, true),
                  ordinary, exact);
        }
    }

    // The log-sum-exp counts every token of a merged key.
    void lseCountsTokens() {
        std::mt19937 random(12);
        const ModelHead head = random_head(150, 64, 8, 1.0f, true, random);
        const auto got = run_tiles(head, compact_keys(head), head.key_groups(), 128, 128, false, true);
        const auto q = snapped(head, head.q, head.query_members, head.query_starts);
        const auto k = snapped(head, head.k, head.key_members, head.key_starts);
        for (int row = 0; row < head.tokens; ++row) {
            double sum = 0;
            for (int column = 0; column < head.tokens; ++column) {
                double score = 0;
                for (int d = 0; d < head.dim; ++d) {
                    score += double(q[row * head.dim + d]) * k[column * head.dim + d];
                }
                sum += std::exp(score / std::sqrt(double(head.dim)));
            }
            QVERIFY(std::fabs(got.lse[row] - std::log(sum)) < 1e-4);
        }
    }
};

QTEST_APPLESS_MAIN(TestAttentionHostModel)
#include "tst_attention_host_model.moc"
