// WanTransformer3DModel against diffusers v0.40.0: fp32, bf16 against fp64, prompt folding, cancellation, full-size
// names.
#include "engine/attention/run_recorder.h"
#include "engine/core/json_config.h"
#include "engine/model/dit_model.h"
#include "engine/vae/vae_config.h"
#include "tests/support/seeded_weights.h"
#include "tests/support/tensor_file.h"

#include <QCryptographicHash>
#include <QtTest>

#include <ATen/ATen.h>

#include <fstream>

using namespace timeripple;
using namespace timeripple::engine;
using namespace timeripple::tests;

namespace {

const std::string kData = std::string(TIMERIPPLE_SOURCE_DIR) + "/tests/data/model/";

struct Case {
    std::vector<std::int64_t> latents;
    int text_rows, total_rows;
    double timestep;
};

const std::map<std::string, Case>& cases() {
    static const std::map<std::string, Case> all{{"tiny", {{1, 4, 3, 10, 6}, 7, 12, 501}},
                                                 {"head128", {{1, 16, 5, 6, 14}, 9, 9, 999}},
                                                 {"plain", {{1, 3, 6, 4, 10}, 3, 40, 37}}};
    return all;
}

DitModel load(const std::string& name, at::ScalarType dtype) {
    SeededWeights weights;
    const DitConfig config = DitConfig::from_json(JsonConfig::from_file(kData + "dit_" + name + ".json"));
    return DitModel::load(weights, config, dtype, at::kCPU);
}

at::Tensor run(DitModel& model, const Case& one, std::stop_token stop = {}, const DitModel::OnBlock& on_block = {}) {
    const c10::InferenceMode guard;
    const at::Tensor latents = seeded_values("latents", one.latents);
    const TextContext text{seeded_values("text", {one.text_rows, model.config().text_dim}), one.total_rows};
    const auto attention =
        make_dense_attention(model.config().layers, model.config().heads, model.token_grid(one.latents));
    attention->begin_step(1, 1);
    return model.forward(latents, model.prepare_timestep(one.timestep), model.prepare_prompt(text), *attention, {},
                         stop, on_block);
}

}  // namespace

class DitModelTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void equals_diffusers_data() {
        QTest::addColumn<QString>("name");
        for (const auto& [name, one] : cases()) {
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
        }
    }
    void equals_diffusers() {
        QFETCH(QString, name);
        const Case& one = cases().at(name.toStdString());
        const TensorMap golden = read_tensors(kData + "dit_" + name.toStdString() + ".safetensors");

        DitModel model = load(name.toStdString(), at::kFloat);
        const at::Tensor out = run(model, one);
        const double error = relative_error(out, golden.at("float32"));
        qInfo("fp32: relative error %.2e", error);
        QCOMPARE(out.sizes().vec(), golden.at("float32").sizes().vec());
        QVERIFY(error < 1e-5);

        DitModel half = load(name.toStdString(), at::kBFloat16);
        const double ours = rms_error(run(half, one), golden.at("float64"));
        const double theirs = rms_error(golden.at("bfloat16"), golden.at("float64"));
        qInfo("bf16 against fp64: ours %.4e, diffusers %.4e", ours, theirs);
        QVERIFY(ours <= 1.1 * theirs);
    }

    void same_bits_again() {
        DitModel model = load("tiny", at::kFloat);
        const at::Tensor first = run(model, cases().at("tiny"));
        Case other = cases().at("tiny");
        other.latents = {1, 4, 2, 6, 8};
        other.timestep = 3;
        run(model, other);
        QVERIFY(at::equal(first, run(model, cases().at("tiny"))));
    }

    void folded_rows_equal_all_rows() {
        DitModel model = load("tiny", at::kFloat);
        const c10::InferenceMode guard;
        const Case& one = cases().at("tiny");
        const at::Tensor rows = seeded_values("text", {one.text_rows, 16});
        const at::Tensor padded = at::cat({rows, at::zeros({one.total_rows - one.text_rows, 16})});
        const auto attention = make_dense_attention(2, 2, model.token_grid(one.latents));
        attention->begin_step(1, 1);
        const TimeContext time = model.prepare_timestep(one.timestep);
        const at::Tensor latents = seeded_values("latents", one.latents);
        const at::Tensor folded =
            model.forward(latents, time, model.prepare_prompt({rows, one.total_rows}), *attention, {}, {});
        const at::Tensor full =
            model.forward(latents, time, model.prepare_prompt({padded, one.total_rows}), *attention, {}, {});
        QVERIFY(relative_error(folded, full) < 2e-6);
    }

    void stops_between_blocks() {
        DitModel model = load("tiny", at::kFloat);
        std::stop_source stop;
        int blocks = 0;
        try {
            run(model, cases().at("tiny"), stop.get_token(), [&](int done) {
                blocks = done;
                stop.request_stop();
            });
            QFAIL("not stopped");
        } catch (const EngineFailure& failure) {
            QCOMPARE(failure.error().code, ErrorCode::Cancelled);
        }
        QCOMPARE(blocks, 1);
    }

    void refuses_sizes_that_do_not_fit() {
        DitModel model = load("tiny", at::kFloat);
        for (const std::vector<std::int64_t>& shape :
             {std::vector<std::int64_t>{1, 4, 3, 9, 6}, {1, 5, 3, 10, 6}, {1, 4, 33, 10, 6}}) {
            try {
                model.token_grid(shape);
                QFAIL("accepted");
            } catch (const EngineFailure& failure) {
                QCOMPARE(failure.error().code, ErrorCode::BadRequest);
                QVERIFY(!failure.error().message.empty());
            }
        }
    }

    void refuses_other_configs_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("code");
        QTest::newRow("class") << R"({"_class_name":"HunyuanVideoTransformer3DModel"})" << int(ErrorCode::WrongModel);
        QTest::newRow("image") << R"({"image_dim":1280})" << int(ErrorCode::WrongModel);
        QTest::newRow("layers") << R"({"num_layers":0})" << int(ErrorCode::BadFile);
        QTest::newRow("huge") << R"({"num_layers":18446744073709551615})" << int(ErrorCode::BadFile);
        QTest::newRow("fraction") << R"({"num_layers":1.5})" << int(ErrorCode::BadFile);
        QTest::newRow("type") << R"({"patch_size":"2"})" << int(ErrorCode::BadFile);
        QTest::newRow("array") << "[]" << int(ErrorCode::BadFile);
        QTest::newRow("cut") << R"({"num_layers":)" << int(ErrorCode::BadFile);
        QTest::newRow("deep") << QString("[").repeated(100000) << int(ErrorCode::BadFile);
    }
    void refuses_other_configs() {
        QFETCH(QString, text);
        QFETCH(int, code);
        try {
            DitConfig::from_json(JsonConfig(text.toStdString(), "transformer/config.json"));
            QFAIL("accepted");
        } catch (const EngineFailure& failure) {
            QCOMPARE(int(failure.error().code), code);
            QVERIFY(failure.error().message.find("transformer/config.json") != std::string::npos);
        }
    }

    // Names and shapes of the real models, without a weight.
    void full_sizes() {
        std::ifstream in(kData + "full_sizes.json");
        const nlohmann::json sizes = nlohmann::json::parse(in);
        for (const char* name : {"dit_1_3b", "dit_14b", "vae"}) {
            const nlohmann::json& want = sizes[name];
            const JsonConfig json(want["config"].dump(), name);
            ParameterTable table;
            if (std::string(name) == "vae") {
                const VaeConfig config = VaeConfig::from_json(json);
                table = vae_encoder_parameters(config);
                const ParameterTable decoder = vae_decoder_parameters(config);
                table.insert(table.end(), decoder.begin(), decoder.end());
            } else {
                table = dit_parameters(DitConfig::from_json(json));
            }
            std::vector<std::string> lines;
            for (const Parameter& parameter : table) {
                lines.push_back(parameter.name + " " + nlohmann::json(parameter.shape).dump());
            }
            std::sort(lines.begin(), lines.end());
            QByteArray text;
            for (const std::string& line : lines) {
                text += (text.isEmpty() ? "" : "\n") + QByteArray::fromStdString(line);
            }
            QCOMPARE(int(table.size()), want["tensors"].get<int>());
            QCOMPARE(parameter_count(table), want["parameters"].get<std::int64_t>());
            QCOMPARE(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex(),
                     QByteArray::fromStdString(want["sha256"].get<std::string>()));
        }
    }
};

QTEST_APPLESS_MAIN(DitModelTest)
#include "tst_dit_model.moc"
