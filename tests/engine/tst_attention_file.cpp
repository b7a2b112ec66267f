// `timeripple attention`: one form on tensors from a file, against the fp64 definition and by its own words; the
// example of app/README.md; files and settings that cannot be run.
#include "engine/attention/attention_file.h"
#include "engine/pipeline/engine.h"
#include "engine/weights/weight_source.h"
#include "tests/support/smooth_tokens.h"
#include "tests/support/tensor_file.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <ATen/ATen.h>

using namespace timeripple::engine;
using timeripple::kernels::TokenGrid;
using namespace timeripple::tests;

namespace {

constexpr int kHeads = 2, kDim = 32;
const TokenGrid kGrid{3, 4, 6};

at::Tensor tensor_of(unsigned seed, int text_before = 0, int text_behind = 0) {
    const int rows = kGrid.tokens() + text_before + text_behind;
    at::Tensor out = at::empty({kHeads, rows, kDim}, at::kFloat);
    for (int head = 0; head < kHeads; ++head) {
        auto video = timeripple::testing::smooth_tokens(kGrid, kDim, 0.3, seed + 10 * unsigned(head));
        auto text = timeripple::testing::smooth_tokens({1, 1, text_before + text_behind + 1}, kDim, 1.0, seed + 77);
        const auto video_rows = at::from_blob(video.data(), {kGrid.tokens(), kDim}, at::kDouble);
        const auto text_rows = at::from_blob(text.data(), {text_before + text_behind + 1, kDim}, at::kDouble);
        out[head].narrow(0, text_before, kGrid.tokens()).copy_(video_rows);
        if (text_before) out[head].narrow(0, 0, text_before).copy_(text_rows.narrow(0, 0, text_before));
        if (text_behind)
            out[head].narrow(0, rows - text_behind, text_behind).copy_(text_rows.narrow(0, text_before, text_behind));
    }
    return out;
}

// One tensor of the output.
at::Tensor load(const QString& path, const char* name, at::ScalarType type) {
    const QFileInfo file(path);
    const auto source = open_weights(file.path().toStdString(), file.completeBaseName().toStdString());
    return source->load(name, source->shape(name), type, at::kCPU);
}

}  // namespace

class TestAttentionFile : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init();
    void agreesWithTheDefinition_data();
    void agreesWithTheDefinition();
    void everyFloatType_data();
    void everyFloatType();
    void rootsAndMapsTellTheSame();
    void zeroThresholdIsDense();
    void textIsNeverMerged();
    void badInput_data();
    void badInput();
    void documentedExample();

  private:
    QString path(const char* name) const { return dir_.filePath(name); }
    void write(const char* name, const TensorMap& tensors) { write_tensors(path(name).toStdString(), tensors); }
    Result<AttentionFileReport> run(const RippleSettings& settings, const char* input = "in.safetensors",
                                    bool reference = true) {
        request_.input = path(input).toStdString();
        request_.output = path("out.safetensors").toStdString();
        request_.grid = {kGrid.frames, kGrid.height, kGrid.width};
        request_.settings = settings;
        request_.reference = reference;
        return engine_.run_attention_file(request_, {});
    }

    QTemporaryDir dir_;
    StudioEngine engine_;
    AttentionFileRequest request_;
};

void TestAttentionFile::init() {
    request_ = {};
    write("in.safetensors", {{"q", tensor_of(1)}, {"k", tensor_of(2)}, {"v", tensor_of(3)}});
    QFile::remove(path("out.safetensors"));
}

void TestAttentionFile::agreesWithTheDefinition_data() {
    QTest::addColumn<QString>("settings");
    QTest::newRow("token") << R"({"version":1})";
    QTest::newRow("first") << R"({"version":1,"reference":"first","axes":{"time":false}})";
    QTest::newRow("sides and axes")
        << R"({"version":1,"query_factor":{"time":0.5,"y":1.5,"x":0},"key_factor":{"y":2}})";
    QTest::newRow("value-aware") << R"({"version":1,"key_value_weight":0.5,"exempt_first_frame":true})";
    QTest::newRow("near field") << R"({"version":1,"near_field":true,"near_reach":{"time":1,"y":1,"x":0}})";
    QTest::newRow("dense head") << R"({"version":1,"dense_heads":[1]})";
    QTest::newRow("group") << R"({"version":1,"granularity":"group","reference":"first"})";
    QTest::newRow("channel") << R"({"version":1,"granularity":"channel"})";
    QTest::newRow("adversarial") << R"({"version":1,"adversarial":"y"})";
}

