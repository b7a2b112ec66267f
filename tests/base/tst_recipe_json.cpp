// Settings, requests and recipes as JSON: round trips, strict types, versions, tolerance; and the command line.
#include "engine/api/recipe.h"
#include "engine/base/strict_json.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <limits>

using namespace timeripple::engine;
using nlohmann::json;

namespace {

GenerationRequest unusual_request() {
    GenerationRequest r;
    r.model_path = "/models/wan \"1.3B\"";
    r.prompt = "a \xF0\x9F\x90\x9F \"quoted\"\n'fish'\\ with $HOME";
    r.negative_prompt = "blurry";
    r.width = 832;
    r.height = 480;
    r.frames = 81;
    r.fps = 23.976;
    r.steps = 50;
    r.guidance_scale = 5.1;
    r.flow_shift = 0.1;
    r.scheduler = SchedulerKind::FlowMatchEuler;
    r.seed = std::numeric_limits<std::uint64_t>::max();
    r.precision = Precision::BFloat16;
    r.device = DeviceChoice::Cuda;
    r.threads = 7;
    r.attention = AttentionMode::Ripple;
    r.preset_name = "Balanced";
    r.ripple.granularity = Granularity::Group;
    r.ripple.reference = Reference::First;
    r.ripple.axes = {true, false, true};
    r.ripple.schedule = {0.1, 0.7, 3, 9, false};
    r.ripple.query_factor = {1.5, 0.25, 0};
    r.ripple.key_factor = {0.1, 0.2, 0.3};
    r.ripple.exempt_first_frame = true;
    r.ripple.dense_layers = {0, 7};
    r.ripple.dense_heads = {2};
    r.ripple.key_value_weight = 0.5;
    r.ripple.near_field = true;
    r.ripple.near_reach = {0, 3, 1};
    r.ripple.carry = Carry::Residual;
    r.ripple.refresh_steps = 4;
    r.ripple.adversarial = AdversarialReuse::Y;
    r.kernel = KernelChoice::LibTorchPadded;
    r.vae_tiling = true;
    r.initial_latents_path = "/tmp/x.safetensors";
    return r;
}

Recipe full_recipe() {
    Recipe recipe;
    recipe.request = unusual_request();
    recipe.provenance = {"0.1.0+abc", "Pond", "d1", "CPU, 2 cores", "dense", 2, "2025-01-01T00:00:00Z"};
    recipe.times = {0.5, 0.25, 10.5, 2, 13.25};
    recipe.score_savings = 0.25f;
    recipe.attention_savings = 0.5f;
    recipe.median_dense_step_seconds = 0.75;
    recipe.median_ripple_step_seconds = 0.375;
    recipe.quality = ClipQuality{{30.5, 31}, {0.9, 0.95}, 30.75, 30.5, 0, 0.925};
    return recipe;
}

QString message_of(const auto& result) {
    return result.ok() ? QString() : QString::fromStdString(result.error().message);
}

}  // namespace

class TestRecipeJson : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void requestRoundTrip();
    void rippleRoundTrip();
    void recipeRoundTrip();
    void absentKeysKeepDefaults();
    void unknownKeysAndNullAreTolerated();
    void newerVersionsAreRefused();
    void wrongTypesAreRefused_data();
    void wrongTypesAreRefused();
    void brokenTextIsRefused_data();
    void brokenTextIsRefused();
    void twiceEncodedRecipeIsRead();
    void bareRequestIsARecipe();
    void homeFolderIsHidden();
    void commandLine();
    void commandLineAndBack();
    void commandLinesThatAreWrong_data();
    void commandLinesThatAreWrong();
    void averagesOfARun();
};

void TestRecipeJson::requestRoundTrip() {
    const auto request = unusual_request();
    const auto back = request_from_json(to_json(request));
    QVERIFY2(back.ok(), qPrintable(message_of(back)));
    QVERIFY(*back == request);
}

void TestRecipeJson::rippleRoundTrip() {
    const auto settings = unusual_request().ripple;
    const auto back = ripple_settings_from_json(to_json(settings));
    QVERIFY2(back.ok(), qPrintable(message_of(back)));
    QVERIFY(*back == settings);
}

void TestRecipeJson::recipeRoundTrip() {
    const auto recipe = full_recipe();
    const auto back = recipe_from_json(to_json(recipe));
    QVERIFY2(back.ok(), qPrintable(message_of(back)));
    QVERIFY(back->request == recipe.request);
    QCOMPARE(back->provenance.build_id, recipe.provenance.build_id);
    QCOMPARE(back->provenance.created_utc, recipe.provenance.created_utc);
    QCOMPARE(back->times.total, recipe.times.total);
    QCOMPARE(back->median_ripple_step_seconds, recipe.median_ripple_step_seconds);
    QVERIFY(back->quality.has_value());
    QCOMPARE(back->quality->psnr_db, recipe.quality->psnr_db);
    QCOMPARE(to_json(*back), to_json(recipe));
}

void TestRecipeJson::absentKeysKeepDefaults() {
    const auto request = request_from_json(R"({"version":1,"prompt":"x"})");
    QVERIFY(request.ok());
    GenerationRequest expected;
    expected.prompt = "x";
    QVERIFY(*request == expected);
}

