// Single files and shards: links are fine, everything that does not fit together is refused with a sentence.
#include "engine/weights/weight_index.h"
#include "tests/support/safetensors_builder.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <sys/stat.h>
#include <unistd.h>

using namespace timeripple::engine;
using namespace timeripple::test;

namespace {

std::string shard(const std::vector<std::string>& names) {
    std::vector<RawTensor> tensors;
    for (std::size_t i = 0; i < names.size(); ++i) {
        RawTensor tensor;
        tensor.name = names[i];
        tensor.offsets = offsets_text(4 * i, 4 * i + 4);
        tensors.push_back(tensor);
    }
    return safetensors_file(header_json(tensors), std::string(4 * names.size(), '\0'));
}

}  // namespace

class TestWeightIndex : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init();
    void single_file();
    void shards();
    void hub_cache_links();
    void refuses_bad_index_data();
    void refuses_bad_index();
    void says_what_is_missing();

  private:
    std::string path(const std::string& name) const {
        return dir_->filePath(QString::fromStdString(name)).toStdString();
    }
    std::string folder() const { return dir_->path().toStdString(); }
    std::string failure() const {
        const Result<WeightIndex> index = read_weight_index(folder(), "model");
        return index.ok() ? std::string("accepted") : index.error().message;
    }

    std::unique_ptr<QTemporaryDir> dir_;
};

void TestWeightIndex::init() {
    dir_ = std::make_unique<QTemporaryDir>();
    write_file(path("model-1.safetensors"), shard({"a", "b"}));
    write_file(path("model-2.safetensors"), shard({"c"}));
}

void TestWeightIndex::single_file() {
    write_file(path("model.safetensors"), shard({"x", "y"}));
    const Result<WeightIndex> index = read_weight_index(folder(), "model");
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    QCOMPARE(index->places.size(), std::size_t(2));
    QCOMPARE(index->entry(index->places.at("y")).offset, std::uint64_t(4));
}

void TestWeightIndex::shards() {
    write_file(path("model.safetensors.index.json"),
               R"({"metadata":{"total_size":12,"more":[1,{"x":null}]},"weight_map":{"a":"model-1.safetensors",)"
               R"("b":"model-1.safetensors","c":"model-2.safetensors"}})");
    const Result<WeightIndex> index = read_weight_index(folder(), "model");
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    QCOMPARE(index->files.size(), std::size_t(2));
    QCOMPARE(index->files[index->places.at("c").file].path, path("model-2.safetensors"));
}

// A snapshot of a hub cache: every file, the index too, is a link to a blob elsewhere.
void TestWeightIndex::hub_cache_links() {
    QVERIFY(QDir(dir_->path()).mkpath("blobs"));
    write_file(path("blobs/1111"), shard({"a", "b"}));
    write_file(path("blobs/2222"), shard({"c"}));
    write_file(path("blobs/3333"),
               R"({"weight_map":{"a":"part-1.safetensors","b":"part-1.safetensors","c":"part-2.safetensors"}})");
    QVERIFY(QDir(dir_->path()).mkpath("snapshots/abc/text_encoder"));
    const std::string snapshot = path("snapshots/abc/text_encoder");
    QCOMPARE(::symlink("../../../blobs/1111", (snapshot + "/part-1.safetensors").c_str()), 0);
    QCOMPARE(::symlink("../../../blobs/2222", (snapshot + "/part-2.safetensors").c_str()), 0);
    QCOMPARE(::symlink("../../../blobs/3333", (snapshot + "/model.safetensors.index.json").c_str()), 0);
    const Result<WeightIndex> index = read_weight_index(snapshot, "model");
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    QCOMPARE(index->places.size(), std::size_t(3));
}

