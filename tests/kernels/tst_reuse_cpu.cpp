// The CPU kernels of attention reuse against the fp64 reference, which shares no code with them.

#include "kernels/api/reuse_cpu.h"
#include "kernels/api/reuse_reference.h"
#include "tests/support/smooth_tokens.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

using namespace timeripple::kernels;
namespace ref = timeripple::kernels::reference;

namespace {

struct Head {
    TokenGrid grid;
    int channels = 0;
    ref::Matrix q, k, v;
};

Head make_head(TokenGrid grid, int channels, unsigned seed, double roughness = 0.4) {
    Head head{grid, channels, {grid.tokens(), channels}, {grid.tokens(), channels}, {grid.tokens(), channels}};
    head.q.values = timeripple::testing::smooth_tokens(grid, channels, roughness, seed);
    head.k.values = timeripple::testing::smooth_tokens(grid, channels, roughness, seed + 1);
    head.v.values = timeripple::testing::smooth_tokens(grid, channels, roughness, seed + 2);
    return head;
}

template <typename T>
struct Typed {
    std::vector<T> q, k, v;
    Rows<const T> q_rows, k_rows, v_rows;
    TokenGrid grid;
    int channels = 0;
};

template <typename T>
SideInput<T> side(Rows<const T> rows, int channels, TokenGrid grid, const LinkRule& rule) {
    SideInput<T> result;
    result.rows = rows;
    result.channels = channels;
    result.grid = grid;
    result.rule = rule;
    return result;
}

// Groups of queries and keys under one rule.
template <typename T>
void find_both(const Typed<T>& t, const LinkRule& rule, TokenGroups& q, TokenGroups& k) {
    find_groups(side(t.q_rows, t.channels, t.grid, rule), q);
    find_groups(side(t.k_rows, t.channels, t.grid, rule), k);
}

template <typename T>
T from_double(double value) {
    return static_cast<T>(value);
}
template <>
Bf16 from_double<Bf16>(double value) {  // truncation: any bf16 number will do as input
    const float f = static_cast<float>(value);
    std::uint32_t bits;
    std::memcpy(&bits, &f, 4);
    return {static_cast<std::uint16_t>(bits >> 16)};
}
double to_double(double value) {
    return value;
}
double to_double(float value) {
    return value;
}
double to_double(Bf16 value) {
    const std::uint32_t bits = std::uint32_t(value.bits) << 16;
    float f;
    std::memcpy(&f, &bits, 4);
    return f;
}

// The head in another element type; the reference then continues from the rounded values.
template <typename T>
Typed<T> typed(Head& head) {
    Typed<T> result;
    const auto convert = [](ref::Matrix& from, std::vector<T>& to) {
        for (double& value : from.values) {
            to.push_back(from_double<T>(value));
            value = to_double(to.back());
        }
    };
    convert(head.q, result.q);
    convert(head.k, result.k);
    convert(head.v, result.v);
    result.q_rows = {result.q.data(), head.channels};
    result.k_rows = {result.k.data(), head.channels};
    result.v_rows = {result.v.data(), head.channels};
    result.channels = head.channels;
    result.grid = head.grid;
    return result;
}

LinkRule rule_of(const ref::Definition& d) {
    LinkRule rule;
    for (int axis = 0; axis < kAxes; ++axis) {
        rule.squared_theta[axis] = static_cast<float>(d.theta[axis] * d.theta[axis]);
    }
    rule.exempt_frames = d.exempt_frames;
    return rule;
}

std::vector<int> roots_of(const TokenGroups& groups) {
    std::vector<int> result;
    for (const std::int32_t g : groups.group) {
        result.push_back(groups.members[groups.offsets[g]]);
    }
    return result;
}

// Attention over compacted rows with log(count) on the scores, in plain fp64 loops.
ref::Matrix compacted_attention(const ref::Matrix& q, const ref::Matrix& k, const ref::Matrix& v,
                                const std::vector<double>& bias) {
    ref::Matrix out(q.rows, v.channels);
    const double scale = 1.0 / std::sqrt(double(q.channels));
    for (int i = 0; i < q.rows; ++i) {
        std::vector<double> score(k.rows);
        double largest = -std::numeric_limits<double>::infinity();
        for (int j = 0; j < k.rows; ++j) {
            double dot = 0.0;
            for (int c = 0; c < q.channels; ++c) {
                dot += q.at(i, c) * k.at(j, c);
            }
            score[j] = dot * scale + bias[j];
            largest = std::max(largest, score[j]);
        }
        double sum = 0.0;
        for (int j = 0; j < k.rows; ++j) {
            const double e = std::exp(score[j] - largest);
            sum += e;
            for (int c = 0; c < v.channels; ++c) {
                out.at(i, c) += e * v.at(j, c);
            }
        }
        for (int c = 0; c < v.channels; ++c) {
            out.at(i, c) /= sum;
        }
    }
    return out;
}

double largest_difference(const ref::Matrix& a, const ref::Matrix& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
    }
    return largest;
}

