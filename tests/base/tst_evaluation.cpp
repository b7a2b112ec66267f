// The evaluation with the fake engine: all rows at their savings, shared and resumed runs, the detector's verdicts, and
// the three files of the report.
#include "engine/api/evaluation.h"
#include "tests/support/fake_engine.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

using namespace timeripple::engine;

namespace {

EvaluationRequest small_request(const QString& work) {
    EvaluationRequest request;
    request.base.width = request.base.height = 32;
    request.base.frames = 5;
    request.base.steps = 50;
    request.prompts = {"a fish", "a <red> \"ball\", & more", "a ring"};
    request.tuning_clips = 2;
    request.large_clips = 2;
    request.large_width = request.large_height = 48;
    request.work_folder = work.toStdString();
    return request;
}

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

}  // namespace

class TestEvaluation : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase();
    void rows();
    void resumesWithoutARun();
    void reportOfWhatIsThere();
    void verdicts();
    void files();
    void reportsRead();
    void timesOfAReport();
    void promptSets();
    void badRequests();

  private:
    QTemporaryDir dir_;
    CalibrationObserver silent_;
    FakeEngine engine_;
    EvaluationReport report_;
};

void TestEvaluation::initTestCase() {
    auto report = evaluate(engine_, small_request(dir_.filePath("work")), silent_, {});
    QVERIFY2(report.ok(), report.ok() ? "" : report.error().message.c_str());
    report_ = *report;
}

void TestEvaluation::rows() {
    QVERIFY(report_.unfinished.empty());
    QStringList ids;
    for (const auto& row : report_.rows) {
        ids << QString::fromStdString(row.id);
        const bool large = ids.last().endsWith("-large");
        QCOMPARE(row.clips.size(), std::size_t(large ? 2 : 3));
        QCOMPARE(row.measured.clips, int(row.clips.size()));
        QCOMPARE(row.width, large ? 48 : 32);
        double mean = 0, least = 1000;
        for (const auto& clip : row.clips) {
            mean += clip.psnr_db / double(row.clips.size());
            least = std::min(least, clip.psnr_db);
            QVERIFY(QFile::exists(dir_.filePath("work/" + QString::fromStdString(clip.file))));
        }
        QVERIFY(std::abs(mean - row.measured.psnr_mean_db) < 1e-9 && least == row.measured.psnr_min_db);
        if (row.form == "token" || row.form == "value-aware" || row.wanted_score) {
            const double saved = row.wanted_score ? row.measured.score.steady : row.measured.attention.steady;
            QVERIFY2(std::abs(saved - row.wanted) < 0.03, qPrintable(ids.last() + QString(" saves %1").arg(saved)));
            QVERIFY(saved > row.measured.attention.run);
        }
    }
    for (const char* id : {"dense", "floor", "channel-75", "channel-85", "group-75", "group-85", "token-50", "token-75",
                           "token-85", "value-aware-50", "near-75", "residual-75", "residual-85", "residual-near-75",
                           "broadcast-75", "broadcast-85", "dense-large"}) {
        QVERIFY2(ids.contains(id), id);
    }
    QCOMPARE(report_.rows[0].measured.psnr_mean_db, ClipQuality::kIdenticalDb);  // dense is its own twin
    QVERIFY(report_.rows[1].measured.psnr_mean_db < 40);                         // another seed is another clip
    QCOMPARE(ids.filter("-large").size(), 3);
    QCOMPARE(ids.removeDuplicates(), 0);
}

void TestEvaluation::resumesWithoutARun() {
    FakeEngine again;
    const auto report = evaluate(again, small_request(dir_.filePath("work")), silent_, {});
    QVERIFY(report.ok());
    QCOMPARE(again.runs(), 0);
    QCOMPARE(report->rows.size(), report_.rows.size());
}