void TestWeightIndex::refuses_bad_index_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("rule");
    const auto map = [](const QByteArray& c) {
        return QByteArray(R"({"weight_map":{"a":"model-1.safetensors","b":"model-1.safetensors","c":)") + c + "}}";
    };
    QTest::newRow("path") << map(R"("../model-2.safetensors")") << QByteArray("outside the folder");
    QTest::newRow("absolute") << map(R"("/etc/model-2.safetensors")") << QByteArray("outside the folder");
    QTest::newRow("backslash") << map(R"("..\\model-2.safetensors")") << QByteArray("outside the folder");
    QTest::newRow("subfolder") << map(R"("sub/model-2.safetensors")") << QByteArray("outside the folder");
    QTest::newRow("dots") << map(R"("..")") << QByteArray("outside the folder");
    QTest::newRow("control") << map(R"("model\n.safetensors")") << QByteArray("control character");
    QTest::newRow("NUL") << map(R"("model-2.safetensors\u0000.safetensors")") << QByteArray("control character");
    QTest::newRow("empty name") << map(R"("")") << QByteArray("empty");
    QTest::newRow("pickle shard") << map(R"("model-2.bin")") << QByteArray("not a safetensors file");
    QTest::newRow("missing shard") << map(R"("model-3.safetensors")") << QByteArray("there is no such file");
    QTest::newRow("wrong shard") << map(R"("model-1.safetensors")") << QByteArray("does not hold tensor 'c'");
    QTest::newRow("number") << map("3") << QByteArray("something else than a file name for tensor 'c'");
    QTest::newRow("object") << map("{}") << QByteArray("something else than a file name for tensor 'c'");
    QTest::newRow("list") << map(R"(["model-2.safetensors"])")
                          << QByteArray("something else than a file name for tensor 'c'");
    QTest::newRow("tensor twice") << QByteArray(
                                         R"({"weight_map":{"a":"model-1.safetensors","a":"model-2.safetensors"}})")
                                  << QByteArray("names tensor 'a' twice");
    QTest::newRow("unnamed tensor") << QByteArray(R"({"weight_map":{"a":"model-1.safetensors"}})")
                                    << QByteArray("holds tensor 'b', which the shard index does not name");
    QTest::newRow("map twice") << QByteArray(R"({"weight_map":{},"weight_map":{}})") << QByteArray("weight_map twice");
    QTest::newRow("no map") << QByteArray(R"({"metadata":{}})") << QByteArray("no weight_map");
    QTest::newRow("empty map") << QByteArray(R"({"weight_map":{}})") << QByteArray("no weight_map");
    QTest::newRow("map is a list") << QByteArray(R"({"weight_map":["a"]})") << QByteArray("something else");
    QTest::newRow("map is a text") << QByteArray(R"({"weight_map":"a"})") << QByteArray("something else");
    QTest::newRow("list") << QByteArray("[]") << QByteArray("no weight_map");
    QTest::newRow("text") << QByteArray("\"a\"") << QByteArray("not an object");
    QTest::newRow("number") << QByteArray("7") << QByteArray("not an object");
    QTest::newRow("no JSON") << QByteArray("<html>") << QByteArray("not valid JSON");
    QTest::newRow("NUL behind") << map(R"("model-2.safetensors")") + QByteArray("\0", 1) << QByteArray("NUL byte");
    QTest::newRow("empty") << QByteArray("") << QByteArray("not valid JSON");
    QTest::newRow("deep") << QByteArray(R"({"metadata":)") + QByteArray(100000, '[') << QByteArray("deeper than 8");
}

void TestWeightIndex::refuses_bad_index() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, rule);
    write_file(path("model.safetensors.index.json"), json.toStdString());
    const Result<WeightIndex> index = read_weight_index(folder(), "model");
    QVERIFY2(!index.ok(), "accepted");
    QCOMPARE(int(index.error().code), int(ErrorCode::BadFile));
    QVERIFY2(index.error().message.starts_with(folder()), index.error().message.c_str());
    QVERIFY2(index.error().message.find(rule.toStdString()) != std::string::npos, index.error().message.c_str());
}

void TestWeightIndex::says_what_is_missing() {
    QVERIFY(QFile::remove(QString::fromStdString(path("model-1.safetensors"))));
    QVERIFY(QFile::remove(QString::fromStdString(path("model-2.safetensors"))));
    QVERIFY(failure().find("no shard index either") != std::string::npos);
    write_file(path("pytorch_model.bin"), "x");
    QVERIFY(failure().find("'pytorch_model.bin', a Python pickle") != std::string::npos);
    write_file(path("model.fp16.safetensors"), "x");
    QVERIFY(failure().find("'model.fp16.safetensors'") != std::string::npos);
    const Result<WeightIndex> nowhere = read_weight_index(path("nowhere"), "model");
    QVERIFY(!nowhere.ok());
    QVERIFY(nowhere.error().message.find("no such folder") != std::string::npos);
    // A pickle that calls itself safetensors is told by its content.
    write_file(path("model.safetensors"), "PK\x03\x04 data.pkl");
    QVERIFY(failure().find("ZIP archive") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestWeightIndex)
#include "tst_weight_index.moc"
