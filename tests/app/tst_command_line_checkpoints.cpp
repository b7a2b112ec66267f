// `timeripple generate --checkpoints, --resume, --fork` with the fake engine.
#include "engine/api/clip_reader.h"
#include "tests/support/command_line.h"

#include <QTemporaryDir>
#include <QtTest>

#include <csignal>

using namespace command_line;

namespace {

QStringList generate(const QString& prompt, const QStringList& more) {
    return QStringList{"generate", "--prompt", prompt, "--width", "32", "--height", "32", "--frames", "5"} + more;
}

std::vector<std::uint8_t> pixels(const QString& path) {
    const auto frames = timeripple::engine::read_clip_frames(path.toStdString());
    return frames ? frames->rgb : std::vector<std::uint8_t>();
}

}  // namespace

class TestCommandLineCheckpoints : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aRunGoesOnFromItsCheckpoint() {
        QTemporaryDir dir;
        const QString whole = dir.filePath("whole.mkv"), rest = dir.filePath("rest.mkv");
        const auto first = run(generate("a red ball", {"--steps", "5", "--seed", "3", "-o", whole, "--checkpoints",
                                                       dir.filePath("points"), "--json"}));
        RUNS(first, 0);
        QCOMPARE(entries(dir.filePath("points")), (QStringList{"step-0004.safetensors", "step-0005.safetensors"}));
        int told = 0;
        for (const auto& line : json_lines(first.out))
            told += line["event"] == "checkpoint";
        QCOMPARE(told, 5);

        // Its settings come with it.
        const auto second = run({"generate", "--resume", dir.filePath("points/step-0004.safetensors"), "-o", rest});
        RUNS(second, 0);
        QCOMPARE(second.err.count("step "), 1);
        QVERIFY(!pixels(whole).empty());
        QVERIFY(pixels(whole) == pixels(rest));
    }

    void anInterruptedRunSaysHowToGoOn() {
        QTemporaryDir dir;
        QProcess process;
        process.setProcessEnvironment(environment());
        process.start(kProgram, generate("[slow] ball", {"--steps", "200", "-o", dir.filePath("a.mkv"), "--checkpoints",
                                                         dir.filePath("points")}));
        QTRY_VERIFY_WITH_TIMEOUT(entries(dir.filePath("points")).filter("safetensors").size() >= 2, 20'000);
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitCode(), 130);
        const QString said = QString::fromUtf8(process.readAllStandardError());
        const auto kept = entries(dir.filePath("points"));
        QCOMPARE(kept.size(), 2);  // nothing half-written
        QVERIFY2(said.contains("--resume " + dir.filePath("points/" + kept.last())), qPrintable(said));
        QVERIFY(!QFile::exists(dir.filePath("a.mkv")));
    }

    void aForkChangesTheAttention() {
        QTemporaryDir dir;
        RUNS(run(generate("a ball", {"--steps", "8", "-o", dir.filePath("a.mkv"), "--checkpoints", dir.filePath("p")})),
             0);
        const QString point = dir.filePath("p/step-0007.safetensors");
        const auto fork =
            run({"generate", "--fork", point, "--preset", "Draft", "-o", dir.filePath("b.mkv"), "--json"});
        RUNS(fork, 0);
        QJsonObject changed;
        for (const auto& line : json_lines(fork.out)) {
            if (line["event"] == "attention") changed = line;
        }
        QCOMPARE(changed["from_step"].toInt(), 8);
        // The recipe of the clip says it, and is read again.
        const auto recipe = run({"recipe", dir.filePath("b.mkv")});
        RUNS(recipe, 0);
        QVERIFY(recipe.out.contains("attention_changes"));
        QVERIFY(recipe.out.contains("\"from_step\": 8"));
        // And the command line that it gives makes the clip again.
        const auto command = run({"recipe", "--command", dir.filePath("b.mkv")});
        RUNS(command, 0);
        QVERIFY2(command.out.contains("--changes"), qPrintable(command.out));
        QProcess shell;
        shell.setProcessEnvironment(environment());
        const QString line = command.out.trimmed().mid(QString("timeripple").size());
        shell.start("/bin/sh", {"-c", kProgram + line + " -o " + dir.filePath("c.mkv")});
        QVERIFY(shell.waitForFinished(60'000));
        QCOMPARE(shell.exitCode(), 0);
        QVERIFY(pixels(dir.filePath("b.mkv")) == pixels(dir.filePath("c.mkv")));
    }

    void wrongUseIsASentence_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        QTest::newRow("missing file") << QStringList{"--resume", "no.safetensors"} << 1 << "no.safetensors";
        QTest::newRow("both") << QStringList{"--resume", "a", "--fork", "b"} << 2 << "not both";
        QTest::newRow("with a recipe") << QStringList{"--resume", "a", "--recipe", "b"} << 2 << "--recipe";
        QTest::newRow("a fork of nothing") << QStringList{"--fork", "a"} << 2 << "--attention";
        QTest::newRow("no such folder") << QStringList{"--prompt", "x", "--checkpoints", "/no/such/folder"} << 1
                                        << "--checkpoints";
        QTest::newRow("another prompt") << QStringList{"--resume", "POINT", "--prompt", "other"} << 1 << "prompt";
        QTest::newRow("another seed") << QStringList{"--resume", "POINT", "--seed", "9"} << 1 << "seed";
        QTest::newRow("other attention") << QStringList{"--resume", "POINT", "--preset", "Draft"} << 1 << "attention";
        QTest::newRow("cut short") << QStringList{"--resume", "CUT"} << 1 << "cut.safetensors";
    }
    void wrongUseIsASentence() {
        QFETCH(QStringList, words);
        QFETCH(int, code);
        QFETCH(QString, says);
        QTemporaryDir dir;
        RUNS(run(generate("a ball", {"--steps", "3", "-o", dir.filePath("a.mkv"), "--checkpoints", dir.filePath("p")})),
             0);
        const QString point = dir.filePath("p/step-0002.safetensors"), cut = dir.filePath("cut.safetensors");
        QVERIFY(QFile::copy(point, cut));
        QVERIFY(QFile::resize(cut, QFileInfo(cut).size() / 2));
        for (QString& word : words) {
            if (word == "POINT") word = point;
            if (word == "CUT") word = cut;
        }
        const auto outcome = run(QStringList{"generate", "-o", dir.filePath("b.mkv")} + words, dir.path());
        QVERIFY2(outcome.code == code, qPrintable(QString::number(outcome.code) + outcome.err));
        QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
        QVERIFY(!QFile::exists(dir.filePath("b.mkv")));
    }
};

QTEST_GUILESS_MAIN(TestCommandLineCheckpoints)
#include "tst_command_line_checkpoints.moc"
