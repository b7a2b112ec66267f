// Ripple attention through the engine's own door, against LibTorch's dense attention and the fp64 reference.

#include "engine/api/delta_code.h"
#include "engine/attention/run_recorder.h"
#include "engine/weights/weight_source.h"
#include "kernels/api/reuse_reference.h"
#include "tests/support/smooth_tokens.h"

#include <QtTest>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <numeric>

using namespace timeripple::engine;
using timeripple::kernels::TokenGrid;
namespace ref = timeripple::kernels::reference;

namespace {

constexpr double kHuge = 1e6;

// [1, heads, N, head_dim] as the model gives it: rows of all heads side by side.
at::Tensor tokens_of_heads(TokenGrid grid, int heads, int head_dim, unsigned seed, at::ScalarType type) {
    at::Tensor result = at::empty({1, grid.tokens(), heads, head_dim}, at::kDouble);
    for (int head = 0; head < heads; ++head) {
        auto values = timeripple::testing::smooth_tokens(grid, head_dim, 0.4, seed + 100 * head);
        result.select(2, head).copy_(at::from_blob(values.data(), {1, grid.tokens(), head_dim}, at::kDouble));
    }
    return result.to(type).transpose(1, 2);
}

struct Qkv {
    at::Tensor q, k, v;
};
Qkv make_qkv(TokenGrid grid, int heads, int head_dim, at::ScalarType type = at::kDouble, unsigned seed = 1) {
    return {tokens_of_heads(grid, heads, head_dim, seed, type), tokens_of_heads(grid, heads, head_dim, seed + 1, type),
            tokens_of_heads(grid, heads, head_dim, seed + 2, type)};
}

// All steps but the first and the last ripple at this threshold.
RippleSettings constant_threshold(double theta) {
    RippleSettings settings;
    settings.schedule.theta_min = settings.schedule.theta_max = theta;
    settings.schedule.i_min = 1;
    settings.schedule.i_max = 2;
    return settings;
}

AttentionCall call_of(TokenGrid grid, int step = 3, int layer = 0, GuidancePass pass = GuidancePass::Cond) {
    AttentionCall call;
    call.step = step;
    call.steps = 10;
    call.layer = layer;
    call.pass = pass;
    call.grid = grid;
    return call;
}

struct Outcome {
    at::Tensor out;
    StepStats stats;
    TokenMapPtr map;
};
Outcome run(const RippleSettings& settings, const Qkv& in, TokenGrid grid, int step = 3) {
    const c10::InferenceMode guard;
    auto attention = make_ripple_attention(settings, 1, int(in.q.size(1)), grid, int(in.q.size(3)));
    attention->begin_step(step, 10);
    Outcome outcome;
    outcome.out = attention->forward(in.q, in.k, in.v, call_of(grid, step), {});
    const auto [stats, map] = attention->end_step();
    outcome.stats = stats;
    outcome.map = map;
    return outcome;
}

// The smallest Delta of a token over the axes that are on; NaN without a partner.
double expected_delta(const Qkv& in, int side, int head, int token, TokenGrid grid, const RippleSettings& settings) {
    const at::Tensor rows = (side == 0 ? in.q : in.k)[0][head].to(at::kDouble), values = in.v[0][head].to(at::kDouble);
    const double weight = side == 1 ? settings.key_value_weight * settings.key_value_weight : 0.0;
    const auto squared = [&](const at::Tensor& of, int other) {
        return ((of[token] - of[other]) / 2.0).square().mean().item<double>();
    };
    const int frame_tokens = grid.height * grid.width;
    double smallest = std::nan("");
    for (int axis = 0; axis < kAxes; ++axis) {
        const int other = token - grid.stride(axis);
        const bool exempt = settings.exempt_first_frame && (token < frame_tokens || other < frame_tokens);
        if (!settings.axes[axis] || grid.position(token, axis) % 2 == 0 || exempt) continue;
        const double delta = std::sqrt((squared(rows, other) + weight * squared(values, other)) / (1.0 + weight));
        smallest = std::isnan(smallest) ? delta : std::min(smallest, delta);
    }
    return smallest;
}

at::Tensor dense(const Qkv& in) {
    const c10::InferenceMode guard;
    return at::scaled_dot_product_attention(in.q, in.k, in.v);
}

ref::Matrix matrix_of(const at::Tensor& head) {
    const at::Tensor values = head.to(at::kDouble).contiguous();
    ref::Matrix result(int(values.size(0)), int(values.size(1)));
    std::copy_n(values.data_ptr<double>(), values.numel(), result.values.data());
    return result;
}

// The definition: attention over the snapped rows of one head. Roots come back for counting.
struct Expected {
    ref::Matrix out;
    std::vector<std::vector<int>> query_roots, key_roots;  // by channel range, in the end by channel
};
Expected expected_head(const Qkv& in, int head, TokenGrid grid, const RippleSettings& settings, double theta) {
    ref::Definition query{grid, {}, settings.exempt_first_frame ? 1 : 0};
    ref::Definition key = query;
    for (int axis = 0; axis < kAxes; ++axis) {
        query.theta[axis] = settings.axes[axis] ? theta * settings.query_factor[axis] : 0.0;
        key.theta[axis] = settings.axes[axis] ? theta * settings.key_factor[axis] : 0.0;
    }
    const auto how = settings.reference == Reference::First ? timeripple::kernels::GroupReference::First
                                                            : timeripple::kernels::GroupReference::Mean;
    ref::Matrix q = matrix_of(in.q[0][head]);
    ref::Matrix k = matrix_of(in.k[0][head]);
    const ref::Matrix v = matrix_of(in.v[0][head]);
    // Ranges of channels that are decided for together: all, the RoPE groups of Wan, or each by itself.
    std::vector<ref::ChannelRange> ranges;
    if (settings.adversarial == AdversarialReuse::None && settings.granularity == Granularity::Token) {
        ranges = {{0, q.channels}};
    } else if (settings.adversarial == AdversarialReuse::None && settings.granularity == Granularity::Channel) {
        for (int c = 0; c < q.channels; ++c)
            ranges.push_back({c, 1});
    } else {
        const int spatial = 2 * (q.channels / 6);
        const int time = q.channels - 2 * spatial;
        ranges = {{0, time}, {time, spatial}, {time + spatial, spatial}};
    }
    Expected expected;
    ref::Matrix snapped_q = q;
    ref::Matrix snapped_k = k;
    for (std::size_t r = 0; r < ranges.size(); ++r) {
        ref::Definition query_here = query;
        ref::Definition key_here = key;
        auto how_here = how;
        if (settings.adversarial != AdversarialReuse::None) {
            how_here = timeripple::kernels::GroupReference::First;
            query_here = key_here = {grid, {0, 0, 0}, 0};
            if (int(r) + 1 == int(settings.adversarial)) query_here.theta[r] = key_here.theta[r] = 1e15;
        }
        const auto query_roots = ref::roots(ref::links(q, ranges[r], query_here));
        const auto key_roots = ref::roots(settings.key_value_weight > 0.0
                                              ? ref::value_aware_links(k, v, settings.key_value_weight, key_here)
                                              : ref::links(k, ranges[r], key_here));
        snapped_q = ref::snapped(snapped_q, ranges[r], query_roots, how_here);
        snapped_k = ref::snapped(snapped_k, ranges[r], key_roots, how_here);
        expected.query_roots.insert(expected.query_roots.end(), ranges[r].count, query_roots);
        expected.key_roots.insert(expected.key_roots.end(), ranges[r].count, key_roots);
    }
    if (settings.near_field) {
        const int reach[kAxes] = {settings.near_reach[0], settings.near_reach[1], settings.near_reach[2]};
        expected.out = ref::near_field_attention(q, k, snapped_q, snapped_k, v, grid, reach);
    } else {
        expected.out = ref::attention(snapped_q, snapped_k, v);
    }
    return expected;
}

// Share of the pairs of tokens that lie in each other's neighbourhood, counted one by one.
double counted_near_share(TokenGrid grid, const std::array<int, kAxes>& reach) {
    long long near = 0;
    for (int i = 0; i < grid.tokens(); ++i) {
        for (int j = 0; j < grid.tokens(); ++j) {
            bool inside = true;
            for (int axis = 0; axis < kAxes; ++axis) {
                inside = inside && std::abs(grid.position(i, axis) - grid.position(j, axis)) <= reach[axis];
            }
            near += inside;
        }
    }
    return double(near) / (double(grid.tokens()) * grid.tokens());
}

double largest_difference(const at::Tensor& out, int head, const ref::Matrix& expected) {
    const at::Tensor mine = out[0][head].to(at::kDouble).contiguous();
    const at::Tensor other = at::from_blob(const_cast<double*>(expected.values.data()), mine.sizes(), at::kDouble);
    return (mine - other).abs().max().item<double>();
}

}  // namespace