void TestEvaluation::reportOfWhatIsThere() {
    QTemporaryDir other;
    std::stop_source stop;
    class StopAfter : public CalibrationObserver {
      public:
        explicit StopAfter(std::stop_source& source) : source_(source) {}
        void on_progress(int, int, double) override {
            if (++heard_ > 14) source_.request_stop();
        }

      private:
        std::stop_source& source_;
        int heard_ = 0;
    } observer(stop);
    FakeEngine engine;
    auto request = small_request(other.path());
    const auto stopped = evaluate(engine, request, observer, stop.get_token());
    QVERIFY(!stopped.ok() && stopped.error().code == ErrorCode::Cancelled);
    const int before = engine.runs();
    request.report_only = true;
    const auto partial = evaluate(engine, request, silent_, {});
    QVERIFY2(partial.ok(), partial.ok() ? "" : partial.error().message.c_str());
    QCOMPARE(engine.runs(), before);
    QVERIFY(!partial->rows.empty() && !partial->unfinished.empty());
    QVERIFY(partial->rows.size() < report_.rows.size());
}

void TestEvaluation::verdicts() {
    QJsonObject clips;
    for (const auto& clip : report_.rows[0].clips)
        clips[QString::fromStdString(clip.file)] = QJsonObject{{"score", clip.prompt == "a fish" ? 1.0 : 0.5}};
    write(dir_.filePath("verdicts.json"), QJsonDocument(QJsonObject{{"schema", 1}, {"clips", clips}}).toJson());
    auto request = small_request(dir_.filePath("work"));
    request.verdicts_file = dir_.filePath("verdicts.json").toStdString();
    const auto report = evaluate(engine_, request, silent_, {});
    QVERIFY(report.ok() && report->rows[0].detector);
    QVERIFY(std::abs(*report->rows[0].detector - 2.0 / 3.0) < 1e-9);
    QVERIFY(!report->rows[1].detector);
    write(dir_.filePath("verdicts.json"), "{\"schema\": 1}");
    const auto refused = evaluate(engine_, request, silent_, {});
    QVERIFY(!refused.ok());
    QVERIFY2(refused.error().message.find("verdicts.json") != std::string::npos, refused.error().message.c_str());
}

void TestEvaluation::files() {
    const QString folder = dir_.filePath("report");
    QVERIFY(save_report(report_, folder.toStdString()).ok());
    const auto json = QJsonDocument::fromJson(read(folder + "/report.json")).object();
    QCOMPARE(json["schema"].toString(), QString("timeripple.evaluation"));
    QCOMPARE(json["rows"].toArray().size(), int(report_.rows.size()));
    QCOMPARE(json["rows"].toArray()[2].toObject()["clips"].toArray().size(), 3);
    int clips = 0;
    for (const auto& row : report_.rows)
        clips += int(row.clips.size());
    QCOMPARE(read(folder + "/report.csv").count('\n'), clips + 1);
    QVERIFY(read(folder + "/report.csv").contains("\"a <red> \"\"ball\"\", & more\""));
    const auto html = read(folder + "/report.html");
    for (const char* part : {"<svg", "prefers-color-scheme:dark", "residual of whole cells", "attention savings"})
        QVERIFY2(html.contains(part), part);
    for (const char* outside : {"http:", "https:", "<script", "src=", "url("})
        QVERIFY2(!html.contains(outside), outside);
    // Every plot is sound XML.
    int plots = 0;
    for (int at = html.indexOf("<svg"); at >= 0; at = html.indexOf("<svg", at + 1), ++plots) {
        QXmlStreamReader reader(html.mid(at, html.indexOf("</svg>", at) + 6 - at));
        while (!reader.atEnd())
            reader.readNext();
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
    }
    QVERIFY(plots > 2);
}