void TestAttentionFile::agreesWithTheDefinition() {
    QFETCH(QString, settings);
    const auto read = ripple_settings_from_json(settings.toStdString());
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
    // A factor that is left out is 1; the thresholds above are those of the default schedule.
    const auto report = run(*read);
    QVERIFY2(report.ok(), report.ok() ? "" : report.error().message.c_str());
    QCOMPARE(report->heads, kHeads);
    QCOMPARE(report->rows, kGrid.tokens());
    QVERIFY(report->score_savings > 0.0);
    QVERIFY(report->rms_against_dense > 1e-4);
    // fp32 attention against fp64; a pair at the threshold would differ by far more.
    QVERIFY2(*report->largest_against_reference < 2e-5,
             qPrintable(QString::number(*report->largest_against_reference)));
    const auto out = load(path("out.safetensors"), "out", at::kFloat);
    const auto reference = load(path("out.safetensors"), "reference", at::kDouble);
    QVERIFY((out.to(at::kDouble) - reference).abs().max().item<double>() < 2e-5);
}

void TestAttentionFile::everyFloatType_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("tolerance");  // of attention in that type, outputs of about 1
    QTest::newRow("F64") << int(at::kDouble) << "F64" << 1e-12;
    QTest::newRow("F16") << int(at::kHalf) << "F16" << 1e-5;  // computed in fp32; compared before rounding
    QTest::newRow("BF16") << int(at::kBFloat16) << "BF16" << 0.03;
}