const double kHuge = 1e15;

}  // namespace

class TestReuseCpu : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void groups_are_the_definitions_data() {
        QTest::addColumn<QVector<int>>("grid");
        QTest::addColumn<int>("channels");
        QTest::addColumn<QVector<double>>("theta");
        QTest::addColumn<int>("exempt");
        QTest::addColumn<double>("value_weight");
        const QVector<double> all{0.25, 0.25, 0.25};
        QTest::newRow("even") << QVector<int>{4, 6, 8} << 64 << all << 0 << 0.0;
        QTest::newRow("odd sizes") << QVector<int>{5, 7, 9} << 44 << all << 0 << 0.0;
        QTest::newRow("single frame") << QVector<int>{1, 6, 7} << 32 << all << 0 << 0.0;
        QTest::newRow("single row") << QVector<int>{3, 1, 8} << 20 << all << 0 << 0.0;
        QTest::newRow("single token") << QVector<int>{1, 1, 1} << 16 << all << 0 << 0.0;
        QTest::newRow("few channels") << QVector<int>{4, 5, 6} << 5 << all << 0 << 0.0;
        QTest::newRow("time only") << QVector<int>{4, 6, 8} << 128 << QVector<double>{0.3, 0.0, 0.0} << 0 << 0.0;
        QTest::newRow("y and x, apart") << QVector<int>{4, 6, 8} << 64 << QVector<double>{0.0, 0.2, 0.4} << 0 << 0.0;
        QTest::newRow("theta 0") << QVector<int>{4, 6, 8} << 64 << QVector<double>{0, 0, 0} << 0 << 0.0;
        QTest::newRow("theta huge") << QVector<int>{5, 7, 9} << 64 << QVector<double>{kHuge, kHuge, kHuge} << 0 << 0.0;
        QTest::newRow("first frame exempt")
            << QVector<int>{5, 6, 8} << 64 << QVector<double>{kHuge, 0.2, 0.2} << 1 << 0.0;
        QTest::newRow("all frames exempt")
            << QVector<int>{1, 6, 8} << 64 << QVector<double>{kHuge, kHuge, kHuge} << 1 << 0.0;
        QTest::newRow("value aware") << QVector<int>{5, 6, 8} << 64 << all << 0 << 0.5;
    }
    void groups_are_the_definitions() {
        QFETCH(QVector<int>, grid);
        QFETCH(int, channels);
        QFETCH(QVector<double>, theta);
        QFETCH(int, exempt);
        QFETCH(double, value_weight);
        const TokenGrid token_grid{grid[0], grid[1], grid[2]};
        const ref::Definition definition{token_grid, {theta[0], theta[1], theta[2]}, exempt};
        for (unsigned seed = 0; seed < 4; ++seed) {
            Head head = make_head(token_grid, channels, 10 * seed);
            check_groups<double>(head, definition, value_weight);
            check_groups<float>(head, definition, value_weight);
            check_groups<Bf16>(head, definition, value_weight);
        }
    }

    void huge_threshold_merges_every_cell() {
        const TokenGrid grid{5, 7, 9};
        Head head = make_head(grid, 24, 3);
        const auto t = typed<float>(head);
        TokenGroups q, k;
        find_both(t, rule_of({grid, {kHuge, kHuge, kHuge}, 0}), q, k);
        QCOMPARE(q.size(), 3 * 4 * 5);
        for (int token = 0; token < grid.tokens(); ++token) {
            const int tt = grid.position(token, 0) / 2 * 2;
            const int yy = grid.position(token, 1) / 2 * 2;
            const int xx = grid.position(token, 2) / 2 * 2;
            QCOMPARE(roots_of(q)[token], (tt * grid.height + yy) * grid.width + xx);
        }
    }

    void closed_form_is_the_snapped_attention_data() {
        QTest::addColumn<int>("reference");
        QTest::addColumn<double>("theta");
        for (const double theta : {0.0, 0.15, 0.25, 0.5, kHuge}) {
            QTest::addRow("mean %g", theta) << int(GroupReference::Mean) << theta;
            QTest::addRow("first %g", theta) << int(GroupReference::First) << theta;
        }
    }
    void closed_form_is_the_snapped_attention() {
        QFETCH(int, reference);
        QFETCH(double, theta);
        const auto how = static_cast<GroupReference>(reference);
        const TokenGrid grid{3, 6, 7};
        Head head = make_head(grid, 20, 5);
        const auto t = typed<double>(head);
        const ref::Definition definition{grid, {theta, theta, theta}, 0};
        TokenGroups q, k;
        find_both(t, rule_of(definition), q, k);
        ref::Matrix cq(q.size(), 20), ck(k.size(), 20), cv(k.size(), 20);
        // In pieces, as threads would.
        for (int begin = 0; begin < grid.tokens(); begin += 50) {
            const int end = std::min(begin + 50, grid.tokens());
            compact_rows<double>({{t.q_rows, &q, how, cq.values.data()}}, 20, begin, end);
            compact_rows<double>(
                {{t.k_rows, &k, how, ck.values.data()}, {t.v_rows, &k, GroupReference::Mean, cv.values.data()}}, 20,
                begin, end);
        }
        std::vector<double> bias(k.size());
        log_counts(k, bias.data());
        const ref::Matrix compact_out = compacted_attention(cq, ck, cv, bias);
        ref::Matrix out(grid.tokens(), 20);
        const int middle = q.size() / 2;
        scatter_rows<double>({compact_out.values.data(), 20}, q, 0, middle, 20, {out.values.data(), 20});
        scatter_rows<double>({compact_out.values.data() + middle * 20, 20}, q, middle, q.size(), 20,
                             {out.values.data(), 20});

        const ref::ChannelRange all{0, 20};
        const auto query_roots = ref::roots(ref::links(head.q, all, definition));
        const auto key_roots = ref::roots(ref::links(head.k, all, definition));
        const ref::Matrix expected = ref::attention(ref::snapped(head.q, all, query_roots, how),
                                                    ref::snapped(head.k, all, key_roots, how), head.v);
        QVERIFY2(largest_difference(out, expected) <= 1e-12,
                 qPrintable(QString::number(largest_difference(out, expected))));

        const double savings = 1.0 - double(q.size()) * k.size() / (double(grid.tokens()) * grid.tokens());
        const double counted = ref::counted_score_savings({query_roots}, {key_roots});
        QVERIFY2(std::abs(savings - counted) < 1e-12, qPrintable(QString("%1 %2").arg(savings).arg(counted)));
        if (theta == 0.0) {
            QVERIFY(cq.values == head.q.values && ck.values == head.k.values && cv.values == head.v.values);
        }
    }

    void bf16_means_are_rounded_once() {
        const TokenGrid grid{2, 4, 4};
        Head head = make_head(grid, 21, 9);
        const auto t = typed<Bf16>(head);
        TokenGroups q, k;
        find_both(t, rule_of({grid, {0.3, 0.3, 0.3}, 0}), q, k);
        QVERIFY(q.size() < grid.tokens());
        std::vector<Bf16> cq(q.size() * 21);
        compact_rows<Bf16>({{t.q_rows, &q, GroupReference::Mean, cq.data()}}, 21, 0, grid.tokens());
        for (int g = 0; g < q.size(); ++g) {
            for (int c = 0; c < 21; ++c) {
                double sum = 0.0;
                for (int m = q.offsets[g]; m < q.offsets[g + 1]; ++m) {
                    sum += head.q.at(q.members[m], c);
                }
                const double mean = sum / q.count(g);
                // Half a unit in the last of 8 bits, and a hair for the fp32 sum.
                QVERIFY(std::abs(to_double(cq[g * 21 + c]) - mean) <= std::abs(mean) * (1.0 / 256 + 1e-6));
                if (q.count(g) == 1) {
                    QCOMPARE(to_double(cq[g * 21 + c]), mean);
                }
            }
        }
    }

    void text_rows_are_never_merged() {
        const TokenGrid grid{2, 4, 4};
        const int before = 3, behind = 2, rows = before + grid.tokens() + behind, channels = 16;
        const std::vector<float> same(std::size_t(rows) * channels, 1.0f);
        SideInput<float> input =
            side<float>({same.data(), channels}, channels, grid, rule_of({grid, {0.1, 0.1, 0.1}, 0}));
        input.rows_before = before;
        input.rows_behind = behind;
        TokenGroups q;
        find_groups(input, q);
        QCOMPARE(q.size(), before + 4 + behind);
        QCOMPARE(int(q.group.size()), rows);
        for (int g = 0; g < q.size(); ++g) {
            const bool text = g < before || g >= q.size() - behind;
            QCOMPARE(q.count(g), text ? 1 : 8);
        }
        QCOMPARE(q.members[q.offsets[before]], before);
    }

    void not_a_number_never_links() {
        const TokenGrid grid{2, 2, 2};
        const std::vector<float> nan(8 * 16, std::numeric_limits<float>::quiet_NaN());
        TokenGroups q;
        find_groups(side<float>({nan.data(), 16}, 16, grid, rule_of({grid, {kHuge, kHuge, kHuge}, 0})), q);
        QCOMPARE(q.size(), 8);
    }

    // Rows far apart, as in [1, N, heads, head_dim].
    void strides_are_honoured() {
        const TokenGrid grid{3, 4, 5};
        Head head = make_head(grid, 16, 33);
        const auto t = typed<float>(head);
        std::vector<float> wide(std::size_t(grid.tokens()) * 50, 7.0f);
        for (int row = 0; row < grid.tokens(); ++row) {
            std::copy_n(t.q.data() + row * 16, 16, wide.data() + row * 50 + 11);
        }
        const LinkRule rule = rule_of({grid, {0.25, 0.25, 0.25}, 0});
        const Rows<const float> wide_rows{wide.data() + 11, 50};
        TokenGroups q, k, q_wide;
        find_both(t, rule, q, k);
        find_groups(side(wide_rows, 16, grid, rule), q_wide);
        QCOMPARE(q_wide.link, q.link);
        QVERIFY(q.size() < grid.tokens());
        std::vector<float> out(std::size_t(grid.tokens()) * 50, -1.0f);
        std::vector<float> cq(q.size() * 16);
        compact_rows<float>({{wide_rows, &q_wide, GroupReference::First, cq.data()}}, 16, 0, grid.tokens());
        scatter_rows<float>({cq.data(), 16}, q_wide, 0, q_wide.size(), 16, {out.data() + 11, 50});
        for (int row = 0; row < grid.tokens(); ++row) {
            QCOMPARE(out[row * 50 + 10], -1.0f);
            QCOMPARE(out[row * 50 + 27], -1.0f);
            QCOMPARE(out[row * 50 + 11], t.q[roots_of(q)[row] * 16]);
        }
    }

  private:
    template <typename T>
    void check_groups(Head head, const ref::Definition& definition, double value_weight) {
        const auto t = typed<T>(head);
        TokenGroups q, k;
        find_groups(side(t.q_rows, t.channels, t.grid, rule_of(definition)), q);
        SideInput<T> keys = side(t.k_rows, t.channels, t.grid, rule_of(definition));
        if (value_weight > 0.0) {
            keys.values = t.v_rows;
            keys.value_weight = static_cast<float>(value_weight);
        }
        find_groups(keys, k);
        const ref::ChannelRange all{0, head.channels};
        const auto query_roots = ref::roots(ref::links(head.q, all, definition));
        const auto key_roots =
            ref::roots(value_weight > 0.0 ? ref::value_aware_links(head.k, head.v, value_weight, definition)
                                          : ref::links(head.k, all, definition));
        QCOMPARE(roots_of(q), query_roots);
        QCOMPARE(roots_of(k), key_roots);
        for (const TokenGroups* groups : {&q, &k}) {
            const int rows = definition.grid.tokens();
            QCOMPARE(int(groups->members.size()), rows);
            QCOMPARE(groups->offsets.front(), 0);
            QCOMPARE(groups->offsets.back(), rows);  // counts sum to N
            int root = -1;
            std::set<int> seen;
            for (int g = 0; g < groups->size(); ++g) {
                QVERIFY(groups->count(g) >= 1 && groups->count(g) <= kMaxGroup);
                QVERIFY(groups->members[groups->offsets[g]] > root);  // numbered by ascending root
                root = groups->members[groups->offsets[g]];
                for (int m = groups->offsets[g]; m < groups->offsets[g + 1]; ++m) {
                    QCOMPARE(groups->group[groups->members[m]], g);
                    QVERIFY(seen.insert(groups->members[m]).second);
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestReuseCpu)
#include "tst_reuse_cpu.moc"