void TestEvaluation::reportsRead() {
    const QString folder = dir_.filePath("read"), again = dir_.filePath("again");
    QVERIFY(save_report(report_, folder.toStdString()).ok());
    const auto report = read_report((folder + "/report.json").toStdString());
    QVERIFY2(report.ok(), report.ok() ? "" : report.error().message.c_str());
    QVERIFY(save_report(*report, again.toStdString()).ok());
    for (const char* file : {"/report.json", "/report.csv", "/report.html"})
        QCOMPARE(read(again + file), read(folder + file));
    auto refused = [&](const QByteArray& text, const char* words) {
        write(dir_.filePath("bad.json"), text);
        const auto bad = read_report(dir_.filePath("bad.json").toStdString());
        return !bad.ok() && bad.error().message.find("bad.json") != std::string::npos &&
               bad.error().message.find(words) != std::string::npos;
    };
    QVERIFY(refused("{}", "schema"));
    QVERIFY(refused("{\"schema\": \"timeripple.evaluation\", \"version\": 9}", "version 9"));
    QVERIFY(refused("{\"schema\": \"timeripple.evaluation\", \"version\": 1}", "rows"));
    QVERIFY(!read_report(dir_.filePath("none.json").toStdString()).ok());
}

void TestEvaluation::timesOfAReport() {
    auto request = small_request("");
    request.timed_clips = 1;
    FakeEngine engine;
    const auto timed = time_report(engine, report_, request, silent_, {});
    QVERIFY2(timed.ok(), timed.ok() ? "" : timed.error().message.c_str());
    QCOMPARE(timed->timed_clips, 1);
    QVERIFY(!timed->timed_date.empty());
    QCOMPARE(timed->rows.size(), report_.rows.size());
    for (std::size_t i = 0; i < timed->rows.size(); ++i) {
        const auto& row = timed->rows[i];
        QCOMPARE(row.measured.psnr_mean_db, report_.rows[i].measured.psnr_mean_db);
        QVERIFY2(row.measured.speedup_denoising > 0, row.id.c_str());
    }
    auto other = report_;
    other.model_digest = "another";
    const auto refused = time_report(engine, other, request, silent_, {});
    QVERIFY(!refused.ok() && refused.error().message.find("other weights") != std::string::npos);
    request.timed_clips = 0;
    QVERIFY(!time_report(engine, report_, request, silent_, {}).ok());
}

void TestEvaluation::promptSets() {
    const auto pond = *inspect_model(TIMERIPPLE_SOURCE_DIR "/resources/models/pond");
    const auto prompts = read_prompt_set(pond, TIMERIPPLE_SOURCE_DIR "/resources/evaluation/pond.json");
    QVERIFY(prompts.ok());
    QCOMPARE(prompts->size(), std::size_t(16));
    for (const auto& prompt : *prompts)
        QVERIFY2(unknown_words(pond.vocabulary, prompt).empty(), prompt.c_str());
    ModelInfo other;
    other.name = "Heron";
    const auto none = read_prompt_set(other, "");
    QVERIFY(!none.ok());
    QVERIFY2(none.error().message.find("Heron") != std::string::npos, none.error().message.c_str());
    write(dir_.filePath("set.json"), "{\"schema\": 1, \"prompts\": [{\"prompt\": \" \"}]}");
    const auto empty = read_prompt_set(other, dir_.filePath("set.json").toStdString());
    QVERIFY(!empty.ok());
    QVERIFY2(empty.error().message.find("set.json") != std::string::npos, empty.error().message.c_str());
}

void TestEvaluation::badRequests() {
    auto says = [&](const EvaluationRequest& request, const char* words) {
        const auto refused = evaluate(engine_, request, silent_, {});
        return !refused.ok() && refused.error().message.find(words) != std::string::npos;
    };
    auto request = small_request("");
    QVERIFY(says(request, "work folder"));
    request = small_request(dir_.filePath("work"));
    request.prompts.clear();
    QVERIFY(says(request, "no prompts"));
    request = small_request(dir_.filePath("work"));
    request.base.steps = 4;
    QVERIFY(says(request, "at least 10 steps"));
}

QTEST_APPLESS_MAIN(TestEvaluation)
#include "tst_evaluation.moc"