void TestRecipeJson::unknownKeysAndNullAreTolerated() {
    const auto request = request_from_json(R"({"version":1,"prompt":"x","colour":{"a":[1]},"steps":null,"width":64})");
    QVERIFY2(request.ok(), qPrintable(message_of(request)));
    QCOMPARE(request->width, 64);
    QCOMPARE(request->steps, GenerationRequest().steps);
}

void TestRecipeJson::newerVersionsAreRefused() {
    for (const auto& message :
         {message_of(request_from_json(R"({"version":2,"prompt":"x"})")),
          message_of(ripple_settings_from_json(R"({"version":2})")),
          message_of(recipe_from_json(R"({"schema":"timeripple.recipe","version":2,"request":{"version":1}})"))}) {
        QVERIFY2(message.contains("is of version 2, but this program reads up to 1. Update"), qPrintable(message));
    }
    QVERIFY(message_of(ripple_settings_from_json("{}")).contains("no \"version\""));
}

void TestRecipeJson::wrongTypesAreRefused_data() {
    QTest::addColumn<QString>("members");
    QTest::addColumn<QString>("says");
    auto row = [](const char* members, const char* says) { QTest::newRow(members) << members << says; };
    row(R"("width":"128")", R"("width" must be a whole number, but is "128")");
    row(R"("width":128.5)", R"("width" must be a whole number, but is 128.5)");
    row(R"("width":1e3)", R"("width" must be a whole number)");
    row(R"("width":9999999999)", R"("width" must be a smaller number)");
    row(R"("width":18446744073709551615)", R"("width" must be a whole number)");
    row(R"("seed":-1)", R"("seed" must be a whole number that is not negative, but is -1)");
    row(R"("seed":18446744073709551616)", R"("seed" must be a whole number that is not negative)");
    row(R"("prompt":5)", R"("prompt" must be a text, but is 5)");
    row(R"("guidance":"NaN")", R"("guidance" must be a number)");
    row(R"("guidance":true)", R"("guidance" must be a number)");
    row(R"("scheduler":"ddim")", R"("scheduler" must be one of unipc, euler, but is "ddim")");
    row(R"("vae_tiling":1)", R"("vae_tiling" must be true or false)");
    row(R"("ripple":[1])", R"("ripple" must be an object)");
    row(R"("ripple":{"version":1,"dense_layers":[1.5]})", R"("dense_layers" must be a list of whole numbers)");
    row(R"("ripple":{"version":1,"schedule":{"theta_min":"low"}})", R"("theta_min" must be a number, but is "low")");
    row(R"("ripple":{"version":1,"axes":{"y":0}})", R"("y" must be true or false)");
}

void TestRecipeJson::wrongTypesAreRefused() {
    QFETCH(QString, members);
    QFETCH(QString, says);
    const auto request = request_from_json(("{\"version\":1," + members + "}").toStdString());
    QVERIFY2(message_of(request).contains(says), qPrintable(message_of(request)));
    QCOMPARE(int(request.error().code), int(ErrorCode::BadFile));
}

