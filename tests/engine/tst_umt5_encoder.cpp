// The UMT5 encoder against transformers, which encoded with padding and mask as WanPipeline does; ours sees real tokens
// only.
#include "engine/text/text_encoder.h"
#include "engine/text/umt5_config.h"
#include "engine/text/umt5_encoder.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/tensor_compare.h"

#include <QTemporaryDir>
#include <QTest>

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace timeripple::engine;
using namespace timeripple::test;
using nlohmann::json;

namespace {

std::string folder_of(const QByteArray& name) {
    return TIMERIPPLE_SOURCE_DIR "/tests/data/text/" + name.toStdString();
}

std::vector<std::int32_t> ids_of(Fixture& fixture) {
    const at::Tensor ids = fixture.tensor("ids", at::kLong);
    return {ids.data_ptr<std::int64_t>(), ids.data_ptr<std::int64_t>() + ids.numel()};
}

std::string failure_of(const std::string& folder) {
    try {
        (void)open_umt5_encoder(folder, at::kFloat, at::kCPU);
    } catch (const EngineFailure& failure) {
        return failure.error().message;
    }
    return "accepted";
}

}  // namespace

class TestUmt5Encoder : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { at::set_num_threads(2); }
    void buckets_equal_transformers();
    void equals_transformers_data();
    void equals_transformers();
    void full_size_names();
    void refuses_other_weights();
    void refuses_configs_data();
    void refuses_configs();
    void refuses_foreign_ids();
    void stops();
};

void TestUmt5Encoder::buckets_equal_transformers() {
    std::ifstream file(TIMERIPPLE_SOURCE_DIR "/tests/data/text/buckets.json");
    for (const json& row : json::parse(file)) {
        const at::Tensor buckets = relative_position_buckets(512, row["buckets"], row["max_distance"]);
        QCOMPARE(buckets.size(0), std::int64_t(1023));
        std::size_t run = 0;
        for (std::int64_t distance = -511; distance < 512; ++distance) {
            const json& changes = row["changes"];
            run += run + 1 < changes.size() && changes[run + 1][0] == distance;
            QCOMPARE(buckets[distance + 511].item<std::int64_t>(), changes[run][1].get<std::int64_t>());
        }
    }
}

void TestUmt5Encoder::equals_transformers_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("gated, three shards") << QByteArray("umt5_gated");
    QTest::newRow("relu, one file") << QByteArray("umt5_relu");
}

void TestUmt5Encoder::equals_transformers() {
    QFETCH(QByteArray, name);
    Fixture golden("text/" + name.toStdString(), "golden");
    const std::vector<std::int32_t> ids = ids_of(golden);
    const at::Tensor exact = golden.tensor("float64");

    const auto encoder = open_umt5_encoder(folder_of(name), at::kFloat, at::kCPU);
    const TextContext context = encoder->encode(ids, 512, {});
    QCOMPARE(context.total_rows, 512);
    QCOMPARE(int(context.rows.scalar_type()), int(at::kFloat));
    const double error = relative_error(context.rows, exact);
    QVERIFY2(error < 1e-5, qPrintable(QString::number(error)));
    QVERIFY(same_bits(encoder->encode(ids, 512, {}).rows, context.rows));

    const auto half = open_umt5_encoder(folder_of(name), at::kBFloat16, at::kCPU);
    const at::Tensor rows = half->encode(ids, 512, {}).rows;
    QCOMPARE(int(rows.scalar_type()), int(at::kBFloat16));
    const double ours = relative_error(rows, exact);
    const double theirs = relative_error(golden.tensor("bfloat16", at::kBFloat16), exact);
    qInfo("fp32 error %.2e; bf16 error %.2e, transformers' %.2e", error, ours, theirs);
    QVERIFY2(ours <= 1.1 * theirs, qPrintable(QString("%1 > 1.1 * %2").arg(ours).arg(theirs)));
}

