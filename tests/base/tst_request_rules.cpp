// Rules of a request: each sentence names the setting, its value and the nearest that works. And the threshold
// schedule.
#include "engine/api/generation_request.h"

#include <QtTest>

#include <cmath>
#include <functional>
#include <limits>

using namespace timeripple::engine;

using Change = std::function<void(GenerationRequest&)>;
Q_DECLARE_METATYPE(Change)

namespace {

GenerationRequest sound() {
    GenerationRequest request;
    request.prompt = "a fish";
    return request;
}

}  // namespace

class TestRequestRules : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void soundRequestsPass();
    void badSettings_data();
    void badSettings();
    void rippleSettingsMatterOnlyWhereUsed();
    void schedule();
    void scheduleEdges();
};

void TestRequestRules::soundRequestsPass() {
    QVERIFY(validate(sound()).ok());
    auto request = sound();
    request.prompt = std::string(10'000, 'x');
    QVERIFY(validate(request).ok());
    request = sound();
    request.prompt =
        "ein gr\xC3\xBC"
        "ner Fisch \xF0\x9F\x90\x9F";
    request.width = 832;
    request.height = 480;
    request.frames = 81;
    request.attention = AttentionMode::Ripple;
    QVERIFY(validate(request).ok());
}

void TestRequestRules::badSettings_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("says");
    const double nan = std::numeric_limits<double>::quiet_NaN();
    auto row = [](const char* name, Change change, const char* says) {
        QTest::newRow(name) << change << QString(says);
    };
    row(
        "empty prompt", [](auto& r) { r.prompt = ""; }, "The prompt is empty");
    row(
        "blank prompt", [](auto& r) { r.prompt = " \n\t"; }, "The prompt is empty");
    row(
        "endless prompt", [](auto& r) { r.prompt = std::string(20'001, 'x'); }, "The prompt has 20001 bytes");
    row(
        "zero byte", [](auto& r) { r.prompt = std::string("a\0b", 3); }, "The prompt is not plain UTF-8");
    row(
        "latin-1", [](auto& r) { r.negative_prompt = "gr\xFCn"; }, "The negative prompt is not plain UTF-8");
    row(
        "width", [](auto& r) { r.width = 130; },
        "The width is 130, but must be a multiple of 16 from 16 to 4096. The nearest that works is 128.");
    row(
        "width up", [](auto& r) { r.width = 137; }, "nearest that works is 144");
    row(
        "height zero", [](auto& r) { r.height = 0; },
        "The height is 0, but must be a multiple of 16 from 16 to 4096. The nearest that works is 16.");
    row(
        "height negative", [](auto& r) { r.height = -64; }, "nearest that works is 16");
    row(
        "height huge", [](auto& r) { r.height = 1'000'000; }, "nearest that works is 4096");
    row(
        "width extreme", [](auto& r) { r.width = std::numeric_limits<int>::max(); }, "nearest that works is 4096");
    row(
        "no frames", [](auto& r) { r.frames = 0; },
        "The number of frames is 0, but must be 4k + 1 (1, 5, 9, ...) up to 4093. The nearest that works is 1.");
    row(
        "32 frames", [](auto& r) { r.frames = 32; }, "nearest that works is 33");
    row(
        "a million frames", [](auto& r) { r.frames = 1'000'000; }, "nearest that works is 4093");
    row(
        "fps", [](auto& r) { r.fps = 0; }, "fps is 0");
    row(
        "fps inf", [](auto& r) { r.fps = HUGE_VAL; }, "fps is not a number (inf)");
    row(
        "steps", [](auto& r) { r.steps = 0; }, "steps is 0, but must be from 1 to 1000. The nearest that works is 1.");
    row(
        "guidance nan", [nan](auto& r) { r.guidance_scale = nan; }, "guidance is not a number (nan)");
    row(
        "guidance", [](auto& r) { r.guidance_scale = -1; }, "guidance is -1");
    row(
        "shift", [](auto& r) { r.flow_shift = 0; }, "shift is 0");
    row(
        "threads", [](auto& r) { r.threads = -1; }, "threads is -1");
    auto ripple = [row](const char* name, Change change, const char* says) {
        row(
            name, [change](GenerationRequest& r) { r.attention = AttentionMode::Ripple, change(r); }, says);
    };
    ripple(
        "refresh zero", [](auto& r) { r.ripple.refresh_steps = 0; },
        "The setting refresh_steps is 0, but must be from 1 to");
    ripple(
        "value weight", [](auto& r) { r.ripple.key_value_weight = -0.5; }, "key_value_weight is -0.5");
    ripple(
        "value weight at group granularity",
        [](auto& r) {
            r.ripple.key_value_weight = 0.5;
            r.ripple.granularity = Granularity::Group;
        },
        "do not go with granularity group");
    ripple(
        "near field of channels",
        [](auto& r) {
            r.ripple.near_field = true;
            r.ripple.granularity = Granularity::Channel;
        },
        "It needs granularity token");
    ripple(
        "near reach", [](auto& r) { r.ripple.near_reach = {1, 2, -1}; }, "near_reach of x is -1");
    ripple(
        "adversarial with residual",
        [](auto& r) {
            r.ripple.adversarial = AdversarialReuse::X;
            r.ripple.carry = Carry::Residual;
        },
        "Adversarial reuse (x) does not go with carry residual");
    ripple(
        "theta nan", [nan](auto& r) { r.ripple.schedule.theta_min = nan; }, "theta_min is not a number");
    ripple(
        "theta order", [](auto& r) { r.ripple.schedule.theta_max = 0.1; }, "theta_max is 0.1, below theta_min (0.2)");
    ripple(
        "i order", [](auto& r) { r.ripple.schedule.i_max = 2; }, "i_max is 2, but must be from 6 to 1000");
    ripple(
        "factor", [](auto& r) { r.ripple.key_factor[1] = -0.5; }, "key factor of y is -0.5");
    ripple(
        "layer",
        [](auto& r) {
            r.ripple.dense_layers = {1, -2};
        },
        "dense_layers is -2");
}

void TestRequestRules::badSettings() {
    QFETCH(Change, change);
    QFETCH(QString, says);
    auto request = sound();
    change(request);
    const Status status = validate(request);
    QVERIFY(!status.ok());
    QCOMPARE(int(status.error().code), int(ErrorCode::BadRequest));
    const QString message = QString::fromStdString(status.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(message.endsWith('.'), qPrintable(message));
}

void TestRequestRules::rippleSettingsMatterOnlyWhereUsed() {
    auto request = sound();
    request.ripple.schedule.theta_max = -3;
    QVERIFY(validate(request).ok());
    request.attention = AttentionMode::Ripple;
    QVERIFY(!validate(request).ok());
}

// The paper's HunyuanVideo values: 0.2 to 0.5 over steps 10 to 20 of 50.
void TestRequestRules::schedule() {
    const ThresholdSchedule schedule{0.2, 0.5, 10, 20, true};
    for (int step = 1; step <= 10; ++step)
        QCOMPARE(schedule.threshold(step, 50), 0.0);
    for (int step = 11; step <= 20; ++step)
        QCOMPARE(schedule.threshold(step, 50), 0.2 + (step - 10) * 0.03);
    for (int step = 21; step <= 49; ++step)
        QCOMPARE(schedule.threshold(step, 50), 0.5);
    QCOMPARE(schedule.threshold(50, 50), 0.0);
}

void TestRequestRules::scheduleEdges() {
    ThresholdSchedule schedule{0.2, 0.5, 0, 0, false};
    QCOMPARE(schedule.threshold(1, 4), 0.5);
    QCOMPARE(schedule.threshold(4, 4), 0.5);
    schedule.last_step_dense = true;
    QCOMPARE(schedule.threshold(4, 4), 0.0);
    schedule = {0.2, 0.5, 10, 20, true};
    for (int step = 1; step <= 4; ++step)
        QCOMPARE(schedule.threshold(step, 4), 0.0);
}

QTEST_APPLESS_MAIN(TestRequestRules)
#include "tst_request_rules.moc"
