// `timeripple calibrate` and `timeripple evaluate` with the fake engine: what they write, print and refuse.
#include "engine/api/presets.h"
#include "tests/support/command_line.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

#include <signal.h>

using namespace command_line;

class TestCommandLineSearches : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void help();
    void calibrateWritesAPreset();
    void presetIsFoundAfterwards();
    void presetsAreMeasuredAnew();
    void calibrateResumesAfterAnInterrupt();
    void evaluateWritesAReport();
    void badUse_data();
    void badUse();
    void badFiles();

  private:
    QStringList small(const QString& command) const {
        return {command, "--width", "32", "--height", "32", "--frames", "5"};
    }
};

void TestCommandLineSearches::help() {
    for (const char* command : {"calibrate", "evaluate", "attention"}) {
        QVERIFY(run({"--help"}).out.contains(command));
        const auto outcome = run({command, "--help"});
        RUNS(outcome, 0);
        for (const auto& line : outcome.out.split('\n'))
            QVERIFY2(line.size() <= 120, qPrintable(line));
    }
}

void TestCommandLineSearches::calibrateWritesAPreset() {
    QTemporaryDir dir;
    const QStringList words = small("calibrate") + QStringList{"--steps", "20", "--budget-db",  "42",     "--name",
                                                               "Mine",    "-o", "presets.json", "--work", "work"};
    const auto outcome = run(words, dir.path());
    RUNS(outcome, 0);
    QVERIFY2(outcome.out.contains("Mine, for Pond at 32 x 32, 5 frames, 20 steps"), qPrintable(outcome.out));
    for (const char* words_of :
         {"PSNR against dense: mean ", "score savings", "attention savings", "measured speed-up"})
        QVERIFY(outcome.out.contains(words_of));
    QVERIFY(outcome.err.contains("to go"));
    QCOMPARE(entries(dir.path()), QStringList({"presets.json", "work"}));
    QFile file(dir.filePath("presets.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto preset = QJsonDocument::fromJson(file.readAll()).object()["presets"].toArray()[0].toObject();
    QCOMPARE(preset["name"].toString(), QString("Mine"));
    QCOMPARE(preset["steps"].toInt(), 20);
    QVERIFY(preset["measured"].toObject()["psnr_mean_db"].toDouble() >= 42);
    QCOMPARE(preset["measured"].toObject()["clips"].toInt(), 3);
    // Once more, as JSON lines: nothing is run, the same comes out.
    const auto again = run(words + QStringList{"--json"}, dir.path());
    RUNS(again, 0);
    const auto lines = json_lines(again.out);
    QCOMPARE(lines.last()["event"].toString(), QString("done"));
    QCOMPARE(lines.last()["measured"].toObject()["psnr_mean_db"].toDouble(),
             preset["measured"].toObject()["psnr_mean_db"].toDouble());
    for (const auto& line : lines)
        QVERIFY(line["event"].toString() != "progress");
    QVERIFY(!again.out.contains("takes the place"));
    // Another goal under the same name: the preset is replaced, and that is said.
    const auto other = run(small("calibrate") + QStringList{"--steps", "20", "--budget-db", "20", "--name", "Mine", "-o",
                                                            "presets.json", "--work", "work"},
                           dir.path());
    RUNS(other, 0);
    QVERIFY2(other.err.contains("takes the place of a preset Mine"), qPrintable(other.err));
}

void TestCommandLineSearches::presetIsFoundAfterwards() {
    QTemporaryDir dir;
    auto env = environment();
    env.insert("XDG_DATA_HOME", dir.path());
    RUNS(run(small("calibrate") + QStringList{"--steps", "20", "--savings", "0.5", "--name", "Swift"}, dir.path(), env),
         0);
    const QStringList generate =
        small("generate") + QStringList{"--prompt", "x", "--preset", "swift", "-o", dir.filePath("a.mkv"), "--steps"};
    RUNS(run(generate + QStringList{"20"}, dir.path(), env), 0);
    RUNS(run(generate + QStringList{"21"}, dir.path(), env), 2);  // it was not measured for 21 steps
}

void TestCommandLineSearches::presetsAreMeasuredAnew() {
    QTemporaryDir dir;
    write(dir.filePath("presets.json"), R"({"schema": 1, "presets": [
        {"name": "One", "model": "Pond", "width": 32, "height": 32, "frames": 5, "steps": 12, "settings": {"version": 1},
         "measured": {"clips": 9, "psnr_mean_db": 3}},
        {"name": "Two", "model": "Pond", "width": 48, "height": 32, "frames": 5, "steps": 12,
         "settings": {"version": 1, "carry": "residual"}}]})");
    write(dir.filePath("prompts.txt"), "a fish\na ball\n");
    const auto outcome =
        run({"calibrate", "--measure", "presets.json", "--prompts", "prompts.txt", "-o", "new.json"}, dir.path());
    RUNS(outcome, 0);
    QFile file(dir.filePath("new.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto presets = QJsonDocument::fromJson(file.readAll()).object()["presets"].toArray();
    QCOMPARE(presets.size(), 2);
    for (int i = 0; i < 2; ++i) {
        const auto preset = presets[i].toObject();
        QCOMPARE(preset["name"].toString(), QString(i ? "Two" : "One"));
        QCOMPARE(preset["width"].toInt(), i ? 48 : 32);
        QCOMPARE(preset["measured"].toObject()["clips"].toInt(), 2);
        QVERIFY(preset["measured"].toObject()["psnr_mean_db"].toDouble() > 10);
        QVERIFY(preset["measured"].toObject()["speedup_denoising"].toDouble() > 0);
    }
    QVERIFY(presets[1].toObject()["settings"].toObject()["carry"] == "residual");
}

void TestCommandLineSearches::calibrateResumesAfterAnInterrupt() {
    QTemporaryDir dir;
    write(dir.filePath("prompts.txt"), "a fish [slow]\n\na red ball\n");
    const QStringList words =
        small("calibrate") + QStringList{"--steps",     "10", "--budget-db",  "40",     "--prompts",
                                         "prompts.txt", "-o", "presets.json", "--work", "work"};
    QProcess process;
    process.setProcessEnvironment(environment());
    process.setWorkingDirectory(dir.path());
    process.start(kProgram, words);
    QVERIFY(process.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(entries(dir.filePath("work/runs")).filter(".json").size() >= 1, 30'000);
    ::kill(pid_t(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(!QFile::exists(dir.filePath("presets.json")));
    for (const auto& file : entries(dir.filePath("work/runs")))
        QVERIFY2(file.endsWith(".json"), qPrintable(file));
}

void TestCommandLineSearches::evaluateWritesAReport() {
    QTemporaryDir dir;
    write(dir.filePath("set.json"), R"({"schema": 1, "prompts": [{"prompt": "a fish"}]})");
    const QStringList words = small("evaluate") + QStringList{"--prompts", "set.json", "--work",        "work",
                                                              "-o",        "report",   "--large-clips", "0"};
    const auto outcome = run(words, dir.path());
    RUNS(outcome, 0);
    QVERIFY(outcome.out.contains("residual-75") &&
            outcome.out.contains("wrote report.json, report.csv and report.html"));
    QCOMPARE(entries(dir.filePath("report")), QStringList({"report.csv", "report.html", "report.json"}));
    QVERIFY(run(words + QStringList{"--report-only"}, dir.path()).out.contains("residual-75"));
    // Times of their own: only they are made, once for dense and once for every setting (two forms may end at the same one).
    const auto before = entries(dir.filePath("work/runs")).size();
    RUNS(run(words + QStringList{"--timed-clips", "1"}, dir.path()), 0);
    const auto made = entries(dir.filePath("work/runs")).size() - before;
    QVERIFY2(made >= 16 && made <= 19, qPrintable(QString::number(made)));
    QFile file(dir.filePath("report/report.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QJsonDocument::fromJson(file.readAll()).object()["times"].toObject()["clips"].toInt(), 1);
}

void TestCommandLineSearches::badUse_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("says");
    auto row = [](const char* name, QStringList words, const char* says) { QTest::newRow(name) << words << says; };
    row("no goal", {"calibrate"}, "There is no goal");
    row("two goals", {"calibrate", "--budget-db", "30", "--savings", "0.5"}, "Give one of the two");
    row("goal and file", {"calibrate", "--budget-db", "30", "--measure", "p.json"}, "leave the goal and --name out");
    row("budget", {"calibrate", "--budget-db", "300"}, "The budget is 300 dB");
    row("savings", {"calibrate", "--savings", "85"}, "The savings are 85");
    row("word", {"calibrate", "--budget-db", "high"}, "--budget-db needs a number");
    row("steps", {"calibrate", "--budget-db", "30", "--steps", "2"}, "at least 4 steps");
    row("size", {"calibrate", "--budget-db", "30", "--width", "130"}, "The nearest that works is 128");
    row("no work", {"evaluate", "-o", "r"}, "--work DIR");
    row("no report", {"evaluate", "--work", "w"}, "-o DIR");
    row("clips", {"evaluate", "--work", "w", "-o", "r", "--clips", "0"}, "--clips must be 1 or more");
    row("few steps", {"evaluate", "--work", "w", "-o", "r", "--steps", "5"}, "at least 10 steps");
    row("no tensors", {"attention", "--grid", "1,2,2", "-o", "o.safetensors"}, "--qkv in.safetensors");
    row("grid", {"attention", "--qkv", "a", "--grid", "1x2x2", "-o", "o.safetensors"}, "--grid needs three numbers");
    row("theta", {"attention", "--qkv", "a", "--grid", "1,2,2", "-o", "o.safetensors", "--theta", "-1"},
        "The threshold is -1");
    row("carry",
        {"attention", "--qkv", "a", "--grid", "1,2,2", "-o", "o.safetensors", "--settings",
         R"({"version":1,"carry":"residual"})"},
        "Set carry to nothing");
}

void TestCommandLineSearches::badUse() {
    QFETCH(QStringList, words);
    QFETCH(QString, says);
    QTemporaryDir dir;
    const auto outcome = run(words, dir.path());
    RUNS(outcome, 2);
    QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
    QVERIFY(entries(dir.path()).filter("r").isEmpty());
}

void TestCommandLineSearches::badFiles() {
    QTemporaryDir dir;
    auto says = [&](const QStringList& words, const char* sentence) {
        const auto outcome = run(words, dir.path());
        return outcome.code == 1 && outcome.err.contains(sentence);
    };
    write(dir.filePath("empty.txt"), "\n \n");
    QVERIFY(says({"calibrate", "--budget-db", "30", "--prompts", "empty.txt"}, "holds no prompt"));
    QVERIFY(says({"calibrate", "--budget-db", "30", "--prompts", "none.txt"}, "none.txt cannot be read"));
    QVERIFY(says({"calibrate", "--budget-db", "30", "-o", "no/p.json"}, "-o: The folder"));
    QVERIFY(says({"calibrate", "--measure", "none.json"}, "none.json cannot be read"));
    QVERIFY(says({"evaluate", "--prompts", "none.json", "--work", "w", "-o", "r"}, "none.json"));
    QVERIFY(
        says({"attention", "--qkv", "a", "--grid", "1,2,2", "-o", "o.safetensors", "--settings", R"({"version":99})"},
             "--settings: "));
    QCOMPARE(entries(dir.path()), QStringList("empty.txt"));
}

QTEST_APPLESS_MAIN(TestCommandLineSearches)
#include "tst_command_line_searches.moc"
