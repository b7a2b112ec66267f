// The built `timeripple` when things go wrong: wrong use, bad files, no permission, failures of the engine, interrupts,
// kills. Every case has its exit code, a sentence that names the cause, and leaves no file behind.
#include "engine/api/recipe.h"
#include "tests/support/command_line.h"

#include <QTemporaryDir>
#include <QtTest>

#include <signal.h>
#include <unistd.h>

using namespace command_line;

class TestCommandLineFailures : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void badUse_data();
    void badUse();
    void badFiles_data();
    void badFiles();
    void badOutputs();
    void engineFailures_data();
    void engineFailures();
    void decodesAgainInTiles();
    void missingEngine();
    void interrupt_data();
    void interrupt();
    void killedRun();
    void closedPipe();

  private:
    QTemporaryDir dir_;
};

void TestCommandLineFailures::badUse_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("says");
    auto row = [](const char* name, QStringList words, const char* says) { QTest::newRow(name) << words << says; };
    auto run_row = [&](const char* name, QStringList words, const char* says) {
        row(name, QStringList{"generate", "--prompt", "x", "-o", "a.mp4"} + words, says);
    };
    row("unknown command", {"genrate"}, "Did you mean generate?");
    row("unknown option", {"generate", "--promt", "x"}, "Did you mean --prompt?");
    row("far from anything", {"generate", "--zzz"}, "The option --zzz is not known.");
    row("no value", {"generate", "--prompt"}, "--prompt needs a value: --prompt TEXT.");
    row("option instead of value", {"generate", "--prompt", "--json"}, "--prompt needs a value");
    row("value for a flag", {"generate", "--json=1"}, "takes no value");
    row("no prompt", {"generate", "-o", "a.mp4"}, "There is no prompt.");
    row("unquoted prompt", {"generate", "--prompt", "a", "fish"}, "\"fish\" is one too many");
    row("no path", {"inspect"}, "needs the path of a model folder");
    row("two paths", {"inspect", "a", "b"}, "one too many");
    row("nothing to write", {"generate", "--prompt", "x"}, "There is nothing to write");
    row("empty prompt", {"generate", "--prompt", "", "-o", "a.mp4"}, "The prompt is empty");
    row("endless prompt", {"generate", "--prompt", QString("x").repeated(20'001), "-o", "a.mp4"},
        "The prompt has 20001 bytes");
    run_row("width", {"--width", "130"},
            "The width is 130, but must be a multiple of 16 from 16 to 4096. The nearest that works is 128.");
    run_row("height", {"--height", "-5"}, "The height is -5");
    run_row("height word", {"--height", "tall"}, "--height needs a whole number, but got \"tall\"");
    run_row("width fraction", {"--width=128.5"}, "--width needs a whole number, but got \"128.5\"");
    run_row("width overflow", {"--width", "99999999999"}, "--width needs a whole number");
    run_row("no frames", {"--frames", "0"}, "The number of frames is 0");
    run_row("a million frames", {"--frames", "1000000"}, "The number of frames is 1000000");
    run_row("frames", {"--frames", "32"}, "The nearest that works is 33");
    run_row("guidance nan", {"--guidance", "nan"}, "guidance is not a number (nan)");
    run_row("guidance inf", {"--guidance", "inf"}, "guidance is not a number (inf)");
    run_row("shift", {"--shift", "0"}, "shift is 0");
    run_row("steps", {"--steps", "0"}, "steps is 0");
    run_row("seed", {"--seed", "-1"}, "--seed needs a whole number from 0");
    run_row("seed word", {"--seed", "random"}, "Or say --seed new.");
    run_row("scheduler", {"--scheduler", "ddim"}, "--scheduler is one of unipc, euler, but got \"ddim\"");
    run_row("dtype", {"--dtype", "fp16"}, "--dtype is one of fp32, bf16");
    run_row("device", {"--device", "tpu"}, "--device is one of auto, cpu, cuda");
    run_row("attention", {"--attention", "sparse"}, "--attention is one of dense, ripple");
    run_row("preset", {"--preset", "fastest"}, "Known here: Faithful, Balanced, Draft");
    run_row("dense with preset", {"--attention", "dense", "--preset", "Draft"}, "does not go with --preset");
    run_row("preset and settings", {"--ripple", "{}", "--preset", "Draft"}, "not both");
    run_row("two prompts", {"--prompt-file", "x.txt"}, "not both");
    run_row("theta", {"--ripple", R"({"version":1,"schedule":{"theta_min":-1}})"}, "theta_min is -1");
    run_row("crf", {"--crf", "70"}, "--crf is 70");
    row("suffix", {"generate", "--prompt", "x", "-o", "a.avi"}, "ends in .avi, which is not known. Use .mp4");
}

void TestCommandLineFailures::badUse() {
    QFETCH(QStringList, words);
    QFETCH(QString, says);
    QTemporaryDir dir;
    const auto outcome = run(words, dir.path());
    RUNS(outcome, 2);
    QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
    QVERIFY(outcome.err.contains("Help: timeripple"));
    QCOMPARE(outcome.out, QString());
    QVERIFY(entries(dir.path()).isEmpty());
}

void TestCommandLineFailures::badFiles_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("says");
    QDir(dir_.path()).mkpath("input");
    const QString in = dir_.filePath("input/");
    QProcess::execute("cp", {"-r", kPond, in + "truncated"});
    QVERIFY(QFile::resize(in + "truncated/vae/diffusion_pytorch_model.safetensors", 50'000));
    QProcess::execute("cp", {"-rs", kPond, in + "pickled"});
    QFile::remove(in + "pickled/vae/diffusion_pytorch_model.safetensors");
    write(in + "pickled/vae/diffusion_pytorch_model.safetensors", QByteArray("\x80\x02}q\x00.", 6));
    QProcess::execute("cp", {"-rs", kPond, in + "lacking"});
    QFile::remove(in + "lacking/vae/diffusion_pytorch_model.safetensors");
    write(in + "hunyuan/model_index.json", R"({"_class_name":"HunyuanVideoPipeline"})");
    write(in + "broken.json", "{\"version\":1,");
    write(in + "latin1.txt", "gr\xFCn");
    auto row = [](const char* name, QStringList words, const char* says) {
        QTest::newRow(name) << QStringList{"generate", "-o", "a.mp4"} + words << says;
    };
    row("no model", {"--prompt", "x", "--model", "/no/such"}, "There is no model at /no/such");
    row("truncated", {"--prompt", "x", "--model", in + "truncated"}, "diffusion_pytorch_model.safetensors");
    row("pickle", {"--prompt", "x", "--model", in + "pickled"}, "pickle");
    row("missing weights", {"--prompt", "x", "--model", in + "lacking"}, "vae");
    row("another model", {"--prompt", "x", "--model", in + "hunyuan"}, "holds a HunyuanVideoPipeline");
    row("a part of a model", {"--prompt", "x", "--model", kPond + "/transformer"}, "Choose the folder above it");
    row("no prompt file", {"--prompt-file", "/no/such.txt"}, "--prompt-file: the file /no/such.txt cannot be read");
    row("folder as prompt", {"--prompt-file", "/"}, "is not a file");
    row("no recipe", {"--recipe", "/no/such.mp4"}, "--recipe: ");
    row("broken recipe", {"--recipe", in + "broken.json"}, "is not sound JSON");
    row("no settings", {"--prompt", "x", "--ripple", "/no/such.json"},
        "--ripple: the file /no/such.json cannot be read");
    row("broken settings", {"--prompt", "x", "--ripple", in + "broken.json"},
        "--ripple: The ripple settings is not sound JSON");
    row("no latents", {"--prompt", "x", "--latents", "/no/such.safetensors"}, "--latents: there is no file");
}

void TestCommandLineFailures::badFiles() {
    QFETCH(QStringList, words);
    QFETCH(QString, says);
    QTemporaryDir dir;
    const auto outcome = run(words, dir.path());
    RUNS(outcome, 1);
    QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
    QVERIFY(entries(dir.path()).isEmpty());
}

void TestCommandLineFailures::badOutputs() {
    QTemporaryDir dir;
    const auto missing = run({"generate", "--prompt", "x [hang]", "-o", dir.filePath("no/a.mp4")});
    RUNS(missing, 1);
    QVERIFY2(missing.err.contains("-o: The folder " + dir.filePath("no") + " does not exist"), qPrintable(missing.err));
    const auto stats =
        run({"generate", "--prompt", "x [hang]", "-o", dir.filePath("a.mp4"), "--stats", dir.filePath("no/s.json")});
    RUNS(stats, 1);
    QVERIFY(stats.err.contains("--stats: "));
    if (getuid() == 0) {
        // Root may write everywhere: run as nobody. The program must be readable for it.
        QVERIFY(
            QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther));
        QProcess process;
        process.setProcessEnvironment(environment());
        process.setChildProcessModifier([] {
            if (setgid(65534) != 0 || setuid(65534) != 0) _exit(99);
        });
        process.start(kProgram, {"generate", "--prompt", "x [hang]", "-o", dir.filePath("a.mp4")});
        QVERIFY(process.waitForFinished(60'000));
        if (process.error() == QProcess::FailedToStart || process.exitCode() == 99)
            QSKIP("nobody cannot start the program here");
        const QString text = process.readAllStandardError();
        QVERIFY2(process.exitCode() == 1 && text.contains("There is no permission to write"), qPrintable(text));
        QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    QVERIFY(entries(dir.path()).isEmpty());
}

void TestCommandLineFailures::engineFailures_data() {
    QTest::addColumn<QString>("tag");
    QTest::addColumn<QString>("says");
    QTest::newRow("oom") << "[fail:oom]"
                         << "Not enough memory while denoising. Choose a smaller size";
    QTest::newRow("nonfinite") << "[fail:nonfinite]"
                               << "not finite";
    QTest::newRow("file") << "[fail:badfile]"
                          << "is damaged";
    QTest::newRow("device") << "[fail:lost]"
                            << "Start the program again";
    QTest::newRow("internal") << "[fail:internal]"
                              << "(asked for by the prompt)";
    QTest::newRow("throws") << "[throw]"
                            << "Something went wrong inside the program.";
}

void TestCommandLineFailures::engineFailures() {
    QFETCH(QString, tag);
    QFETCH(QString, says);
    QTemporaryDir dir;
    const auto outcome = run({"generate", "--prompt", "x " + tag, "--steps", "4", "-o", "a.mp4", "--save-frames",
                              "frames", "--stats", "s.json"},
                             dir.path());
    RUNS(outcome, 1);
    QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
    QVERIFY(entries(dir.path()).isEmpty());
}

void TestCommandLineFailures::decodesAgainInTiles() {
    QTemporaryDir dir;
    const auto outcome =
        run({"generate", "--prompt", "x [fail:decode]", "--frames", "5", "--steps", "4", "-o", "a.mp4"}, dir.path());
    RUNS(outcome, 0);
    QVERIFY2(outcome.err.contains("decoded in tiles"), qPrintable(outcome.err));
    QVERIFY(timeripple::engine::read_recipe(dir.filePath("a.mp4").toStdString())->request.vae_tiling);
}

void TestCommandLineFailures::missingEngine() {
    QTemporaryDir dir;
    auto env = environment();
    env.insert("TIMERIPPLE_ENGINE", "/no/libtr_engine.so");
    const auto generate = run({"generate", "--prompt", "x", "-o", "a.mp4"}, dir.path(), env);
    RUNS(generate, 1);
    QVERIFY(generate.err.contains("TIMERIPPLE_ENGINE names /no/libtr_engine.so"));
    const auto devices = run({"devices"}, {}, env);
    RUNS(devices, 1);
    QVERIFY(devices.out.startsWith("cpu "));
    // What needs no engine works without it.
    RUNS(run({"--version"}, {}, env), 0);
    RUNS(run({"inspect", kPond}, {}, env), 0);
    RUNS(run({"help", "generate"}, {}, env), 0);
}

void TestCommandLineFailures::interrupt_data() {
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("command");
    QTest::newRow("Ctrl-C") << SIGINT << "generate";
    QTest::newRow("terminate") << SIGTERM << "generate";
    QTest::newRow("compare") << SIGINT << "compare";
}

void TestCommandLineFailures::interrupt() {
    QFETCH(int, number);
    QFETCH(QString, command);
    QTemporaryDir dir;
    QProcess process;
    process.setProcessEnvironment(environment());
    process.setWorkingDirectory(dir.path());
    process.start(kProgram, {command, "--prompt", "x [hang]", "--steps", "4", "-o", "a.mp4", "--save-frames", "frames",
                             "--stats", "s.json"});
    process.setReadChannel(QProcess::StandardError);
    QByteArray text;
    while (!text.contains("step 1 of 4") && process.waitForReadyRead(30'000))
        text += process.readAllStandardError();
    QVERIFY2(text.contains("step 1 of 4"), text);
    QElapsedTimer timer;
    timer.start();
    ::kill(pid_t(process.processId()), number);
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    text += process.readAllStandardError();
    QVERIFY2(text.contains("Stopped. No file is half-written."), text);
    QVERIFY(entries(dir.path()).isEmpty());
}

void TestCommandLineFailures::killedRun() {
    QTemporaryDir dir;
    RUNS(run({"generate", "--prompt", "x", "--frames", "1", "--steps", "1", "-o", "a.mp4"}, dir.path()), 0);
    const auto before = timeripple::engine::read_recipe(dir.filePath("a.mp4").toStdString());
    QProcess process;
    process.setProcessEnvironment(environment());
    process.setWorkingDirectory(dir.path());
    process.start(kProgram,
                  {"generate", "--prompt", "y [hang]", "--steps", "4", "-o", "a.mp4", "--save-frames", "frames"});
    process.setReadChannel(QProcess::StandardError);
    QByteArray text;
    while (!text.contains("step 1 of 4") && process.waitForReadyRead(30'000))
        text += process.readAllStandardError();
    QVERIFY2(text.contains("step 1 of 4"), text);
    process.kill();
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(entries(dir.path()), QStringList("a.mp4"));
    QVERIFY(timeripple::engine::read_recipe(dir.filePath("a.mp4").toStdString())->request == before->request);
    RUNS(run({"generate", "--prompt", "y", "--frames", "1", "--steps", "1", "-o", "a.mp4"}, dir.path()), 0);
}

void TestCommandLineFailures::closedPipe() {
    QTemporaryDir dir;
    QProcess shell;
    shell.setProcessEnvironment(environment());
    shell.setWorkingDirectory(dir.path());
    shell.start("bash", {"-c", "set -o pipefail; '" + kProgram +
                                   "' generate --prompt x --frames 5 --steps 50 --json -o a.mp4 | head -1 >/dev/null; "
                                   "exit ${PIPESTATUS[0]}"});
    QVERIFY(shell.waitForFinished(60'000));
    QCOMPARE(shell.exitCode(), 0);
    QCOMPARE(entries(dir.path()), QStringList("a.mp4"));
}

QTEST_GUILESS_MAIN(TestCommandLineFailures)
#include "tst_command_line_failures.moc"
