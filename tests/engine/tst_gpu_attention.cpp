// The attention of a GPU, as far as it runs on any device: LibTorch's operators in its place against the CPU's path,
// output, statistics and token map, in every form. What runs on a GPU only: tests/gpu/engine_check.cpp.
#include "engine/api/delta_code.h"
#include "engine/attention/run_recorder.h"
#include "engine/attention/tensor_groups.h"
#include "kernels/api/reuse_cpu.h"
#include "tests/support/smooth_tokens.h"

#include <QtTest>

#include <ATen/ATen.h>

#include <cmath>

using namespace timeripple;
using namespace timeripple::engine;

namespace {

constexpr int kLayers = 2, kHeads = 3, kDim = 24, kSteps = 6;
const kernels::TokenGrid kGrid{3, 5, 6};

// Rows that vary slowly along every axis, so that all kinds of groups occur.
at::Tensor smooth(int seed, double level, at::ScalarType type) {
    at::manual_seed(seed);
    const auto options = at::TensorOptions().dtype(at::kDouble);
    at::Tensor rows = at::randn({1, kHeads, 1, 1, 1, kDim}, options);
    const int extents[] = {kGrid.frames, kGrid.height, kGrid.width};
    for (int axis = 0; axis < 3; ++axis) {
        std::vector<std::int64_t> shape{1, kHeads, 1, 1, 1, kDim};
        shape[2 + axis] = extents[axis];
        rows = rows + level * at::randn(shape, options).cumsum(2 + axis);
    }
    rows = rows + 0.15 * at::randn(rows.sizes(), options);
    return rows.reshape({1, kHeads, kGrid.tokens(), kDim}).to(type);
}

RippleSettings form(const QString& name) {
    RippleSettings settings;
    settings.schedule = {0.25, 0.35, 1, 4, true};
    if (name == "first") settings.reference = Reference::First;
    if (name == "exempt frame, dense head and layer") {
        settings.exempt_first_frame = true;
        settings.dense_heads = {1};
        settings.dense_layers = {1};
    }
    if (name == "factors") {
        settings.query_factor = {1.2, 0.5, 0.0};
        settings.key_factor = {0.7, 1.3, 1.0};
        settings.axes = {true, true, false};
    }
    if (name == "value-aware") settings.key_value_weight = 0.5;
    if (name == "near field") settings.near_field = true;
    if (name == "residual") settings.carry = Carry::Residual, settings.refresh_steps = 2;
    if (name == "output") settings.carry = Carry::Output, settings.refresh_steps = 2;
    if (name == "group") settings.granularity = Granularity::Group;
    if (name == "channel") settings.granularity = Granularity::Channel;
    if (name == "adversarial") settings.adversarial = AdversarialReuse::Y;
    return settings;
}

void compare_stats(const StepStats& a, const StepStats& b) {
    QCOMPARE(a.dense, b.dense);
    QCOMPARE(a.threshold, b.threshold);
    for (int layer = 0; layer < kLayers; ++layer) {
        for (int head = 0; head < kHeads; ++head) {
            const HeadStats& x = a.layers[layer].heads[head];
            const HeadStats& y = b.layers[layer].heads[head];
            for (const auto& [p, q] : {std::pair{x.unique_query_share, y.unique_query_share},
                                       {x.unique_key_share, y.unique_key_share},
                                       {x.score_savings, y.score_savings},
                                       {x.attention_savings, y.attention_savings},
                                       {x.query_origin[0], y.query_origin[0]},
                                       {x.query_origin[3], y.query_origin[3]},
                                       {x.key_origin[1], y.key_origin[1]},
                                       {x.key_origin[2], y.key_origin[2]}}) {
                QVERIFY2(std::abs(p - q) < 1e-5,
                         qPrintable(QString("layer %1 head %2: %3 and %4").arg(layer).arg(head).arg(p).arg(q)));
            }
        }
    }
}

// The same numbers up to fp32's rounding of Delta^2, at the border of two codes the neighbouring one.
void compare_deltas(const TokenMap& a, const TokenMap& b) {
    QCOMPARE(a.mean_delta.size(), b.mean_delta.size());
    for (std::size_t i = 0; i < a.mean_delta.size(); ++i) {
        QCOMPARE(std::isnan(a.mean_delta[i]), std::isnan(b.mean_delta[i]));
        QVERIFY(std::isnan(a.mean_delta[i]) || std::abs(a.mean_delta[i] - b.mean_delta[i]) < 1e-5f * a.mean_delta[i]);
    }
    QCOMPARE(a.delta.size(), b.delta.size());
    for (std::size_t i = 0; i < a.delta.size(); ++i) {
        QCOMPARE(a.delta[i] == kNoDelta, b.delta[i] == kNoDelta);
        QVERIFY(std::abs(int(a.delta[i]) - int(b.delta[i])) <= 1);
    }
}

}  // namespace

class GpuAttentionTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void equalsTheCpuPath_data() {
        QTest::addColumn<KernelChoice>("choice");
        for (const char* name : {"token", "first", "exempt frame, dense head and layer", "factors", "value-aware",
                                 "near field", "residual", "output", "group", "channel", "adversarial"}) {
            QTest::newRow(name) << KernelChoice::Auto;
            QTest::addRow("%s, padded", name) << KernelChoice::LibTorchPadded;
        }
    }
    void equalsTheCpuPath() {
        QFETCH(const KernelChoice, choice);
        const c10::InferenceMode inference;
        const RippleSettings settings = form(QString(QTest::currentDataTag()).remove(", padded"));
        QVERIFY(validate(settings).ok());
        const auto cpu = make_ripple_attention(settings, kLayers, kHeads, kGrid, kDim);
        const auto gpu = make_gpu_ripple_attention(settings, choice, at::kCPU, kLayers, kHeads, kGrid, kDim);
        double merged = 0.0;
        for (int step = 1; step <= kSteps; ++step) {
            cpu->begin_step(step, kSteps);
            gpu->begin_step(step, kSteps);
            for (int layer = 0; layer < kLayers; ++layer) {
                for (const GuidancePass pass : {GuidancePass::Cond, GuidancePass::Uncond}) {
                    AttentionCall call{step, kSteps, layer, pass, kGrid};
                    const int seed = 100 * step + 10 * layer + int(pass);
                    const at::Tensor q = smooth(seed, 0.25, at::kDouble), k = smooth(seed + 1, 0.3, at::kDouble),
                                     v = smooth(seed + 2, 0.2, at::kDouble);
                    const at::Tensor expected = cpu->forward(q, k, v, call, {}).clone();
                    const at::Tensor got = gpu->forward(q, k, v, call, {});
                    const double error = (expected - got).abs().max().item<double>();
                    QVERIFY2(error < 1e-11,
                             qPrintable(QString("step %1 layer %2: %3").arg(step).arg(layer).arg(error)));
                }
            }
            const auto [a, x] = cpu->end_step();
            const auto [b, y] = gpu->end_step();
            compare_stats(a, b);
            merged += a.dense ? 0.0 : 1.0 - a.layers[0].heads[0].unique_query_share;
            QCOMPARE(bool(x), bool(y));
            if (x) {
                QVERIFY(x->origin == y->origin);
                QVERIFY(x->mean_share == y->mean_share);
                compare_deltas(*x, *y);
            }
        }
        QVERIFY(merged > 0.5 || settings.carry == Carry::Output);
        qInfo().noquote() << QString::fromStdString(gpu->kernel_name());
    }

    void lowPrecisionIsClose() {
        const c10::InferenceMode inference;
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
            const auto cpu = make_ripple_attention(form("token"), kLayers, kHeads, kGrid, kDim);
            const auto gpu = make_gpu_ripple_attention(form("token"), KernelChoice::LibTorch, at::kCPU, kLayers, kHeads,
                                                       kGrid, kDim);
            cpu->begin_step(3, kSteps);
            gpu->begin_step(3, kSteps);
            const AttentionCall call{3, kSteps, 0, GuidancePass::Cond, kGrid};
            const at::Tensor q = smooth(1, 0.25, type), k = smooth(2, 0.3, type), v = smooth(3, 0.2, type);
            const at::Tensor expected = cpu->forward(q, k, v, call, {}).to(at::kDouble);
            const at::Tensor got = gpu->forward(q, k, v, call, {}).to(at::kDouble);
            const double scale = expected.abs().max().item<double>();
            const double error = (expected - got).abs().max().item<double>() / scale;
            // bf16 rounds at 2^-9, several times on the way.
            QVERIFY2(error < (type == at::kFloat ? 1e-5 : 2e-2), qPrintable(QString::number(error)));
        }
    }

    // Single channels in fp32: the operators and the CPU's kernels decide alike and round alike, at the threshold too,
    // so that whatever differs between devices came with q and k.
    void singleChannelsHaveEqualBits() {
        const c10::InferenceMode inference;
        const at::Tensor rows = smooth(4, 0.3, at::kFloat)[0][0].contiguous();  // [N, channels]
        const int tokens = kGrid.tokens();
        const float* x = rows.const_data_ptr<float>();
        const auto at_channel = [&](int token, int channel) { return x[token * kDim + channel]; };
        TensorGroupRule rule;
        for (int channel = 0; channel < kDim; ++channel) {
            kernels::LinkRule link;
            for (int axis = 0; axis < kernels::kAxes; ++axis) {
                // Exactly the Delta of some pair, which must not link, or the next number, which must.
                const int token = kGrid.stride(axis) * 3;
                const float half = (at_channel(token, channel) - at_channel(token - kGrid.stride(axis), channel)) / 2;
                const float delta = half * half;
                link.squared_theta[axis] = channel % 2 == 0 ? delta : std::nextafter(delta, 1e9f);
            }
            rule.ranges.push_back({channel, 1, link, link});
        }
        const TensorGroups groups = find_tensor_groups(rows.unsqueeze(0), {}, kGrid, rule);
        const at::Tensor snapped = spread_from_roots(
            group_references(rows.unsqueeze(0), groups, kGrid, rule.ranges, kernels::GroupReference::Mean), groups,
            rule.ranges);
        int links = 0;
        for (int channel = 0; channel < kDim; ++channel) {
            kernels::SideInput<float> side;
            side.rows = {x + channel, kDim};
            side.channels = 1;
            side.grid = kGrid;
            side.rule = rule.ranges[channel].query;
            kernels::TokenGroups own;
            kernels::find_groups(side, own);
            std::vector<float> means(own.size());
            kernels::compact_rows<float>({{side.rows, &own, kernels::GroupReference::Mean, means.data()}}, 1, 0, tokens);
            for (int token = 0; token < tokens; ++token) {
                links += own.link[token] >= 0;
                QCOMPARE(int(own.link[token]), groups.link[0][token][channel].item<int>());
                QVERIFY(means[own.group[token]] == snapped[0][token][channel].item<float>());
            }
        }
        QVERIFY(links > tokens);
    }

    void forcedDenseIsDense() {
        const c10::InferenceMode inference;
        const auto gpu =
            make_gpu_ripple_attention(form("token"), KernelChoice::Dense, at::kCPU, kLayers, kHeads, kGrid, kDim);
        gpu->begin_step(3, kSteps);
        const at::Tensor q = smooth(1, 0.25, at::kFloat), k = smooth(2, 0.3, at::kFloat),
                         v = smooth(3, 0.2, at::kFloat);
        const at::Tensor got = gpu->forward(q, k, v, {3, kSteps, 0, GuidancePass::Cond, kGrid}, {});
        QVERIFY(at::equal(got, at::scaled_dot_product_attention(q, k, v)));
        QCOMPARE(gpu->end_step().stats.attention_savings(), 0.0f);
        QVERIFY(gpu->kernel_name().find("dense") != std::string::npos);
    }

    // What no GPU path serves yet falls back to dense, and says so.
    void textTokensFallBackToDense() {
        const c10::InferenceMode inference;
        const auto gpu =
            make_gpu_ripple_attention(form("token"), KernelChoice::Auto, at::kCPU, kLayers, kHeads, kGrid, kDim);
        gpu->begin_step(3, kSteps);
        const at::Tensor q = at::randn({1, kHeads, kGrid.tokens() + 5, kDim}), k = at::randn_like(q),
                         v = at::randn_like(q);
        const at::Tensor got = gpu->forward(q, k, v, {3, kSteps, 0, GuidancePass::Cond, kGrid, {2, 3}}, {});
        QVERIFY(at::equal(got, at::scaled_dot_product_attention(q, k, v)));
        QCOMPARE(gpu->end_step().stats.attention_savings(), 0.0f);
        QVERIFY2(gpu->kernel_name().find("text tokens") != std::string::npos, gpu->kernel_name().c_str());
    }
};

QTEST_APPLESS_MAIN(GpuAttentionTest)
#include "tst_gpu_attention.moc"