void TestAttentionFile::everyFloatType() {
    QFETCH(int, type);
    QFETCH(QString, name);
    QFETCH(double, tolerance);
    std::vector<at::Tensor> tensors;
    std::string header = "{", payload;
    for (const char* tensor : {"q", "k", "v"}) {
        const at::Tensor values = tensor_of(unsigned(tensor[0])).to(at::ScalarType(type)).contiguous();
        const auto begin = payload.size();
        payload.append(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
        header += std::string(begin ? "," : "") + "\"" + tensor + "\":{\"dtype\":\"" + name.toStdString() +
                  "\",\"shape\":[2,72,32],\"data_offsets\":[" + std::to_string(begin) + "," +
                  std::to_string(payload.size()) + "]}";
    }
    header += "}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t size = header.size();
    QFile file(path("typed.safetensors"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(reinterpret_cast<const char*>(&size), 8);
    file.write(header.data(), qint64(header.size()));
    file.write(payload.data(), qint64(payload.size()));
    file.close();
    const auto report = run({}, "typed.safetensors");
    QVERIFY2(report.ok(), report.ok() ? "" : report.error().message.c_str());
    QCOMPARE(QString::fromStdString(report->type), name);
    QVERIFY2(*report->largest_against_reference < tolerance,
             qPrintable(QString::number(*report->largest_against_reference)));
}

void TestAttentionFile::rootsAndMapsTellTheSame() {
    const auto report = run({}, "in.safetensors", false);
    QVERIFY(report.ok());
    QVERIFY(!report->largest_against_reference);
    for (const char* side : {"query", "key"}) {
        const auto root = load(path("out.safetensors"), (std::string(side) + "_root").c_str(), at::kInt);
        const auto origin = load(path("out.safetensors"), (std::string(side) + "_origin").c_str(), at::kByte);
        const auto share =
            load(path("out.safetensors"), (std::string("unique_") + side + "_share").c_str(), at::kFloat);
        for (int head = 0; head < kHeads; ++head) {
            int roots = 0;
            for (int token = 0; token < kGrid.tokens(); ++token) {
                const int from = root[head][token].item<int>();
                const bool computed = origin[head][token].item<int>() == 0;
                QCOMPARE(from == token, computed);
                QVERIFY(from <= token && root[head][from].item<int>() == from);
                roots += computed;
            }
            QVERIFY(std::abs(share[head].item<float>() - float(roots) / float(kGrid.tokens())) < 1e-6);
        }
    }
}

void TestAttentionFile::zeroThresholdIsDense() {
    request_.theta = 0.0;
    const auto report = run({});
    QVERIFY2(report.ok(), report.ok() ? "" : report.error().message.c_str());
    QCOMPARE(report->rms_against_dense, 0.0);
    QCOMPARE(report->attention_savings, 0.0);
    QVERIFY(*report->largest_against_reference < 2e-5);
}

void TestAttentionFile::textIsNeverMerged() {
    write("joint.safetensors", {{"q", tensor_of(1, 3, 5)}, {"k", tensor_of(2, 3, 5)}, {"v", tensor_of(3, 3, 5)}});
    request_.text_before = 3;
    request_.text_behind = 5;
    RippleSettings settings;
    settings.schedule.theta_max = 100;  // whatever may merge does
    const auto report = run(settings, "joint.safetensors");
    QVERIFY2(report.ok(), report.ok() ? "" : report.error().message.c_str());
    QVERIFY(*report->largest_against_reference < 2e-5);
    // 2 x 2 x 3 cells of 3 x 4 x 6 tokens, and the text.
    QVERIFY(std::abs(report->unique_key_share - 20.0 / 80.0) < 1e-6);
    const auto root = load(path("out.safetensors"), "key_root", at::kInt);
    for (int row : {0, 1, 2, 75, 76, 79})
        QCOMPARE(root[0][row].item<int>(), row);
    QCOMPARE(root[0][4].item<int>(), 3);
}

void TestAttentionFile::badInput_data() {
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("says");
    QTest::newRow("nan") << "nan"
                         << "The tensor k in";
    QTest::newRow("grid") << "grid"
                          << "has 96 tokens, but q, k and v in";
    QTest::newRow("no grid") << "no grid"
                             << "needs three numbers T,Y,X";
    QTest::newRow("negative threshold") << "theta"
                                        << "The threshold is -1";
    QTest::newRow("negative theta_min") << "theta_min"
                                        << "theta_min";
    QTest::newRow("refresh 0") << "refresh"
                               << "refresh";
    QTest::newRow("residual") << "residual"
                              << "carry to nothing";
    QTest::newRow("no v") << "no v"
                          << "holds no tensor \"v\"";
    QTest::newRow("shapes") << "shapes"
                            << "one type and one shape";
    QTest::newRow("missing") << "missing"
                             << "none.safetensors";
    QTest::newRow("text with channels") << "text"
                                        << "Text rows go with whole tokens only";
}

void TestAttentionFile::badInput() {
    QFETCH(QString, change);
    QFETCH(QString, says);
    TensorMap tensors{{"q", tensor_of(1)}, {"k", tensor_of(2)}, {"v", tensor_of(3)}};
    RippleSettings settings;
    request_.grid = {kGrid.frames, kGrid.height, kGrid.width};
    if (change == "nan") tensors["k"][1][5][3] = std::nanf("");
    if (change == "no v") tensors.erase("v");
    if (change == "shapes") tensors["v"] = tensors["v"].narrow(1, 0, 71);
    if (change == "grid") request_.grid = {4, 4, 6};
    if (change == "no grid") request_.grid = {0, 4, 6};
    if (change == "theta") request_.theta = -1.0;
    if (change == "theta_min") settings.schedule.theta_min = -0.5;
    if (change == "refresh") settings.carry = Carry::Residual, settings.refresh_steps = 0;
    if (change == "residual") settings.carry = Carry::Residual;
    if (change == "text") settings.granularity = Granularity::Channel, request_.text_before = 2;
    write("bad.safetensors", tensors);
    request_.input = path(change == "missing" ? "none.safetensors" : "bad.safetensors").toStdString();
    request_.output = path("out.safetensors").toStdString();
    request_.settings = settings;
    const auto refused = engine_.run_attention_file(request_, {});
    QVERIFY(!refused.ok());
    QVERIFY2(refused.error().message.find(says.toStdString()) != std::string::npos, refused.error().message.c_str());
    QVERIFY(!QFile::exists(path("out.safetensors")) && !QFile::exists(path("out.safetensors.part")));
}

// app/README.md, "For researchers": the same words.
void TestAttentionFile::documentedExample() {
    const QString program = QStringLiteral(TIMERIPPLE_BINARY_DIR "/bin/timeripple");
    if (!QFile::exists(program)) QSKIP("the command line is not built");
    QFile settings(path("s.json"));
    QVERIFY(settings.open(QIODevice::WriteOnly));
    settings.write(R"({"version": 1, "key_value_weight": 0.5, "schedule": {"theta_max": 0.3}})");
    settings.close();
    QProcess process;
    process.setWorkingDirectory(dir_.path());
    process.start(program, {"attention", "--qkv", "in.safetensors", "--grid", "3,4,6", "--settings", "s.json", "-o",
                            "out.safetensors", "--reference", "--json"});
    QVERIFY(process.waitForFinished(60'000));
    const QByteArray words = process.readAllStandardOutput();
    QVERIFY2(process.exitCode() == 0, process.readAllStandardError() + words);
    const auto done = QJsonDocument::fromJson(words).object();
    QCOMPARE(done["event"].toString(), QString("done"));
    QVERIFY(done["largest_against_reference"].toDouble() < 2e-5);
    QVERIFY(done["attention_savings"].toDouble() > 0);
    QCOMPARE(load(path("out.safetensors"), "out", at::kFloat).sizes(), at::IntArrayRef({kHeads, 72, kDim}));
    // And what cannot be: a sentence, exit code 2, nothing written.
    QFile::remove(path("out.safetensors"));
    process.start(program, {"attention", "--qkv", "in.safetensors", "--grid", "3,4", "-o", "out.safetensors"});
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(process.readAllStandardError().contains("--grid needs three numbers"));
    QVERIFY(!QFile::exists(path("out.safetensors")));
}

QTEST_GUILESS_MAIN(TestAttentionFile)
#include "tst_attention_file.moc"
