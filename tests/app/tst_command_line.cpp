// The built `timeripple` with the fake engine: what it does, what it prints, its exit codes; bad input; interrupts and
// kills.
#include "engine/api/clip_reader.h"
#include "engine/api/recipe.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <signal.h>
#include <unistd.h>

namespace {

const QString kProgram = QStringLiteral(TIMERIPPLE_BINARY_DIR "/bin/timeripple");
const QString kFakeEngine = QStringLiteral(TIMERIPPLE_BINARY_DIR "/tests/libtr_fake_engine.so");
const QString kPond = QStringLiteral(TIMERIPPLE_SOURCE_DIR "/resources/models/pond");

struct Outcome {
    int code = -1;
    QString out, err;
};

QProcessEnvironment environment() {
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("TIMERIPPLE_ENGINE", kFakeEngine);
    environment.remove("TIMERIPPLE_RESOURCES");
    return environment;
}

Outcome run(const QStringList& words, const QString& folder = {}, const QProcessEnvironment& env = environment()) {
    QProcess process;
    process.setProcessEnvironment(env);
    if (!folder.isEmpty()) process.setWorkingDirectory(folder);
    process.start(kProgram, words);
    Outcome outcome;
    if (!process.waitForFinished(60'000)) return outcome;
    outcome.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    outcome.out = QString::fromUtf8(process.readAllStandardOutput());
    outcome.err = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}

QStringList entries(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name);
}

QList<QJsonObject> json_lines(const QString& text) {
    QList<QJsonObject> lines;
    for (const auto& line : text.split('\n', Qt::SkipEmptyParts)) {
        const auto document = QJsonDocument::fromJson(line.toUtf8());
        if (!document.isObject()) return {};
        lines << document.object();
    }
    return lines;
}

void write(const QString& path, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

}  // namespace

#define RUNS(outcome, expected)            \
    QVERIFY2((outcome).code == (expected), \
             qPrintable(QString("exit code %1\n%2%3").arg((outcome).code).arg((outcome).out, (outcome).err)))

class TestCommandLine : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase();
    void version();
    void help();
    void generate();
    void defaultsComeFromTheModel();
    void allOutputs();
    void sameCommandSameClip();
    void recipeStartsARun();
    void commandOfARecipeGivesTheSameRequest();
    void presetsAndSettings();
    void jsonLines();
    void promptFile();
    void compare();
    void inspect();
    void devices();
    void hintsAtUnknownWords();
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
    QString clip_;  // made once by generate()
};

void TestCommandLine::initTestCase() {
    QVERIFY2(QFile::exists(kProgram), "build the target timeripple");
    clip_ = dir_.filePath("clip.mp4");
}

void TestCommandLine::version() {
    const auto outcome = run({"--version"});
    RUNS(outcome, 0);
    QVERIFY(outcome.out.startsWith("TimeRipple Studio ") && outcome.out.contains("commit "));
}

void TestCommandLine::help() {
    const auto general = run({"--help"});
    RUNS(general, 0);
    QVERIFY(general.out.contains("Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted."));
    for (const char* command : {"generate", "compare", "inspect", "devices", "recipe"}) {
        QVERIFY(general.out.contains(command));
        for (const auto& words : {QStringList{command, "--help"}, QStringList{"help", command}}) {
            const auto outcome = run(words);
            RUNS(outcome, 0);
            QVERIFY(outcome.out.startsWith(QString("Usage: timeripple %1").arg(command)));
            for (const auto& line : outcome.out.split('\n'))
                QVERIFY2(line.size() <= 120, qPrintable(line));
        }
    }
    const auto generate = run({"generate", "--help"});
    for (const char* option :
         {"--model",   "--prompt",    "--prompt-file", "--negative",  "--width",   "--height",       "--frames",
          "--steps",   "--guidance",  "--shift",       "--scheduler", "--seed",    "--dtype",        "--device",
          "--threads", "--attention", "--preset",      "--ripple",    "--latents", "--save-latents", "--save-frames",
          "--stats",   "--json",      "--recipe",      "-o"}) {
        QVERIFY2(generate.out.contains(option), option);
    }
    RUNS(run({}), 2);
}

void TestCommandLine::generate() {
    const auto outcome = run({"generate", "--prompt", "a red ball", "--width", "64", "--height", "48", "--frames", "9",
                              "--steps", "4", "--seed", "7", "-o", clip_});
    RUNS(outcome, 0);
    QVERIFY(outcome.out.contains("9 frames of 64 x 48, 4 steps, seed 7"));
    QVERIFY(outcome.out.contains("wrote " + clip_));
    // In a pipe: one line a step, no control characters.
    QCOMPARE(outcome.err.count("step "), 4);
    QVERIFY(outcome.err.contains("step 3 of 4"));
    QVERIFY(!outcome.err.contains('\r') && !outcome.err.contains('\x1b'));
    const auto clip = timeripple::engine::read_clip_frames(clip_.toStdString());
    QVERIFY(clip.ok());
    QCOMPARE(clip->frames, 9);
    QCOMPARE(clip->width, 64);
    QCOMPARE(entries(dir_.path()), QStringList("clip.mp4"));
}

void TestCommandLine::defaultsComeFromTheModel() {
    const auto pond = QJsonDocument::fromJson([] {
                          QFile file(kPond + "/pond.json");
                          return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
                      }())
                          .object()["default"]
                          .toObject();
    QTemporaryDir dir;
    const auto outcome = run({"generate", "--prompt", "a fish", "--steps", "2", "--json", "-o", dir.filePath("a.mkv")});
    RUNS(outcome, 0);
    const auto request = json_lines(outcome.out).last()["recipe"].toObject()["request"].toObject();
    for (const char* key : {"width", "height", "frames"})
        QCOMPARE(request[key].toInt(), pond[key].toInt());
    QCOMPARE(request["guidance"].toDouble(), pond["guidance"].toDouble());
    QCOMPARE(request["steps"].toInt(), 2);
    QCOMPARE(request["model"].toString(), QString());
}

void TestCommandLine::allOutputs() {
    QTemporaryDir dir;
    const auto outcome = run({"generate",
                              "--prompt",
                              "x",
                              "--width",
                              "32",
                              "--height",
                              "32",
                              "--frames",
                              "5",
                              "--steps",
                              "12",
                              "--attention",
                              "ripple",
                              "-o",
                              "clip.mkv",
                              "--save-frames",
                              "frames",
                              "--save-latents",
                              "final.safetensors",
                              "--stats",
                              "stats.json"},
                             dir.path());
    RUNS(outcome, 0);
    QCOMPARE(entries(dir.path()), QStringList({"clip.mkv", "final.safetensors", "frames", "stats.json"}));
    QCOMPARE(entries(dir.filePath("frames")), QStringList({"frame_00000.png", "frame_00001.png", "frame_00002.png",
                                                           "frame_00003.png", "frame_00004.png"}));
    const auto lossless = timeripple::engine::read_clip_frames(dir.filePath("clip.mkv").toStdString());
    const auto pictures = timeripple::engine::read_clip_frames(dir.filePath("frames").toStdString());
    QVERIFY(lossless.ok() && pictures.ok() && lossless->rgb == pictures->rgb);
    QFile latents(dir.filePath("final.safetensors"));
    QVERIFY(latents.open(QIODevice::ReadOnly));
    const QByteArray bytes = latents.readAll();
    QVERIFY(bytes.contains(R"("shape":[1,16,2,4,4])"));
    QCOMPARE((bytes.size() - 1 * 16 * 2 * 4 * 4 * 4) % 8, 0);
    QFile stats(dir.filePath("stats.json"));
    QVERIFY(stats.open(QIODevice::ReadOnly));
    const auto object = QJsonDocument::fromJson(stats.readAll()).object();
    QCOMPARE(object["schema"].toString(), QString("timeripple.stats"));
    QCOMPARE(object["version"].toInt(), 1);
    QCOMPARE(object["steps"].toArray().size(), 12);
    const auto step = object["steps"].toArray()[8].toObject();
    QVERIFY(!step["dense"].toBool());
    QVERIFY(step["layers"].toArray()[0].toObject()["heads"].toArray()[0].toObject()["unique_keys"].toDouble() < 1);
    QVERIFY(object["recipe"].toObject()["savings"].toObject()["attention"].toDouble() > 0);
    // And once more over the same names.
    RUNS(run({"generate", "--prompt", "y", "--width", "32", "--height", "32", "--frames", "1", "--steps", "1", "-o",
              "clip.mkv", "--save-frames", "frames"},
             dir.path()),
         0);
    QCOMPARE(entries(dir.filePath("frames")), QStringList("frame_00000.png"));
}

void TestCommandLine::sameCommandSameClip() {
    QTemporaryDir dir;
    for (const char* name : {"a.mkv", "b.mkv"})
        RUNS(run({"generate", "--prompt", "x", "--frames", "5", "--steps", "2", "-o", name}, dir.path()), 0);
    const auto a = timeripple::engine::read_clip_frames(dir.filePath("a.mkv").toStdString());
    const auto b = timeripple::engine::read_clip_frames(dir.filePath("b.mkv").toStdString());
    QVERIFY(a->rgb == b->rgb);
    RUNS(
        run({"generate", "--prompt", "x", "--frames", "5", "--steps", "2", "--seed", "new", "-o", "c.mkv"}, dir.path()),
        0);
    QVERIFY(timeripple::engine::read_recipe(dir.filePath("c.mkv").toStdString())->request.seed != 0);
}

void TestCommandLine::recipeStartsARun() {
    QTemporaryDir dir;
    const auto shown = run({"recipe", clip_});
    RUNS(shown, 0);
    const auto request = QJsonDocument::fromJson(shown.out.toUtf8()).object()["request"].toObject();
    QCOMPARE(request["prompt"].toString(), QString("a red ball"));
    QCOMPARE(request["seed"].toInt(), 7);
    write(dir.filePath("recipe.json"), shown.out.toUtf8());
    for (const QString& source : {clip_, dir.filePath("recipe.json")}) {
        RUNS(run({"generate", "--recipe", source, "--steps", "3", "-o", dir.filePath("again.mkv")}), 0);
        const auto again = timeripple::engine::read_recipe(dir.filePath("again.mkv").toStdString());
        QVERIFY(again.ok());
        QCOMPARE(again->request.prompt, std::string("a red ball"));
        QCOMPARE(again->request.width, 64);
        QCOMPARE(again->request.steps, 3);
    }
    const auto none = run({"recipe", "/no/clip.mp4"});
    RUNS(none, 1);
    QVERIFY(none.err.contains("/no/clip.mp4"));
}

void TestCommandLine::commandOfARecipeGivesTheSameRequest() {
    QTemporaryDir dir;
    RUNS(run({"generate", "--prompt", "it's \"a\" $HOME `fish`", "--frames", "5", "--steps", "9", "--preset", "draft",
              "--guidance", "2.5", "-o", dir.filePath("a.mkv")}),
         0);
    const auto line = run({"recipe", "--command", dir.filePath("a.mkv")});
    RUNS(line, 0);
    QVERIFY(line.out.startsWith("timeripple generate "));
    QProcess shell;
    shell.setProcessEnvironment(environment());
    shell.start("sh", {"-c", kProgram + line.out.trimmed().mid(10) + " -o " + dir.filePath("b.mkv")});
    QVERIFY(shell.waitForFinished(60'000));
    QVERIFY2(shell.exitCode() == 0, shell.readAllStandardError());
    auto a = timeripple::engine::read_recipe(dir.filePath("a.mkv").toStdString())->request;
    const auto b = timeripple::engine::read_recipe(dir.filePath("b.mkv").toStdString())->request;
    QCOMPARE(a.preset_name, std::string("Draft"));
    a.preset_name.clear();  // a name for display; the settings travel
    QVERIFY(a == b);
}

void TestCommandLine::presetsAndSettings() {
    QTemporaryDir dir;
    auto ripple_of = [&](const QStringList& more) {
        const auto outcome = run(
            QStringList{"generate", "--prompt", "x", "--frames", "1", "--steps", "10", "-o", dir.filePath("a.mkv")} +
            more);
        if (outcome.code != 0) return QJsonObject{{"error", outcome.err}};
        const auto shown = run({"recipe", dir.filePath("a.mkv")});
        return QJsonDocument::fromJson(shown.out.toUtf8()).object()["request"].toObject();
    };
    QCOMPARE(ripple_of({})["attention"].toString(), QString("dense"));
    QCOMPARE(ripple_of({"--attention", "ripple"})["preset"].toString(), QString("Balanced"));
    QCOMPARE(ripple_of({"--preset", "Faithful"})["attention"].toString(), QString("ripple"));
    const QString settings = R"({"version":1,"schedule":{"theta_min":0.25,"theta_max":0.5}})";
    write(dir.filePath("settings.json"), settings.toUtf8());
    for (const QString& given : {settings, dir.filePath("settings.json")}) {
        const auto request = ripple_of({"--ripple", given});
        QCOMPARE(request["attention"].toString(), QString("ripple"));
        QCOMPARE(request["ripple"].toObject()["schedule"].toObject()["theta_max"].toDouble(), 0.5);
    }
}

void TestCommandLine::jsonLines() {
    QTemporaryDir dir;
    const auto outcome = run(
        {"generate", "--prompt", "x [notice]", "--frames", "5", "--steps", "3", "--json", "-o", dir.filePath("a.mp4")});
    RUNS(outcome, 0);
    QCOMPARE(outcome.err, QString());
    const auto lines = json_lines(outcome.out);
    QVERIFY(lines.size() > 8);
    QStringList events;
    for (const auto& line : lines)
        events << line["event"].toString();
    QCOMPARE(events.count("started"), 1);
    QCOMPARE(events.count("step"), 3);
    QVERIFY(events.contains("notice") && events.contains("progress") && events.contains("wrote"));
    QCOMPARE(events.last(), QString("done"));
    const auto failed =
        run({"generate", "--prompt", "x [fail:oom]", "--steps", "3", "--json", "-o", dir.filePath("b.mp4")});
    RUNS(failed, 1);
    QCOMPARE(json_lines(failed.out).last()["code"].toString(), QString("out_of_memory"));
    const auto wrong = run({"generate", "--prompt", "x", "--width", "130", "--json", "-o", dir.filePath("b.mp4")});
    RUNS(wrong, 2);
    QCOMPARE(json_lines(wrong.out).last()["code"].toString(), QString("bad_request"));
}

void TestCommandLine::promptFile() {
    QTemporaryDir dir;
    const QByteArray prompt = "a gr\xC3\xBCn fish \xF0\x9F\x90\x9F\nin dark water";
    write(dir.filePath("prompt.txt"), "\xEF\xBB\xBF" + prompt + "\r\n");
    RUNS(run({"generate", "--prompt-file", dir.filePath("prompt.txt"), "--frames", "1", "--steps", "1", "-o",
              dir.filePath("a.mkv")}),
         0);
    QCOMPARE(
        QByteArray::fromStdString(timeripple::engine::read_recipe(dir.filePath("a.mkv").toStdString())->request.prompt),
        prompt);
    // 10,000 characters are fine.
    write(dir.filePath("long.txt"), QByteArray("fish ").repeated(2000));
    RUNS(run({"generate", "--prompt-file", dir.filePath("long.txt"), "--frames", "1", "--steps", "1", "-o",
              dir.filePath("b.mkv")}),
         0);
    RUNS(run({"generate", "--prompt", QString("fish ").repeated(2000), "--frames", "1", "--steps", "1", "-o",
              dir.filePath("b.mkv")}),
         0);
}

void TestCommandLine::compare() {
    QTemporaryDir dir;
    const QStringList words{"compare",
                            "--prompt",
                            "x",
                            "--width",
                            "64",
                            "--height",
                            "64",
                            "--frames",
                            "5",
                            "--steps",
                            "10",
                            "--save-frames",
                            "single.mkv",
                            "--save-latents",
                            "l.safetensors",
                            "--stats",
                            "both.json",
                            "-o",
                            "both.mp4"};
    const auto outcome = run(words, dir.path());
    RUNS(outcome, 0);
    for (const char* part : {"score savings (the paper's estimate)", "attention savings (multiply-adds left out)",
                             "measured speed-up (wall clock, this process)", "PSNR against dense: mean", "SSIM: mean",
                             "median accelerated step"}) {
        QVERIFY2(outcome.out.contains(part), qPrintable(outcome.out));
    }
    QCOMPARE(entries(dir.path()), QStringList({"both.json", "both.mp4", "l-dense.safetensors", "l-ripple.safetensors",
                                               "single-dense.mkv", "single-ripple.mkv"}));
    const auto pair = timeripple::engine::read_clip_frames(dir.filePath("both.mp4").toStdString());
    QCOMPARE(pair->width, 2 * 64 + 8);
    QVERIFY(timeripple::engine::read_recipe(dir.filePath("both.mp4").toStdString())->quality.has_value());
    const auto json = run({"compare", "--prompt", "x", "--frames", "5", "--steps", "10", "--json"});
    RUNS(json, 0);
    const auto done = json_lines(json.out).last();
    for (const char* key : {"score_savings", "attention_savings", "speedup_denoising", "speedup_step", "mean_psnr_db",
                            "worst_psnr_db", "mean_ssim"}) {
        QVERIFY2(done[key].isDouble(), key);
    }
}

void TestCommandLine::inspect() {
    const auto pond = run({"inspect", kPond});
    RUNS(pond, 0);
    QVERIFY(pond.out.contains("Pond: Wan2.1") && pond.out.contains("Can run.") && pond.out.contains("text_encoder"));
    const auto json = run({"inspect", kPond, "--json"});
    RUNS(json, 0);
    QCOMPARE(json_lines(json.out).first()["components"].toArray().size(), 5);
    const auto part = run({"inspect", kPond + "/vae"});
    RUNS(part, 1);
    QVERIFY(part.out.contains("Choose the folder above it"));
    const auto clip = run({"inspect", clip_});
    RUNS(clip, 1);
    QVERIFY(clip.out.contains("a clip with its recipe") &&
            clip.out.contains("timeripple generate --prompt 'a red ball'"));
    const auto nothing = run({"inspect", "/no/such"});
    RUNS(nothing, 1);
    QVERIFY(nothing.err.contains("/no/such"));
}

void TestCommandLine::devices() {
    const auto outcome = run({"devices"});
    RUNS(outcome, 0);
    QVERIFY(outcome.out.startsWith("cpu      Fake processor, 2 cores, 17.18 GB of memory"));
    RUNS(run({"devices", "--json"}), 0);
}

void TestCommandLine::hintsAtUnknownWords() {
    QTemporaryDir dir;
    const auto outcome =
        run({"generate", "--prompt", "a large zebra", "--frames", "1", "--steps", "1", "-o", dir.filePath("a.mp4")});
    RUNS(outcome, 0);
    QVERIFY2(outcome.err.contains("Pond was not trained on: zebra."), qPrintable(outcome.err));
}

void TestCommandLine::badUse_data() {
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

void TestCommandLine::badUse() {
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

void TestCommandLine::badFiles_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("says");
    QDir(dir_.path()).mkpath("input");
    const QString in = dir_.filePath("input/");
    QProcess::execute("cp", {"-r", kPond, in + "truncated"});
    QFile::resize(in + "truncated/transformer/diffusion_pytorch_model.safetensors", 50'000);
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

void TestCommandLine::badFiles() {
    QFETCH(QStringList, words);
    QFETCH(QString, says);
    QTemporaryDir dir;
    const auto outcome = run(words, dir.path());
    RUNS(outcome, 1);
    QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
    QVERIFY(entries(dir.path()).isEmpty());
}

// Said before the run, not after it.
void TestCommandLine::badOutputs() {
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

void TestCommandLine::engineFailures_data() {
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

void TestCommandLine::engineFailures() {
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

void TestCommandLine::decodesAgainInTiles() {
    QTemporaryDir dir;
    const auto outcome =
        run({"generate", "--prompt", "x [fail:decode]", "--frames", "5", "--steps", "4", "-o", "a.mp4"}, dir.path());
    RUNS(outcome, 0);
    QVERIFY2(outcome.err.contains("decoded in tiles"), qPrintable(outcome.err));
    QVERIFY(timeripple::engine::read_recipe(dir.filePath("a.mp4").toStdString())->request.vae_tiling);
}

void TestCommandLine::missingEngine() {
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
    RUNS(run({"recipe", clip_}, {}, env), 0);
}

void TestCommandLine::interrupt_data() {
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("command");
    QTest::newRow("Ctrl-C") << SIGINT << "generate";
    QTest::newRow("terminate") << SIGTERM << "generate";
    QTest::newRow("compare") << SIGINT << "compare";
}

void TestCommandLine::interrupt() {
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
    QVERIFY2(text.contains("Stopped. Nothing was written."), text);
    QVERIFY(entries(dir.path()).isEmpty());
}

void TestCommandLine::killedRun() {
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

// "timeripple ... | head -1" must not die of a signal in the middle of a file.
void TestCommandLine::closedPipe() {
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

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_command_line.moc"