// UMT5-XXL, as in Wan2.1: 242 tensors, 5,680,910,336 numbers.
void TestUmt5Encoder::full_size_names() {
    Umt5Config config;
    config.vocab_size = 256384;
    config.d_model = 4096;
    config.d_kv = 64;
    config.d_ff = 10240;
    config.layers = 24;
    config.heads = 64;
    std::int64_t numbers = 0;
    const auto tensors = umt5_tensors(config, "shared.weight");
    for (const ExpectedTensor& tensor : tensors) {
        std::int64_t size = 1;
        for (const std::int64_t dim : tensor.shape) {
            size *= dim;
        }
        numbers += size;
    }
    QCOMPARE(tensors.size(), std::size_t(242));
    QCOMPARE(numbers, std::int64_t(5'680'910'336));
}

void TestUmt5Encoder::refuses_other_weights() {
    QTemporaryDir folder;
    const QString source = QString::fromStdString(folder_of("umt5_relu"));
    QVERIFY(QFile::copy(source + "/model.safetensors", folder.filePath("model.safetensors")));
    QVERIFY(
        QFile::copy(QString::fromStdString(folder_of("umt5_gated")) + "/config.json", folder.filePath("config.json")));
    const std::string message = failure_of(folder.path().toStdString());
    QVERIFY2(message.starts_with(folder.path().toStdString()), message.c_str());
    QVERIFY2(message.find("'shared.weight' is [40, 16] instead of [60, 24]") != std::string::npos, message.c_str());
    QVERIFY2(message.find("more") != std::string::npos, message.c_str());
    QVERIFY2(message.size() < 2000, message.c_str());
}

void TestUmt5Encoder::refuses_configs_data() {
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("rule");
    QTest::newRow("other model") << QByteArray("model_type") << QByteArray("\"llama\"") << QByteArray("'llama'");
    QTest::newRow("text") << QByteArray("d_model") << QByteArray("\"24\"") << QByteArray("\"d_model\"");
    QTest::newRow("zero") << QByteArray("num_heads") << QByteArray("0") << QByteArray("\"num_heads\"");
    QTest::newRow("negative") << QByteArray("d_kv") << QByteArray("-8") << QByteArray("\"d_kv\"");
    QTest::newRow("huge") << QByteArray("num_layers") << QByteArray("1000000000000") << QByteArray("\"num_layers\"");
    QTest::newRow("null") << QByteArray("d_ff") << QByteArray("null") << QByteArray("\"d_ff\"");
    QTest::newRow("activation") << QByteArray("feed_forward_proj") << QByteArray("\"gated-mish\"")
                                << QByteArray("gated-mish");
    QTest::newRow("epsilon") << QByteArray("layer_norm_epsilon") << QByteArray("0") << QByteArray("layer_norm_epsilon");
    QTest::newRow("buckets") << QByteArray("relative_attention_num_buckets") << QByteArray("2") << QByteArray("from 4");
}

void TestUmt5Encoder::refuses_configs() {
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, rule);
    std::ifstream file(folder_of("umt5_relu") + "/config.json");
    json config = json::parse(file);
    config[key.toStdString()] = json::parse(value.toStdString());
    QTemporaryDir folder;
    QVERIFY(QFile::copy(QString::fromStdString(folder_of("umt5_relu") + "/model.safetensors"),
                        folder.filePath("model.safetensors")));
    write_file(folder.filePath("config.json").toStdString(), config.dump());
    const std::string message = failure_of(folder.path().toStdString());
    QVERIFY2(message.find("config.json") != std::string::npos, message.c_str());
    QVERIFY2(message.find(rule.toStdString()) != std::string::npos, message.c_str());
}

void TestUmt5Encoder::refuses_foreign_ids() {
    const auto encoder = open_umt5_encoder(folder_of("umt5_relu"), at::kFloat, at::kCPU);
    QVERIFY_THROWS_EXCEPTION(EngineFailure, (void)encoder->encode({1, 40}, 512, {}));
    QVERIFY_THROWS_EXCEPTION(EngineFailure, (void)encoder->encode({-1}, 512, {}));
    QVERIFY_THROWS_EXCEPTION(EngineFailure, (void)encoder->encode({}, 512, {}));
    QCOMPARE(encoder->encode({1}, 512, {}).rows.size(0), std::int64_t(1));
}

void TestUmt5Encoder::stops() {
    std::stop_source stop;
    const auto encoder = open_umt5_encoder(folder_of("umt5_relu"), at::kFloat, at::kCPU, stop.get_token());
    stop.request_stop();
    const auto code_of = [](const auto& call) {
        try {
            call();
        } catch (const EngineFailure& failure) {
            return int(failure.error().code);
        }
        return -1;
    };
    QCOMPARE(code_of([&] { (void)encoder->encode({1}, 512, stop.get_token()); }), int(ErrorCode::Cancelled));
    QCOMPARE(code_of([&] { (void)open_umt5_encoder(folder_of("umt5_relu"), at::kFloat, at::kCPU, stop.get_token()); }),
             int(ErrorCode::Cancelled));
}

QTEST_APPLESS_MAIN(TestUmt5Encoder)
#include "tst_umt5_encoder.moc"