class TestRippleAttention : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theta_zero_is_dense_bit_for_bit_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QVector<int>>("shape");  // T, Y, X, heads, head_dim
        for (const auto type : {at::kFloat, at::kBFloat16, at::kDouble}) {
            QTest::addRow("%s 5x12x16", at::toString(type)) << int(type) << QVector<int>{5, 12, 16, 3, 64};
            QTest::addRow("%s odd sizes", at::toString(type)) << int(type) << QVector<int>{3, 5, 7, 2, 128};
            QTest::addRow("%s single frame", at::toString(type)) << int(type) << QVector<int>{1, 5, 4, 2, 20};
        }
    }
    void theta_zero_is_dense_bit_for_bit() {
        QFETCH(int, type);
        QFETCH(QVector<int>, shape);
        const TokenGrid grid{shape[0], shape[1], shape[2]};
        const Qkv in = make_qkv(grid, shape[3], shape[4], static_cast<at::ScalarType>(type));
        // The step is not dense, so everything goes through compaction and scatter; the thresholds of both sides are 0.
        RippleSettings settings = constant_threshold(0.3);
        settings.query_factor = settings.key_factor = {0.0, 0.0, 0.0};
        const Outcome outcome = run(settings, in, grid);
        QVERIFY(!outcome.stats.dense);
        QCOMPARE(outcome.stats.attention_savings(), 0.0f);
        QVERIFY(at::equal(outcome.out, dense(in)));
        settings.near_field = true;
        QVERIFY(at::equal(run(settings, in, grid).out, dense(in)));
        // Thresholds that are not 0 but below every Delta go through detection as well.
        const Outcome tiny = run(constant_threshold(1e-9), in, grid);
        QVERIFY(at::equal(tiny.out, dense(in)));
    }

    void output_is_the_definition_data() {
        QTest::addColumn<QVector<int>>("grid");
        QTest::addColumn<double>("theta");
        QTest::addColumn<QString>("variant");
        for (const char* variant : {"mean", "first", "no time", "time only", "per axis", "keys only", "queries only",
                                    "first frame exempt", "value aware", "near field", "wide near field", "group",
                                    "group first", "channel", "adversarial time", "adversarial x"}) {
            QTest::addRow("4x6x8 %s", variant) << QVector<int>{4, 6, 8} << 0.25 << variant;
            QTest::addRow("odd 3x5x7 %s", variant) << QVector<int>{3, 5, 7} << 0.3 << variant;
        }
        QTest::newRow("single frame") << QVector<int>{1, 6, 7} << 0.3 << "mean";
        QTest::newRow("single token") << QVector<int>{1, 1, 1} << 0.3 << "mean";
        QTest::newRow("everything merged") << QVector<int>{3, 4, 6} << kHuge << "mean";
        QTest::newRow("everything merged, near field") << QVector<int>{5, 4, 6} << kHuge << "near field";
        QTest::newRow("single token, near field") << QVector<int>{1, 1, 1} << 0.3 << "near field";
    }
    void output_is_the_definition() {
        QFETCH(QVector<int>, grid);
        QFETCH(double, theta);
        QFETCH(QString, variant);
        RippleSettings settings = constant_threshold(theta);
        if (variant == "first") settings.reference = Reference::First;
        if (variant == "no time") settings.axes[0] = false;
        if (variant == "time only") settings.axes = {true, false, false};
        if (variant == "per axis") settings.query_factor = {1.5, 0.5, 1.0}, settings.key_factor = {1.0, 1.2, 0.8};
        if (variant == "keys only") settings.query_factor = {0, 0, 0};
        if (variant == "queries only") settings.key_factor = {0, 0, 0};
        if (variant == "first frame exempt") settings.exempt_first_frame = true;
        if (variant == "near field") settings.near_field = true;
        if (variant == "wide near field") {
            settings.near_field = true;
            settings.near_reach = {2, 3, 0};
            settings.reference = Reference::First;
        }
        if (variant == "value aware") settings.key_value_weight = 0.5;
        if (variant.startsWith("group")) settings.granularity = Granularity::Group;
        if (variant == "group first") settings.reference = Reference::First;
        if (variant == "channel") settings.granularity = Granularity::Channel;
        if (variant == "adversarial time") settings.adversarial = AdversarialReuse::Time;
        if (variant == "adversarial x") settings.adversarial = AdversarialReuse::X;
        const bool whole_tokens =
            settings.granularity == Granularity::Token && settings.adversarial == AdversarialReuse::None;
        const TokenGrid token_grid{grid[0], grid[1], grid[2]};
        const Qkv in = make_qkv(token_grid, 2, 20);
        const Outcome outcome = run(settings, in, token_grid);
        for (int head = 0; head < 2; ++head) {
            const Expected expected = expected_head(in, head, token_grid, settings, theta);
            const double error = largest_difference(outcome.out, head, expected.out);
            QVERIFY2(error <= 1e-12, qPrintable(QString::number(error)));
            const HeadStats& stats = outcome.stats.layers[0].heads[head];
            const double counted = ref::counted_score_savings(expected.query_roots, expected.key_roots);
            const double near = settings.near_field ? counted_near_share(token_grid, settings.near_reach) : 0.0;
            QVERIFY(std::abs(stats.score_savings - (counted - 2.0 * near)) < 1e-6);
            // Finer forms leave PV whole: half of the multiply-adds.
            QVERIFY(std::abs(stats.attention_savings - (whole_tokens ? counted - 1.5 * near : counted / 2)) < 1e-6);
            QVERIFY(std::abs(std::accumulate(stats.query_origin.begin(), stats.query_origin.end(), 0.0) - 1.0) < 1e-6);
            QVERIFY(std::abs(stats.query_origin[0] - stats.unique_query_share) < 1e-6);
            QVERIFY(std::abs(stats.key_origin[0] - stats.unique_key_share) < 1e-6);
        }
    }

    // Joint attention: text before or behind the video counts once each, and everything else is as without it.
    void text_is_never_merged_data() {
        QTest::addColumn<int>("before");
        QTest::addColumn<int>("behind");
        QTest::addColumn<QString>("variant");
        for (const char* variant : {"token", "first", "value aware", "group"}) {
            QTest::addRow("before %s", variant) << 3 << 0 << variant;
            QTest::addRow("behind %s", variant) << 0 << 5 << variant;
            QTest::addRow("both %s", variant) << 2 << 4 << variant;
        }
    }
    void text_is_never_merged() {
        QFETCH(int, before);
        QFETCH(int, behind);
        QFETCH(QString, variant);
        const c10::InferenceMode guard;
        const TokenGrid grid{3, 5, 6};
        const double theta = 0.3;
        RippleSettings settings = constant_threshold(theta);
        if (variant == "first") settings.reference = Reference::First;
        if (variant == "value aware") settings.key_value_weight = 0.5;
        if (variant == "group") settings.granularity = Granularity::Group;
        const Qkv video = make_qkv(grid, 2, 20);
        // Text rows that are all alike would merge with each other and with nothing else, were they video.
        const auto with_text = [&](const at::Tensor& rows) {
            const at::Tensor front = at::full({1, 2, before, 20}, 0.2, rows.options());
            return at::cat({front, rows, at::full({1, 2, behind, 20}, -0.1, rows.options())}, 2);
        };
        const Qkv in{with_text(video.q), with_text(video.k), with_text(video.v)};
        AttentionCall call = call_of(grid);
        call.text = {before, behind};
        auto attention = make_ripple_attention(settings, 1, 2, grid, 20);
        attention->begin_step(3, 10);
        const at::Tensor out = attention->forward(in.q, in.k, in.v, call, {});
        const StepStats stats = attention->end_step().stats;
        const int rows = before + grid.tokens() + behind;
        for (int head = 0; head < 2; ++head) {
            const auto how = settings.reference == Reference::First ? timeripple::kernels::GroupReference::First
                                                                    : timeripple::kernels::GroupReference::Mean;
            const ref::Definition definition{grid, {theta, theta, theta}, 0};
            const auto all_roots = [&](const std::vector<int>& links) {
                const std::vector<int> of_video = ref::roots(links);
                std::vector<int> roots(static_cast<std::size_t>(rows));
                std::iota(roots.begin(), roots.end(), 0);
                for (int token = 0; token < grid.tokens(); ++token)
                    roots[static_cast<std::size_t>(before + token)] =
                        before + of_video[static_cast<std::size_t>(token)];
                return roots;
            };
            const ref::Matrix video_q = matrix_of(video.q[0][head]), video_k = matrix_of(video.k[0][head]);
            const ref::Matrix video_v = matrix_of(video.v[0][head]);
            ref::Matrix q = matrix_of(in.q[0][head]), k = matrix_of(in.k[0][head]);
            const std::vector<ref::ChannelRange> ranges = variant == "group"
                                                              ? std::vector<ref::ChannelRange>{{0, 8}, {8, 6}, {14, 6}}
                                                              : std::vector<ref::ChannelRange>{{0, 20}};
            double unique_q = 0.0;
            for (const ref::ChannelRange& range : ranges) {
                const auto query_roots = all_roots(ref::links(video_q, range, definition));
                const auto key_roots =
                    all_roots(variant == "value aware" ? ref::value_aware_links(video_k, video_v, 0.5, definition)
                                                       : ref::links(video_k, range, definition));
                q = ref::snapped(q, range, query_roots, how);
                k = ref::snapped(k, range, key_roots, how);
                int unique = 0;
                for (int row = 0; row < rows; ++row)
                    unique += query_roots[static_cast<std::size_t>(row)] == row;
                unique_q += double(unique) / rows * range.count / 20;
            }
            const double error = largest_difference(out, head, ref::attention(q, k, matrix_of(in.v[0][head])));
            QVERIFY2(error <= 1e-12, qPrintable(QString::number(error)));
            QVERIFY(std::abs(stats.layers[0].heads[std::size_t(head)].unique_query_share - unique_q) < 1e-6);
        }
        // Thresholds of 0 are dense with text as well.
        settings.query_factor = settings.key_factor = {0.0, 0.0, 0.0};
        for (const auto type : {at::kFloat, at::kBFloat16, at::kDouble}) {
            const Qkv typed{in.q.to(type), in.k.to(type), in.v.to(type)};
            auto none = make_ripple_attention(settings, 1, 2, grid, 20);
            none->begin_step(3, 10);
            QVERIFY(at::equal(none->forward(typed.q, typed.k, typed.v, call, {}), dense(typed)));
        }
    }

    void text_and_the_near_field_are_refused_together() {
        RippleSettings settings = constant_threshold(0.3);
        settings.near_field = true;
        const TokenGrid grid{2, 4, 4};
        const Qkv in = make_qkv(TokenGrid{2, 4, 5}, 1, 20);
        AttentionCall call = call_of(grid);
        call.text = {0, 8};
        const c10::InferenceMode guard;
        auto attention = make_ripple_attention(settings, 1, 1, grid, 20);
        attention->begin_step(3, 10);
        try {
            attention->forward(in.q, in.k, in.v, call, {});
            QFAIL("it ran");
        } catch (const EngineFailure& failure) {
            QVERIFY(failure.error().message.find("near_field") != std::string::npos);
        }
    }

    void finer_forms_at_theta_zero_are_dense_data() {
        QTest::addColumn<int>("granularity");
        QTest::addColumn<int>("type");
        for (const auto type : {at::kFloat, at::kBFloat16, at::kDouble}) {
            QTest::addRow("group %s", at::toString(type)) << int(Granularity::Group) << int(type);
            QTest::addRow("channel %s", at::toString(type)) << int(Granularity::Channel) << int(type);
        }
    }
    void finer_forms_at_theta_zero_are_dense() {
        QFETCH(int, granularity);
        QFETCH(int, type);
        const TokenGrid grid{3, 6, 8};
        const Qkv in = make_qkv(grid, 2, 64, static_cast<at::ScalarType>(type));
        RippleSettings settings = constant_threshold(0.3);
        settings.granularity = static_cast<Granularity>(granularity);
        settings.query_factor = settings.key_factor = {0.0, 0.0, 0.0};
        QVERIFY(at::equal(run(settings, in, grid).out, dense(in)));
        // A head that is exempt stays dense beside one that is not.
        settings.query_factor = settings.key_factor = {1.0, 1.0, 1.0};
        settings.dense_heads = {1};
        const Outcome outcome = run(settings, in, grid);
        QVERIFY(at::equal(outcome.out[0][1], dense(in)[0][1]));
        QVERIFY(!at::equal(outcome.out[0][0], dense(in)[0][0]));
    }

    // Adversarial reuse of one group leaves the other channels alone and merges all pairs of its axis.
    void adversarial_reuse_copies_every_second_token() {
        const TokenGrid grid{4, 6, 8};
        const Qkv in = make_qkv(grid, 1, 60, at::kFloat);
        RippleSettings settings = constant_threshold(0.3);
        settings.adversarial = AdversarialReuse::Y;
        const Outcome outcome = run(settings, in, grid);
        const HeadStats& stats = outcome.stats.layers[0].heads[0];
        // 20 of 60 channels, half of their tokens.
        QVERIFY(std::abs(stats.query_origin[int(TokenOrigin::AlongY)] - 1.0 / 6) < 1e-6);
        QVERIFY(std::abs(stats.score_savings - (1.0 - (40.0 + 20.0 * 0.25) / 60)) < 1e-6);
    }

    // What the closed form of carried forms promises, step by step.
    void carried_forms_data() {
        QTest::addColumn<int>("carry");
        QTest::addColumn<int>("type");
        for (const auto type : {at::kFloat, at::kBFloat16, at::kDouble}) {
            QTest::addRow("residual %s", at::toString(type)) << int(Carry::Residual) << int(type);
            QTest::addRow("output %s", at::toString(type)) << int(Carry::Output) << int(type);
        }
    }
    void carried_forms() {
        QFETCH(int, carry);
        QFETCH(int, type);
        const c10::InferenceMode guard;
        const TokenGrid grid{4, 6, 8};
        const int layers = 2;
        RippleSettings settings = constant_threshold(0.3);
        settings.schedule.i_min = 2;
        settings.carry = static_cast<Carry>(carry);
        settings.refresh_steps = 3;
        RippleSettings plain = settings;
        plain.carry = Carry::Nothing;
        auto attention = make_ripple_attention(settings, layers, 2, grid, 32);
        const auto input = [&](int step, int layer, int pass) {
            return make_qkv(grid, 2, 32, static_cast<at::ScalarType>(type), 1 + 1000 * step + 10 * layer + 5 * pass);
        };
        std::array<std::array<at::Tensor, layers>, 2> kept;
        for (int step = 1; step <= 10; ++step) {
            attention->begin_step(step, 10);
            const bool guard_step = step <= 2 || step == 10;
            const bool refresh = !guard_step && (step - 3) % 3 == 0;
            double savings = 0.0;
            for (const int pass : {0, 1}) {
                for (int layer = 0; layer < layers; ++layer) {
                    const Qkv in = input(step, layer, pass);
                    const at::Tensor out = attention->forward(
                        in.q, in.k, in.v, call_of(grid, step, layer, static_cast<GuidancePass>(pass)), {});
                    if (guard_step || refresh) {
                        QVERIFY(at::equal(out, dense(in)));
                    }
                    if (guard_step) {
                        continue;
                    }
                    const Outcome merged = run(plain, in, grid, 5);
                    savings += merged.stats.attention_savings() / (2 * layers);
                    if (refresh) {
                        kept[pass][layer] = settings.carry == Carry::Output ? dense(in) : dense(in) - merged.out;
                    } else {
                        const at::Tensor expected =
                            settings.carry == Carry::Output ? kept[pass][layer] : merged.out + kept[pass][layer];
                        QVERIFY(at::equal(out, expected));
                    }
                }
            }
            const StepStats stats = attention->end_step().stats;
            QCOMPARE(stats.dense, guard_step);
            double told = 0.0;
            if (!guard_step && settings.carry == Carry::Output) told = refresh ? 0.0 : 1.0;
            if (!guard_step && settings.carry == Carry::Residual) told = refresh ? savings - 1.0 : savings;
            QVERIFY2(std::abs(stats.attention_savings() - told) < 1e-5,
                     qPrintable(QString("%1 %2 %3").arg(step).arg(stats.attention_savings()).arg(told)));
        }
    }

    void carried_bytes_are_counted() {
        RippleSettings settings;
        QCOMPARE(carried_bytes(settings, 30, 32760, 1536, 2, 2), std::uint64_t(0));
        settings.carry = Carry::Residual;
        // Wan 1.3B at 480p in bf16: 6 GB.
        QCOMPARE(carried_bytes(settings, 30, 32760, 1536, 2, 2), std::uint64_t(30) * 32760 * 1536 * 2 * 2);
        settings.dense_layers = {0, 29, 29, 40};
        QCOMPARE(carried_bytes(settings, 30, 32760, 1536, 2, 2), std::uint64_t(28) * 32760 * 1536 * 2 * 2);
    }

    void memory_that_is_not_there_is_refused() {
        const c10::InferenceMode guard;
        const TokenGrid grid{16, 256, 256};
        // A million tokens that take no memory: one row, seen again and again. 128 MB for each of 20,000 layers.
        const at::Tensor rows = at::zeros({1, 1, 1, 32}).expand({1, 1, grid.tokens(), 32});
        RippleSettings settings = constant_threshold(0.3);
        settings.carry = Carry::Output;
        auto attention = make_ripple_attention(settings, 20'000, 1, grid, 32);
        attention->begin_step(3, 10);
        try {
            attention->forward(rows, rows, rows, call_of(grid), {});
            QFAIL("2.6 TB were promised");
        } catch (const EngineFailure& failure) {
            QCOMPARE(failure.error().code, ErrorCode::OutOfMemory);
            QVERIFY(QString::fromStdString(failure.error().message).startsWith("Carrying the output of attention"));
        }
    }

    // fp32 and bf16 stay near the definition: no worse than twice dense attention's own error against fp64.
    void lower_precision_stays_near_data() {
        QTest::addColumn<int>("type");
        QTest::newRow("fp32") << int(at::kFloat);
        QTest::newRow("bf16") << int(at::kBFloat16);
    }
    void lower_precision_stays_near() {
        QFETCH(int, type);
        const TokenGrid grid{3, 6, 8};
        const Qkv in = make_qkv(grid, 1, 64, static_cast<at::ScalarType>(type));
        const RippleSettings settings = constant_threshold(0.3);
        const Outcome outcome = run(settings, in, grid);
        QVERIFY(outcome.stats.attention_savings() > 0.2f);
        const Expected expected = expected_head(in, 0, grid, settings, 0.3);
        const double error = largest_difference(outcome.out, 0, expected.out);
        const ref::Matrix exact = ref::attention(matrix_of(in.q[0][0]), matrix_of(in.k[0][0]), matrix_of(in.v[0][0]));
        const double dense_error = largest_difference(dense(in), 0, exact);
        QVERIFY2(error <= 2.0 * dense_error + 1e-7, qPrintable(QString("%1 against %2").arg(error).arg(dense_error)));
    }

    void guard_steps_and_exempt_layers_are_dense() {
        const TokenGrid grid{4, 6, 8};
        const Qkv in = make_qkv(grid, 2, 32, at::kFloat);
        RippleSettings settings = constant_threshold(kHuge);
        for (const int step : {1, 10}) {
            const Outcome outcome = run(settings, in, grid, step);
            QVERIFY(outcome.stats.dense);
            QCOMPARE(outcome.stats.threshold, 0.0);
            QVERIFY(outcome.map == nullptr);
            QVERIFY(at::equal(outcome.out, dense(in)));
            QVERIFY(outcome.stats.layers[0].attention_seconds > 0.0f);
        }
        settings.dense_layers = {0};
        const Outcome layer = run(settings, in, grid);
        QVERIFY(!layer.stats.dense);
        QVERIFY(at::equal(layer.out, dense(in)));
        QCOMPARE(layer.stats.attention_savings(), 0.0f);
        settings.dense_layers = {};
        settings.dense_heads = {1};
        const Outcome head = run(settings, in, grid);
        QVERIFY(at::equal(head.out[0][1], dense(in)[0][1]));
        QVERIFY(!at::equal(head.out[0][0], dense(in)[0][0]));
        QCOMPARE(head.stats.layers[0].heads[1].attention_savings, 0.0f);
        QVERIFY(head.stats.layers[0].heads[0].attention_savings > 0.9f);
    }

    void permuting_heads_permutes_results() {
        const TokenGrid grid{4, 5, 6};
        const Qkv in = make_qkv(grid, 3, 32, at::kFloat);
        const at::Tensor order = at::tensor({2, 0, 1}, at::kLong);
        const Qkv other{in.q.index_select(1, order), in.k.index_select(1, order), in.v.index_select(1, order)};
        const Outcome a = run(constant_threshold(0.3), in, grid);
        const Outcome b = run(constant_threshold(0.3), other, grid);
        QVERIFY(at::equal(a.out.index_select(1, order), b.out));
        for (int head = 0; head < 3; ++head) {
            const int from = int(order[head].item<std::int64_t>());
            QCOMPARE(b.stats.layers[0].heads[head].attention_savings, a.stats.layers[0].heads[from].attention_savings);
        }
    }

    void maps_tell_how_tokens_were_obtained() {
        const TokenGrid grid{2, 3, 4};
        const Qkv in = make_qkv(grid, 2, 32, at::kFloat);
        RippleSettings settings = constant_threshold(kHuge);
        settings.axes = {false, false, true};
        settings.dense_heads = {1};
        const Outcome outcome = run(settings, in, grid);
        QVERIFY(outcome.map);
        const std::size_t tokens = outcome.map->tokens();
        QCOMPARE(tokens, std::size_t(24));
        QCOMPARE(outcome.map->origin.size(), std::size_t(2 * 2) * tokens);
        QCOMPARE(outcome.map->mean_share.size(), std::size_t(2 * kOrigins) * tokens);
        for (std::size_t side = 0; side < 2; ++side) {
            for (std::size_t token = 0; token < tokens; ++token) {
                const bool odd = token % 2 == 1;  // x is the fastest axis, width 4
                QCOMPARE(int(outcome.map->origin[side * tokens + token]), odd ? int(TokenOrigin::AlongX) : 0);
                QCOMPARE(int(outcome.map->origin[(2 + side) * tokens + token]), 0);  // the dense head
                const auto share = [&](TokenOrigin o) {
                    return int(outcome.map->mean_share[(side * kOrigins + std::size_t(o)) * tokens + token]);
                };
                QCOMPARE(share(TokenOrigin::AlongX), odd ? 128 : 0);
                QCOMPARE(share(TokenOrigin::Computed), odd ? 128 : 255);
            }
        }
    }

    // Delta of every token, layer and head, against the definition in fp64.
    void maps_keep_delta_of_every_head_data() {
        QTest::addColumn<double>("weight");
        QTest::addColumn<bool>("exempt");
        QTest::newRow("keys and queries") << 0.0 << false;
        QTest::newRow("value-aware, first frame exempt") << 0.5 << true;
    }
    void maps_keep_delta_of_every_head() {
        QFETCH(double, weight);
        QFETCH(bool, exempt);
        const TokenGrid grid{3, 5, 4};
        const Qkv in = make_qkv(grid, 3, 32, at::kFloat);
        RippleSettings settings = constant_threshold(0.3);
        settings.axes = {true, false, true};
        settings.dense_heads = {1};
        settings.key_value_weight = weight;
        settings.exempt_first_frame = exempt;
        const Outcome outcome = run(settings, in, grid);
        QVERIFY(outcome.map);
        const std::size_t tokens = outcome.map->tokens();
        QCOMPARE(outcome.map->delta.size(), 3 * 2 * tokens);
        QCOMPARE(outcome.map->mean_delta.size(), 2 * tokens);
        for (int side = 0; side < 2; ++side) {
            for (int token = 0; token < int(tokens); ++token) {
                double mean = 0.0;
                for (const int head : {0, 2}) {
                    const double exact = expected_delta(in, side, head, token, grid, settings);
                    const std::uint8_t code = outcome.map->delta[std::size_t(head * 2 + side) * tokens + token];
                    QCOMPARE(code == kNoDelta, std::isnan(exact));
                    // Half a step of the code, and fp32's rounding.
                    QVERIFY2(std::isnan(exact) || std::abs(delta_of_code(code) - exact) <= 0.0221 * exact,
                             qPrintable(QString("token %1: %2 for %3").arg(token).arg(delta_of_code(code)).arg(exact)));
                    mean += exact / 2;
                }
                QCOMPARE(int(outcome.map->delta[std::size_t(1 * 2 + side) * tokens + token]), int(kNoDelta));  // dense
                const float kept = outcome.map->mean_delta[std::size_t(side) * tokens + token];
                QVERIFY(std::isnan(mean) ? std::isnan(kept) : std::abs(kept - mean) < 1e-5 * mean);
            }
        }
    }

    void deltas_of_a_very_long_run_are_not_kept() {
        const TokenGrid grid{2, 4, 4};
        const std::size_t bytes = 2 * 32;
        QVERIFY(TokenMap::keeps_delta(bytes, 50));
        QVERIFY(!TokenMap::keeps_delta(TokenMap::kMaxMapBytes + 1, 1));
        QVERIFY(!TokenMap::keeps_delta(TokenMap::kMaxMapBytes, 3));
        const c10::InferenceMode guard;
        const Qkv in = make_qkv(grid, 1, 32, at::kFloat);
        auto attention = make_ripple_attention(constant_threshold(0.3), 1, 1, grid, 32);
        const int steps = int(TokenMap::kMaxDeltaBytes / bytes) + 1;
        attention->begin_step(3, steps);
        attention->forward(in.q, in.k, in.v, call_of(grid), {});
        const auto map = attention->end_step().token_map;
        QVERIFY(map && map->delta.empty() && !map->mean_delta.empty() && !map->origin.empty());
    }

    // Both guidance passes count, and nothing is left over from one step for the next.
    void statistics_are_means_of_both_passes() {
        const c10::InferenceMode guard;
        const TokenGrid grid{4, 6, 8};
        const Qkv cond = make_qkv(grid, 2, 32, at::kFloat, 1);
        const Qkv uncond = make_qkv(grid, 2, 32, at::kFloat, 50);
        auto attention = make_ripple_attention(constant_threshold(0.3), 2, 2, grid, 32);
        const auto step = [&](bool with_cond, bool with_uncond) {
            attention->begin_step(3, 10);
            for (int layer = 0; layer < 2; ++layer) {
                if (with_cond) attention->forward(cond.q, cond.k, cond.v, call_of(grid, 3, layer), {});
                if (with_uncond) {
                    attention->forward(uncond.q, uncond.k, uncond.v, call_of(grid, 3, layer, GuidancePass::Uncond), {});
                }
            }
            return attention->end_step();
        };
        const StepStats only_cond = step(true, false).stats;
        const StepStats only_uncond = step(false, true).stats;
        const auto [both, map] = step(true, true);
        for (int layer = 0; layer < 2; ++layer) {
            for (int head = 0; head < 2; ++head) {
                const float a = only_cond.layers[layer].heads[head].attention_savings;
                const float b = only_uncond.layers[layer].heads[head].attention_savings;
                QVERIFY(a != b);
                QVERIFY(std::abs(both.layers[layer].heads[head].attention_savings - (a + b) / 2) < 1e-6f);
            }
            QVERIFY(both.layers[layer].attention_seconds >= both.layers[layer].overhead_seconds);
            QVERIFY(both.layers[layer].overhead_seconds > 0.0f);
        }
        QVERIFY(map);
    }

    void a_stopped_call_returns_early() {
        const c10::InferenceMode guard;
        const TokenGrid grid{4, 6, 8};
        const Qkv in = make_qkv(grid, 2, 32, at::kFloat);
        auto attention = make_ripple_attention(constant_threshold(0.3), 1, 2, grid, 32);
        attention->begin_step(3, 10);
        std::stop_source source;
        source.request_stop();
        const at::Tensor out = attention->forward(in.q, in.k, in.v, call_of(grid), source.get_token());
        QCOMPARE(out.sizes().vec(), in.q.sizes().vec());
        const auto [stats, map] = attention->end_step();
        QCOMPARE(stats.attention_savings(), 0.0f);
        QVERIFY(!map);
    }

    void a_wrong_grid_is_refused_with_a_sentence() {
        const TokenGrid grid{4, 6, 8};
        const Qkv in = make_qkv(grid, 1, 32, at::kFloat);
        auto attention = make_ripple_attention(constant_threshold(0.3), 1, 1, grid, 32);
        attention->begin_step(3, 10);
        try {
            attention->forward(in.q, in.k, in.v, call_of({4, 6, 7}), {});
            QFAIL("192 tokens went into a grid of 168");
        } catch (const c10::Error& error) {
            QVERIFY(std::string(error.what_without_backtrace()).find("192 tokens for a grid of 4 x 6 x 7") !=
                    std::string::npos);
        }
    }
};

QTEST_APPLESS_MAIN(TestRippleAttention)
#include "tst_ripple_attention.moc"
