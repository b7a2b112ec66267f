// Prompt cleaning and token ids against Python's html, sentencepiece and tokenizers (tests/data/make_text_fixtures.py).
#include "engine/text/clean_prompt.h"
#include "engine/text/text_encoder.h"
#include "tests/support/safetensors_builder.h"

#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include <fstream>

using namespace timeripple::engine;
using nlohmann::json;

namespace {

const std::string kFolder = TIMERIPPLE_SOURCE_DIR "/tests/data/text";

json golden() {
    std::ifstream file(kFolder + "/tokens.json");
    return json::parse(file);
}

std::string ids_text(const std::vector<std::int32_t>& ids) {
    return json(ids).dump();
}

}  // namespace

class TestTokenizer : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void cleans_like_python();
    void cleans_broken_utf8();
    void ids_equal_python_data();
    void ids_equal_python();
    void pond();
    void cuts_to_the_limit();
    void survives_any_bytes();
    void refuses_data();
    void refuses();
    void refuses_missing_folder();
};

void TestTokenizer::cleans_like_python() {
    const json fixture = golden();
    for (std::size_t i = 0; i < fixture["texts"].size(); ++i) {
        QCOMPARE(clean_prompt(fixture["texts"][i].get<std::string>()), fixture["cleaned"][i].get<std::string>());
    }
    QVERIFY(fixture["entities"].size() > 50);
    for (const json& row : fixture["entities"]) {
        QCOMPARE(clean_prompt(row["text"].get<std::string>()), row["cleaned"].get<std::string>());
    }
}

void TestTokenizer::cleans_broken_utf8() {
    QCOMPARE(clean_prompt("\x85 a \xA0\t\xC2 b\xE3\x80"), std::string("\x85 a \xA0 \xC2 b\xE3\x80"));
    QCOMPARE(clean_prompt("&"), std::string("&"));
    QCOMPARE(clean_prompt("&#"), std::string("&#"));
    QCOMPARE(clean_prompt(std::string(100000, '&')), std::string(100000, '&'));
}

void TestTokenizer::ids_equal_python_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<bool>("from_json");
    for (const char* name : {"plain", "bytes"}) {
        QTest::addRow("%s, spiece.model", name) << QByteArray(name) << false;
        QTest::addRow("%s, tokenizer.json", name) << QByteArray(name) << true;
    }
}

void TestTokenizer::ids_equal_python() {
    QFETCH(QByteArray, name);
    QFETCH(bool, from_json);
    const json fixture = golden();
    std::string folder = kFolder + "/tokenizer_" + name.toStdString();
    QTemporaryDir only_json;
    if (from_json) {
        QVERIFY(QFile::copy(QString::fromStdString(folder + "/tokenizer.json"), only_json.filePath("tokenizer.json")));
        folder = only_json.path().toStdString();
    }
    const auto tokenizer = open_tokenizer(folder);
    const json& rows = fixture[name.toStdString()];
    QCOMPARE(rows.size(), fixture["texts"].size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto text = fixture["texts"][i].get<std::string>();
        const auto expected = rows[i].get<std::vector<std::int32_t>>();
        const auto ids = tokenizer->encode(text, 512);
        QVERIFY2(ids == expected, (text + ": " + ids_text(ids) + " instead of " + ids_text(expected)).c_str());
    }
}

// The built-in model's two files say the same, whatever the text.
void TestTokenizer::pond() {
    const std::string folder = TIMERIPPLE_SOURCE_DIR "/resources/models/pond/tokenizer";
    QTemporaryDir only_json;
    QVERIFY(QFile::copy(QString::fromStdString(folder + "/tokenizer.json"), only_json.filePath("tokenizer.json")));
    const auto spiece = open_tokenizer(folder);
    const auto unigram = open_tokenizer(only_json.path().toStdString());
    const json fixture = golden();
    for (const json& text : fixture["texts"]) {
        QCOMPARE(unigram->encode(text, 512), spiece->encode(text, 512));
    }
    const auto ids = spiece->encode("a large orange fish moves left in dark water", 512);
    QVERIFY(ids.size() > 5);
    QCOMPARE(ids.back(), 1);
    QVERIFY(std::find(ids.begin(), ids.end(), 2) == ids.end());
}

void TestTokenizer::cuts_to_the_limit() {
    const auto tokenizer = open_tokenizer(kFolder + "/tokenizer_plain");
    const auto whole = tokenizer->encode("a large orange fish moves left", 512);
    QVERIFY(whole.size() > 4);
    const auto cut = tokenizer->encode("a large orange fish moves left", 4);
    QCOMPARE(cut, (std::vector<std::int32_t>{whole[0], whole[1], whole[2], 1}));
    QCOMPARE(tokenizer->encode("a large", 1), std::vector<std::int32_t>{1});
    QCOMPARE(tokenizer->encode("", 512), std::vector<std::int32_t>{1});
    QCOMPARE(tokenizer->encode(" \t\n ", 512), std::vector<std::int32_t>{1});
}

