// Tables bit for bit, and whole runs with a stand-in for the model, against diffusers
// (tests/data/make_scheduler_fixtures.py).
#include "engine/sampling/flow_schedule.h"
#include "engine/sampling/sampler.h"
#include "tests/support/tensor_compare.h"

#include <QTest>

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

using namespace timeripple::engine;
using namespace timeripple::test;
using nlohmann::json;

namespace {

json fixture_json() {
    std::ifstream file(std::string(TIMERIPPLE_SOURCE_DIR) + "/tests/data/sampling/tables.json");
    return json::parse(file);
}

SchedulerKind kind_of(const json& row) {
    return row["kind"] == "unipc" ? SchedulerKind::UniPC : SchedulerKind::FlowMatchEuler;
}

// scheduler_config.json as a folder would hold it. Its shift is wrong on purpose: the request's decides.
std::string config_text(const json& row) {
    json config = row["config"];
    if (row["kind"] == "unipc") {
        config["_class_name"] = "UniPCMultistepScheduler";
        config["prediction_type"] = "flow_prediction";
        config["use_flow_sigmas"] = true;
        config["flow_shift"] = 99.0;
    } else {
        config["_class_name"] = "FlowMatchEulerDiscreteScheduler";
        config["shift"] = 99.0;
    }
    return config.dump();
}

std::unique_ptr<Sampler> sampler_of(const json& row) {
    return make_sampler(kind_of(row), row["shift"].get<double>(), row["steps"].get<int>(), config_text(row));
}

at::Tensor stand_in_velocity(const at::Tensor& sample, const at::Tensor& bias, at::ScalarType dtype) {
    const at::Tensor x = sample.to(dtype);
    return x * 0.75 + bias.to(dtype) * (x * 0.5).tanh();
}

std::string message_of(SchedulerKind kind, double shift, int steps, const std::string& config) {
    try {
        make_sampler(kind, shift, steps, config);
    } catch (const EngineFailure& failure) {
        return failure.error().message;
    }
    return "accepted";
}

}  // namespace

class TestSampler : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void tables_are_exact();
    void runs_equal_diffusers_data();
    void runs_equal_diffusers();
    void last_step_is_the_estimate();
    void other_family_config();
    void refuses();
    void steps_out_of_order();
    void cleanupTestCase() { qInfo("%d of the compared samples differ in bits from diffusers'", different_bits_); }

  private:
    int different_bits_ = 0;
};

void TestSampler::tables_are_exact() {
    int rows = 0;
    const json fixture = fixture_json();
    for (const json& row : fixture["tables"]) {
        const auto sampler = sampler_of(row);
        // Written with as many digits as a float32 needs.
        const auto floats = row["sigmas"].get<std::vector<float>>();
        const auto timesteps = row["timesteps"].get<std::vector<float>>();
        const std::vector<double> sigmas(floats.begin(), floats.end());
        QVERIFY2(sampler->sigmas() == sigmas, row.dump().substr(0, 120).c_str());
        for (std::size_t i = 0; i < timesteps.size(); ++i) {
            QVERIFY2(sampler->timestep(int(i)) == double(timesteps[i]), row.dump().substr(0, 120).c_str());
        }
        ++rows;
    }
    QVERIFY(rows >= 50);
}

void TestSampler::runs_equal_diffusers_data() {
    QTest::addColumn<QByteArray>("row");
    const json fixture = fixture_json();
    for (const json& row : fixture["runs"]) {
        const std::string tag = row["name"].get<std::string>() + " " + row["kind"].get<std::string>() + " steps " +
                                std::to_string(row["steps"].get<int>()) + " " + row["config"].dump() + " " +
                                row["dtype"].get<std::string>();
        QTest::newRow(tag.c_str()) << QByteArray::fromStdString(row.dump());
    }
}

void TestSampler::runs_equal_diffusers() {
    QFETCH(QByteArray, row);
    const json run = json::parse(row.toStdString());
    Fixture fixture("sampling", "runs");
    const at::Tensor bias = fixture.tensor("bias");
    const at::Tensor expected = fixture.tensor(run["name"]);
    const at::ScalarType dtype = run["dtype"] == "bf16" ? at::kBFloat16 : at::kFloat;
    const auto sampler = sampler_of(run);
    at::Tensor sample = fixture.tensor("noise");
    std::int64_t compared = 0;
    for (int step = 0; step < run["steps"]; ++step) {
        sample = sampler->step(stand_in_velocity(sample, bias, dtype), sample, step);
        QCOMPARE(int(sample.scalar_type()), int(at::kFloat));
        QVERIFY(sample.isfinite().all().item<bool>());
        if (compared < expected.size(0) && step == run["kept"][std::size_t(compared)]) {
            const at::Tensor reference = expected.select(0, compared++);
            different_bits_ += !same_bits(sample, reference);
            QVERIFY2(relative_error(sample, reference) < 1e-6,
                     qPrintable(QString("step %1: %2").arg(step).arg(relative_error(sample, reference))));
        }
    }
    QCOMPARE(compared, expected.size(0));
}

