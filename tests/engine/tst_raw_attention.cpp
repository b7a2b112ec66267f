// Attention from q and k before norm and rotation: what every backend makes of it, the sampler of Delta in between, and
// which calls the norm that detects is refused for. The kernel itself: tests/gpu.
#include "engine/attention/delta_sampler.h"
#include "engine/attention/gpu_kernels.h"
#include "engine/attention/run_recorder.h"
#include "engine/model/rope3d.h"
#include "engine/ops/token_ops.h"

#include <QtTest>

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

using namespace timeripple;
using namespace timeripple::engine;

namespace {

constexpr int kLayers = 2, kHeads = 3, kDim = 24, kSteps = 6;
const kernels::TokenGrid kGrid{3, 5, 6};

// A block's buffer [N, 3d], with neighbours that resemble each other, and what norm and rotation need.
struct Block {
    at::Tensor qkv;
    RawQueryKey raw;
    at::Tensor v;
};

Block make_block(int seed, at::ScalarType type, kernels::TokenGrid grid = kGrid, int heads = kHeads,
                 int head_dim = kDim) {
    at::manual_seed(seed);
    const int dim = heads * head_dim;
    at::Tensor rows = at::randn({1, 1, 1, 3 * dim});
    const std::int64_t shapes[][4] = {
        {grid.frames, 1, 1, 3 * dim}, {1, grid.height, 1, 3 * dim}, {1, 1, grid.width, 3 * dim}};
    for (const auto& shape : shapes) {
        rows = rows + 0.2 * at::randn({shape[0], shape[1], shape[2], shape[3]});
    }
    Block block;
    block.qkv = (rows + 0.05 * at::randn(rows.sizes())).reshape({grid.tokens(), 3 * dim}).to(type);
    const RopeTables rope = make_rope_tables(grid, head_dim, at::kCPU);
    // Slower than a model's, so that neighbours still resemble each other.
    const at::Tensor cosine = at::ones_like(rope.cosine) + 0.01 * rope.cosine;
    block.raw = {block.qkv.narrow(1, 0, dim),
                 block.qkv.narrow(1, dim, dim),
                 1.0 + 0.2 * at::randn({dim}),
                 1.0 + 0.2 * at::randn({dim}),
                 cosine,
                 0.01 * rope.sine,
                 heads,
                 1e-6};
    block.v = as_heads(block.qkv.narrow(1, 2 * dim, dim), heads);
    return block;
}

AttentionCall call_of(int step, int layer = 0) {
    AttentionCall call;
    call.step = step;
    call.steps = kSteps;
    call.layer = layer;
    call.grid = kGrid;
    return call;
}

// The definition: norm and rotation, then forward().
at::Tensor one_after_the_other(AttentionBackend& attention, const Block& block, const AttentionCall& call) {
    const RawQueryKey& raw = block.raw;
    rms_norm_rope_(raw.query, raw.query_weight, raw.cosine, raw.sine, raw.heads, raw.eps);
    rms_norm_rope_(raw.key, raw.key_weight, raw.cosine, raw.sine, raw.heads, raw.eps);
    return attention.forward(as_heads(raw.query, raw.heads), as_heads(raw.key, raw.heads), block.v, call, {});
}

RippleSettings form(const QString& name) {
    RippleSettings settings;
    settings.schedule = {0.25, 0.35, 1, 4, true};
    if (name.contains("dense layer")) settings.dense_layers = {1};
    if (name.contains("value-aware")) settings.key_value_weight = 0.5;
    if (name.contains("near field")) settings.near_field = true;
    if (name.contains("residual")) settings.carry = Carry::Residual, settings.refresh_steps = 2;
    if (name.contains("output")) settings.carry = Carry::Output, settings.refresh_steps = 2;
    return settings;
}

std::unique_ptr<RunAttention> backend(const QString& name) {
    if (name == "dense") return make_dense_attention(kLayers, kHeads, kGrid);
    if (name.startsWith("gpu")) {
        return make_gpu_ripple_attention(form(name), KernelChoice::Auto, at::kCPU, kLayers, kHeads, kGrid, kDim);
    }
    return make_ripple_attention(form(name), kLayers, kHeads, kGrid, kDim);
}

// Counts which door was taken.
class Doors final : public AttentionBackend {
  public:
    at::Tensor forward(const at::Tensor& q, const at::Tensor&, const at::Tensor&, const AttentionCall&,
                       std::stop_token) override {
        ++forwards;
        return q;
    }
    at::Tensor forward_raw(const RawQueryKey& raw, const at::Tensor& v, const AttentionCall& call,
                           std::stop_token stop) override {
        ++raws;
        return AttentionBackend::forward_raw(raw, v, call, stop);
    }
    int forwards = 0, raws = 0;
};

}  // namespace

class RawAttentionTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void equalsNormThenForward_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"dense", "token", "dense layer", "value-aware", "near field", "residual", "output",
                                 "gpu token", "gpu dense layer", "gpu near field", "gpu residual", "gpu output"}) {
            QTest::newRow(name) << name;
        }
    }
    void equalsNormThenForward() {
        QFETCH(const QString, name);
        const c10::InferenceMode inference;
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
            const auto raw = backend(name), separate = backend(name);
            float saved = 0.0f;
            for (int step = 1; step <= kSteps; ++step) {
                raw->begin_step(step, kSteps);
                separate->begin_step(step, kSteps);
                for (int layer = 0; layer < kLayers; ++layer) {
                    const AttentionCall call = call_of(step, layer);
                    const Block a = make_block(10 * step + layer, type), b = make_block(10 * step + layer, type);
                    const at::Tensor got = raw->forward_raw(a.raw, a.v, call, {}).clone();
                    const at::Tensor expected = one_after_the_other(*separate, b, call);
                    QVERIFY(at::equal(got, expected));
                    QVERIFY2(at::equal(a.qkv, b.qkv), "q and k are left otherwise");
                }
                const auto [x, x_map] = raw->end_step();
                const auto [y, y_map] = separate->end_step();
                QCOMPARE(x.dense, y.dense);
                QCOMPARE(x.attention_savings(), y.attention_savings());
                QCOMPARE(bool(x_map), bool(y_map));
                QVERIFY(!x_map || x_map->origin == y_map->origin);
                saved = std::max(saved, x.attention_savings());
            }
            QVERIFY2(name == "dense" || saved > 0.1f, qPrintable(QString::number(saved)));
            QVERIFY(raw->kernel_name() == separate->kernel_name());
        }
    }

    // The sampler hands raw rows on as such, so that a backend may fuse, and sees what forward() would have shown it.
    void samplerPassesRawRowsOn() {
        const c10::InferenceMode inference;
        Doors raw, separate;
        DeltaSampler of_raw(1, kHeads, kGrid, 1), of_separate(1, kHeads, kGrid, 1);
        of_raw.begin_step(1, 1, raw);
        of_separate.begin_step(1, 1, separate);
        const AttentionCall call = call_of(1);
        const Block a = make_block(5, at::kFloat), b = make_block(5, at::kFloat);
        const at::Tensor got = of_raw.forward_raw(a.raw, a.v, call, {});
        QVERIFY(at::equal(got, one_after_the_other(of_separate, b, call)));
        QCOMPARE(raw.raws, 1);
        QCOMPARE(separate.raws, 0);
        QCOMPARE(separate.forwards, 1);
        HostCopies first(at::kCPU), second(at::kCPU);
        const DeltaDistributionPtr x = of_raw.end_step(first)(), y = of_separate.end_step(second)();
        QVERIFY(x && y);
        QVERIFY(!x->delta.empty());
        // As bits: where a token has no partner the Delta is NaN.
        const auto same = [](const std::vector<float>& p, const std::vector<float>& q) {
            return p.size() == q.size() && std::memcmp(p.data(), q.data(), p.size() * sizeof(float)) == 0;
        };
        QVERIFY(same(x->delta, y->delta));
        QVERIFY(same(x->value_delta, y->value_delta));
    }

    void refusesWhatTheFusedNormDoesNotTake() {
        const c10::InferenceMode inference;
        const kernels::TokenGrid grid{2, 3, 4};
        const auto refusal = [&](const RawQueryKey& raw, const GpuKernels::Call& call = {}) {
            return QString::fromStdString(GpuKernels::fused_norm_refusal(raw, grid, call));
        };
        const Block good = make_block(1, at::kBFloat16, grid, 2, 64);
        if (kernels::built_with_cuda()) {
            QCOMPARE(refusal(good.raw), QString());
            QCOMPARE(refusal(make_block(1, at::kHalf, grid, 40, 128).raw), QString());
        } else {
            QVERIFY(!refusal(good.raw).isEmpty());
        }
        GpuKernels::Call values;
        values.rule.value_weight = 0.5f;
        QVERIFY(refusal(good.raw, values).contains("values"));
        QVERIFY(refusal(make_block(1, at::kBFloat16, {2, 3, 5}, 2, 64).raw).contains("rows"));
        QVERIFY(refusal(make_block(1, at::kBFloat16, grid, 41, 128).raw).contains("5248 channels"));
        RawQueryKey raw = good.raw;
        raw.key_weight = raw.key_weight.to(at::kBFloat16);
        QVERIFY(refusal(raw).contains("fp32"));
        raw = good.raw;
        raw.cosine = at::Tensor();
        QVERIFY(refusal(raw).contains("angles"));
        // Rows that begin between two vectors of 16 bytes.
        const at::Tensor odd = at::zeros({grid.tokens(), 3 * 128 + 4}, at::kBFloat16);
        raw = good.raw;
        raw.query = odd.narrow(1, 0, 128);
        raw.key = odd.narrow(1, 128, 128);
        QVERIFY(refusal(raw).contains("lie"));
    }

    void normApartFallsBackAsOwnDoes() {
        const c10::InferenceMode inference;
        // Without our kernels there is nothing to fuse: the choice falls back as `own` does.
        const auto apart = make_gpu_ripple_attention(form("token"), KernelChoice::OwnNormApart, at::kCPU, kLayers,
                                                     kHeads, kGrid, kDim);
        const auto own = backend("gpu token");
        const AttentionCall call = call_of(3);
        apart->begin_step(3, kSteps);
        own->begin_step(3, kSteps);
        const Block a = make_block(9, at::kFloat), b = make_block(9, at::kFloat);
        const at::Tensor got = apart->forward_raw(a.raw, a.v, call, {}).clone();
        QVERIFY(at::equal(got, own->forward_raw(b.raw, b.v, call, {})));
        QCOMPARE(apart->kernel_name(), own->kernel_name());
    }
};

QTEST_APPLESS_MAIN(RawAttentionTest)
#include "tst_raw_attention.moc"