void TestTokenizer::survives_any_bytes() {
    const auto tokenizer = open_tokenizer(kFolder + "/tokenizer_bytes");
    std::mt19937_64 random(5);
    for (int i = 0; i < 2000; ++i) {
        std::string text;
        for (std::size_t k = random() % 60; k > 0; --k) {
            text += random() % 3 ? static_cast<char>(random() & 0xFF) : "&#;< amp"[random() % 8];
        }
        const auto ids = tokenizer->encode(text, 64);
        QVERIFY(!ids.empty() && ids.size() <= 64 && ids.back() == 1);
    }
}

void TestTokenizer::refuses_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("rule");
    const auto unigram = [](const QByteArray& more) {
        return QByteArray(R"({"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"},)"
                          R"("model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["</s>",0.0],["a",-1.0]]})") +
               more + "}";
    };
    QTest::newRow("empty model") << QByteArray("spiece.model") << QByteArray() << QByteArray("not a SentencePiece");
    QTest::newRow("no model") << QByteArray("spiece.model") << QByteArray("<html>login</html>")
                              << QByteArray("not a SentencePiece");
    QTest::newRow("pickle") << QByteArray("spiece.model") << QByteArray("\x80\x04\x95", 3)
                            << QByteArray("not a SentencePiece");
    QTest::newRow("no JSON") << QByteArray("tokenizer.json") << QByteArray("{") << QByteArray("not valid JSON");
    QTest::newRow("list") << QByteArray("tokenizer.json") << QByteArray("[]") << QByteArray("not valid JSON");
    QTest::newRow("no model in it") << QByteArray("tokenizer.json") << QByteArray("{}") << QByteArray("Unigram");
    QTest::newRow("BPE") << QByteArray("tokenizer.json") << QByteArray(R"({"model":{"type":"BPE"}})")
                         << QByteArray("'BPE' model");
    QTest::newRow("no vocabulary") << QByteArray("tokenizer.json")
                                   << QByteArray(R"({"model":{"type":"Unigram","unk_id":0}})")
                                   << QByteArray("no vocabulary");
    QTest::newRow("unk outside") << QByteArray("tokenizer.json")
                                 << QByteArray(R"({"model":{"type":"Unigram","unk_id":5,"vocab":[["a",0]]}})")
                                 << QByteArray("no unk_id");
    QTest::newRow("damaged item") << QByteArray("tokenizer.json")
                                  << QByteArray(R"({"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0],["b"]]}})")
                                  << QByteArray("item 1 is damaged");
    QTest::newRow("normalizer") << QByteArray("tokenizer.json") << unigram(R"(,"normalizer":{"type":"BertNormalizer"})")
                                << QByteArray("'BertNormalizer'");
    QTest::newRow("damaged rules") << QByteArray("tokenizer.json")
                                   << unigram(R"(,"normalizer":{"type":"Precompiled","precompiled_charsmap":"*"})")
                                   << QByteArray("rules are damaged");
    QTest::newRow("pre-tokenizer")
        << QByteArray("tokenizer.json")
        << QByteArray(R"({"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"Unigram","unk_id":0,)"
                      R"("vocab":[["<unk>",0.0]]}})")
        << QByteArray("'ByteLevel'");
    QTest::newRow("piece twice")
        << QByteArray("tokenizer.json")
        << QByteArray(R"({"pre_tokenizer":{"type":"Metaspace","replacement":"▁"},"model":{"unk_id":0,)"
                      R"("vocab":[["<unk>",0.0],["a",0.0],["a",-1.0]]}})")
        << QByteArray("not a SentencePiece");
}

void TestTokenizer::refuses() {
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, rule);
    QTemporaryDir folder;
    const std::string path = folder.filePath(file).toStdString();
    timeripple::test::write_file(path, content.toStdString());
    try {
        (void)open_tokenizer(folder.path().toStdString());
        QFAIL("accepted");
    } catch (const EngineFailure& failure) {
        const std::string& message = failure.error().message;
        QVERIFY2(message.starts_with(path), message.c_str());
        QVERIFY2(message.find(rule.toStdString()) != std::string::npos, message.c_str());
        QVERIFY(failure.error().code == ErrorCode::BadFile || failure.error().code == ErrorCode::WrongModel);
    }
}

void TestTokenizer::refuses_missing_folder() {
    try {
        (void)open_tokenizer("/nowhere");
        QFAIL("accepted");
    } catch (const EngineFailure& failure) {
        QVERIFY(failure.error().message.find("neither spiece.model nor tokenizer.json") != std::string::npos);
    }
}

QTEST_APPLESS_MAIN(TestTokenizer)
#include "tst_tokenizer.moc"