void TestRecipeJson::brokenTextIsRefused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("cut") << QByteArray(R"({"version":1,"prompt":"x)");
    QTest::newRow("nan") << QByteArray(R"({"version":1,"guidance":NaN})");
    QTest::newRow("too large a number") << QByteArray(R"({"version":1,"guidance":1e999})");
    QTest::newRow("not utf-8") << QByteArray("{\"version\":1,\"prompt\":\"\xFF\"}");
    QTest::newRow("array") << QByteArray("[1,2]");
    QTest::newRow("deep") << QByteArray(200'000, '[');
    QTest::newRow("deep and closed") << "{\"a\":" + QByteArray(5000, '[') + QByteArray(5000, ']') + "}";
    QTest::newRow("another program's") << QByteArray(R"({"schema":"other","version":1})");
}

void TestRecipeJson::brokenTextIsRefused() {
    QFETCH(QByteArray, text);
    for (const auto& message :
         {message_of(recipe_from_json(text.toStdString())), message_of(request_from_json(text.toStdString())),
          message_of(ripple_settings_from_json(text.toStdString()))}) {
        if (text.startsWith(R"({"schema":"other")")) continue;
        QVERIFY2(message.startsWith("The ") && message.size() < 200, qPrintable(message));
    }
    QVERIFY(!recipe_from_json(text.toStdString()).ok());
}

void TestRecipeJson::twiceEncodedRecipeIsRead() {
    const auto recipe = full_recipe();
    const auto back = recipe_from_json(json(to_json(recipe)).dump());
    QVERIFY2(back.ok(), qPrintable(message_of(back)));
    QVERIFY(back->request == recipe.request);
}

void TestRecipeJson::bareRequestIsARecipe() {
    const auto recipe = recipe_from_json(to_json(unusual_request()));
    QVERIFY2(recipe.ok(), qPrintable(message_of(recipe)));
    QVERIFY(recipe->request == unusual_request());
}

void TestRecipeJson::homeFolderIsHidden() {
    qputenv("HOME", "/home/somebody");
    auto recipe = full_recipe();
    recipe.request.model_path = "/home/somebody/models/wan";
    recipe.request.initial_latents_path = "/home/somebodyelse/x";
    const std::string text = to_json(recipe, false);
    QVERIFY(text.find("/home/somebody/") == std::string::npos);
    QVERIFY(text.find("~/models/wan") != std::string::npos);
    QVERIFY(text.find("/home/somebodyelse/x") != std::string::npos);
    QVERIFY(to_json(recipe, true).find("/home/somebody/models") != std::string::npos);
    QCOMPARE(recipe_from_json(text)->request.model_path, recipe.request.model_path);
}

void TestRecipeJson::commandLine() {
    GenerationRequest request;
    request.prompt = "it's a fish";
    const std::string line = command_line_of(request);
    QCOMPARE(line,
             std::string("timeripple generate --prompt 'it'\\''s a fish' --width 128 --height 128 --frames 33 --fps 16 "
                         "--steps 30 --guidance 4 --shift 3 --scheduler unipc --seed 0"));
    const std::string all = command_line_of(unusual_request());
    for (const char* part :
         {"--model '/models/wan \"1.3B\"'", "--negative blurry", "--seed", "--dtype bf16", "--device cuda",
          "--kernel libtorch-padded", "--threads 7", "--attention ripple --ripple '{", "--vae-tiling", "--latents /tmp/x.safetensors"}) {
        const bool there = all.find(part) != std::string::npos;
        QCOMPARE(there, std::string(part) != "--seed");  // given noise has no seed
    }
}

void TestRecipeJson::commandLineAndBack() {
    GenerationRequest plain;
    plain.prompt = "it's a \"fish\" in\na pond\\";
    for (GenerationRequest request : {plain, unusual_request()}) {
        request.preset_name.clear();  // a line carries its settings
        if (!request.initial_latents_path.empty()) request.seed = 0;
        GenerationRequest usual;
        const auto back = request_of_command_line(command_line_of(request), usual);
        QVERIFY2(back.ok(), back.ok() ? "" : back.error().message.c_str());
        QCOMPARE(to_json(*back), to_json(request));
    }
    GenerationRequest usual;
    usual.width = 256, usual.attention = AttentionMode::Ripple;
    const auto typed = request_of_command_line("$ ./installer/run.sh generate --prompt=\"a \\\"red\\\" fish\" \\\n  --steps 12 -o clip.mp4 --crf 3", usual);
    QVERIFY2(typed.ok(), typed.ok() ? "" : typed.error().message.c_str());
    QCOMPARE(typed->prompt, std::string("a \"red\" fish"));
    QCOMPARE(typed->steps, 12);
    QCOMPARE(typed->width, 256);
    QVERIFY(typed->attention == AttentionMode::Dense);
    const auto compared = request_of_command_line("timeripple compare --prompt fish", usual);
    QVERIFY(compared->attention == AttentionMode::Ripple && compared->preset_name == "Balanced");
}

void TestRecipeJson::commandLinesThatAreWrong_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("named");
    QTest::newRow("another program") << "ffmpeg -i generate" << "timeripple generate";
    QTest::newRow("empty") << "" << "timeripple generate";
    QTest::newRow("unknown") << "timeripple generate --prompt x --stepz 3" << "--stepz";
    QTest::newRow("no number") << "timeripple generate --steps many" << "--steps";
    QTest::newRow("no value") << "timeripple generate --prompt" << "--prompt";
    QTest::newRow("open quote") << "timeripple generate --prompt 'a fish" << "quote";
    QTest::newRow("file") << "timeripple generate --recipe clip.mp4" << "--recipe";
    QTest::newRow("ripple file") << "timeripple generate --ripple my.json" << "--ripple";
    QTest::newRow("word") << "timeripple generate --scheduler fast" << "scheduler";
    QTest::newRow("fraction") << "timeripple generate --steps 1.5" << "steps";
}

void TestRecipeJson::commandLinesThatAreWrong() {
    QFETCH(QString, line);
    QFETCH(QString, named);
    const auto back = request_of_command_line(line.toStdString(), {});
    QVERIFY(!back.ok());
    QVERIFY2(QString::fromStdString(back.error().message).contains(named), back.error().message.c_str());
}

void TestRecipeJson::averagesOfARun() {
    Clip clip;
    for (int i = 0; i < 4; ++i) {
        StepStats step;
        step.dense = i == 0;
        step.seconds = i == 0 ? 4.0 : i;
        step.layers.resize(1);
        step.layers[0].heads.resize(2);
        step.layers[0].heads[1].attention_savings = i == 0 ? 0.0f : 0.8f;
        clip.steps.push_back(step);
    }
    const Recipe recipe = recipe_of(clip);
    QCOMPARE(recipe.attention_savings, 0.3f);
    QCOMPARE(recipe.score_savings, 0.0f);
    QCOMPARE(recipe.median_dense_step_seconds, 4.0);
    QCOMPARE(recipe.median_ripple_step_seconds, 2.0);
}

QTEST_APPLESS_MAIN(TestRecipeJson)
#include "tst_recipe_json.moc"
