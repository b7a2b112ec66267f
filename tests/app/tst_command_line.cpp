// The built `timeripple` with the fake engine: what it does and what it prints. Bad input: tst_command_line_failures.
#include "engine/api/clip_reader.h"
#include "engine/api/recipe.h"
#include "tests/support/command_line.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

using namespace command_line;

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
          "--stats",   "--json",      "--recipe",      "-o",
          "--checkpoints", "--resume", "--fork"}) {
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
    // The shipped preset of the built-in model at its own size and steps: what calibration found for it.
    const auto shipped = ripple_of({"--preset", "Balanced", "--frames", "33", "--steps", "20"})["ripple"].toObject();
    QCOMPARE(shipped["carry"].toString(), QString("residual"));
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

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_command_line.moc"