// Also where lambda is infinite: the last sigma is 0.
void TestSampler::last_step_is_the_estimate() {
    const std::string bh1 =
        R"({"_class_name":"UniPCMultistepScheduler","prediction_type":"flow_prediction","use_flow_sigmas":true,"solver_type":"bh1"})";
    const std::vector<std::pair<SchedulerKind, std::string>> cases{
        {SchedulerKind::UniPC, {}}, {SchedulerKind::UniPC, bh1}, {SchedulerKind::FlowMatchEuler, {}}};
    Fixture fixture("sampling", "runs");
    for (const auto& [kind, config] : cases) {
        const auto sampler = make_sampler(kind, 3.0, 1, config);
        const at::Tensor noise = fixture.tensor("noise");
        const at::Tensor velocity = stand_in_velocity(noise, fixture.tensor("bias"), at::kFloat);
        const at::Tensor estimate = sampler->denoised(velocity, noise, 0);
        QVERIFY(max_abs_difference(sampler->step(velocity, noise, 0), estimate) < 1e-5);
    }
}

// diffusers' from_config() takes one family's config for the other scheduler; so do we.
void TestSampler::other_family_config() {
    const std::string unipc =
        R"({"_class_name":"UniPCMultistepScheduler","prediction_type":"flow_prediction","use_flow_sigmas":true,"solver_order":3})";
    QVERIFY(make_sampler(SchedulerKind::FlowMatchEuler, 3.0, 4, unipc)->sigmas() ==
            make_sampler(SchedulerKind::FlowMatchEuler, 3.0, 4, {})->sigmas());
    const std::string euler = R"({"_class_name":"FlowMatchEulerDiscreteScheduler","shift":7.0})";
    QVERIFY(make_sampler(SchedulerKind::UniPC, 3.0, 4, euler)->sigmas() ==
            make_sampler(SchedulerKind::UniPC, 3.0, 4, {})->sigmas());
    QCOMPARE(read_scheduler_config(SchedulerKind::FlowMatchEuler, euler).shift, 7.0);
}

void TestSampler::refuses() {
    const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
    const auto unipc = [](const std::string& more) {
        return R"({"_class_name":"UniPCMultistepScheduler","prediction_type":"flow_prediction","use_flow_sigmas":true)" +
               more + "}";
    };
    const auto of = [&](const std::string& config) { return message_of(SchedulerKind::UniPC, 3.0, 4, config); };
    QVERIFY(has(of(R"({"_class_name":"DDIMScheduler"})"), "DDIMScheduler"));
    QVERIFY(has(of("{"), "not a JSON object"));
    QVERIFY(has(of(R"({"_class_name":"UniPCMultistepScheduler"})"), "flow-matching"));
    QVERIFY(has(of(unipc(R"(,"use_karras_sigmas":true)")), "use_karras_sigmas"));
    QVERIFY(has(of(unipc(R"(,"use_dynamic_shifting":true)")), "use_dynamic_shifting"));
    QVERIFY(has(of(unipc(R"(,"solver_order":4)")), "from 1 to 3"));
    QVERIFY(has(of(unipc(R"(,"solver_order":"two")")), "\"solver_order\""));
    QVERIFY(has(of(unipc(R"(,"predict_x0":false)")), "predict_x0"));
    QVERIFY(has(of(unipc(R"(,"num_train_timesteps":0)")), "num_train_timesteps"));
    QVERIFY(has(message_of(SchedulerKind::UniPC, 3.0, 0, {}), "number of steps is 0"));
    QVERIFY(has(message_of(SchedulerKind::UniPC, 0.0, 4, {}), "flow shift"));
    QVERIFY(has(message_of(SchedulerKind::UniPC, std::nan(""), 4, {}), "flow shift"));
}

void TestSampler::steps_out_of_order() {
    const auto sampler = make_sampler(SchedulerKind::UniPC, 3.0, 4, {});
    const at::Tensor sample = at::ones({1, 1, 1, 2, 2});
    QVERIFY_THROWS_EXCEPTION(EngineFailure, (void)sampler->step(sample, sample, 1));
    (void)sampler->step(sample, sample, 0);
    QVERIFY_THROWS_EXCEPTION(EngineFailure, (void)sampler->step(sample, sample, 0));
}

QTEST_APPLESS_MAIN(TestSampler)
#include "tst_sampler.moc"
