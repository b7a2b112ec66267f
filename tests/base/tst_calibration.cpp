// Calibration and sweep with the fake engine: the goal is kept, finished runs are never made twice, an interrupted or
// shared search gives the same answer.
#include "engine/api/calibration.h"
#include "tests/support/fake_engine.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <chrono>
#include <thread>

using namespace timeripple::engine;

namespace {

CalibrationRequest small_request() {
    CalibrationRequest request;
    request.base.width = request.base.height = 32;
    request.base.frames = 5;
    request.base.steps = 20;
    request.prompts = {"a fish", "a red ball"};
    request.preset_name = "Mine";
    return request;
}

// Lets the other worker have its first run before its own second one, however the system shares its cores.
class FairWatcher : public CalibrationObserver {
  public:
    FairWatcher(const FakeEngine& own, const FakeEngine& other) : own_(own), other_(other) {}
    void on_progress(int, int, double) override {
        for (int wait = 0; wait < 3000 && own_.runs() > 0 && other_.runs() == 0; ++wait)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }

  private:
    const FakeEngine& own_;
    const FakeEngine& other_;
};

// Counts what it hears; may stop after some runs.
class Watcher : public CalibrationObserver {
  public:
    void on_point(const SettingsPoint& point) override { points.push_back(point); }
    void on_progress(int done, int total, double) override {
        sound = sound && done >= 0 && done < total;
        if (stop_after >= 0 && ++heard > stop_after) stop.request_stop();
    }
    std::vector<SettingsPoint> points;
    std::stop_source stop;
    int stop_after = -1, heard = 0;
    bool sound = true;
};

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

}  // namespace

class TestCalibration : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void keepsAQualityBudget();
    void keepsASavingsTarget();
    void resumes();
    void sharedByTwoProcesses();
    void damagedRunIsMadeAgain();
    void unreachable();
    void badRequests_data();
    void badRequests();
    void engineFailure();
    void sweeps();
};

void TestCalibration::keepsAQualityBudget() {
    FakeEngine engine;
    Watcher watcher;
    auto request = small_request();
    request.budget_db = 42.0;
    const auto preset = calibrate(engine, request, watcher, {});
    QVERIFY2(preset.ok(), preset.ok() ? "" : preset.error().message.c_str());
    QCOMPARE(text(preset->name), QString("Mine"));
    QVERIFY(preset->measured && preset->measured->clips == 2);
    QVERIFY(preset->measured->psnr_mean_db >= 42.0);
    QVERIFY(preset->measured->psnr_min_db <= preset->measured->psnr_mean_db);
    QVERIFY(preset->measured->attention.steady > preset->measured->attention.run);
    QCOMPARE(text(preset->measured->device_name), QString("Fake processor, 2 cores"));
    QVERIFY(preset->measured->speedup_denoising > 1.0);
    QCOMPARE(preset->key.steps, 20);
    QCOMPARE(text(preset->key.model), QString("Pond"));
    // Nothing that was measured on all clips keeps the budget and saves more.
    QVERIFY(watcher.sound);
    for (const auto& point : watcher.points) {
        if (point.measured.clips == 2 && point.measured.psnr_mean_db >= 42.0)
            QVERIFY(point.measured.attention.run <= preset->measured->attention.run);
    }
}

void TestCalibration::keepsASavingsTarget() {
    FakeEngine engine;
    Watcher watcher;
    auto request = small_request();
    request.savings = 0.5;
    const auto preset = calibrate(engine, request, watcher, {});
    QVERIFY2(preset.ok(), preset.ok() ? "" : preset.error().message.c_str());
    QVERIFY(preset->measured->attention.steady >= 0.5);
    for (const auto& point : watcher.points) {
        if (point.measured.clips == 2 && point.measured.attention.steady >= 0.5)
            QVERIFY(point.measured.psnr_mean_db <= preset->measured->psnr_mean_db);
    }
}

void TestCalibration::resumes() {
    QTemporaryDir dir;
    auto request = small_request();
    request.budget_db = 42.0;
    request.work_folder = dir.filePath("work").toStdString();
    FakeEngine whole, first, second, third;
    Watcher watcher;
    auto alone = request;
    alone.work_folder.clear();
    const auto expected = calibrate(whole, alone, watcher, {});
    QVERIFY(expected.ok());

    Watcher stopped;
    stopped.stop_after = 10;
    const auto cancelled = calibrate(first, request, stopped, stopped.stop.get_token());
    QVERIFY(!cancelled.ok() && cancelled.error().code == ErrorCode::Cancelled);
    QVERIFY(first.runs() > 5 && first.runs() < whole.runs());
    const auto resumed = calibrate(second, request, watcher, {});
    QVERIFY2(resumed.ok(), resumed.ok() ? "" : resumed.error().message.c_str());
    QVERIFY(resumed->settings == expected->settings);
    QCOMPARE(first.runs() + second.runs(), whole.runs());
    // And once more: all is there.
    QVERIFY(calibrate(third, request, watcher, {})->settings == expected->settings);
    QCOMPARE(third.runs(), 0);
    QVERIFY(QDir(dir.filePath("work/runs")).entryList({"*.claim", "*.part"}, QDir::Files).isEmpty());
    for (const auto& file : QDir(dir.filePath("work/runs")).entryInfoList(QDir::Files))
        QVERIFY2(file.size() < 4096, qPrintable(file.fileName()));
}

void TestCalibration::sharedByTwoProcesses() {
    QTemporaryDir dir;
    auto request = small_request();
    request.budget_db = 40.0;
    request.work_folder = dir.path().toStdString();
    FakeEngine engines[2];
    std::vector<Result<RipplePreset>> presets(2, Error{});
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < 2; ++i) {
            workers.emplace_back([&, i] {
                FairWatcher watcher(engines[i], engines[1 - i]);
                presets[std::size_t(i)] = calibrate(engines[i], request, watcher, {});
            });
        }
    }
    QVERIFY2(presets[0].ok(), presets[0].ok() ? "" : presets[0].error().message.c_str());
    QVERIFY2(presets[1].ok(), presets[1].ok() ? "" : presets[1].error().message.c_str());
    QVERIFY(presets[0]->settings == presets[1]->settings);
    QVERIFY(engines[0].runs() > 0 && engines[1].runs() > 0);
    const auto files = QDir(dir.filePath("runs")).entryList({"*.json"}, QDir::Files);
    QCOMPARE(int(files.size()), engines[0].runs() + engines[1].runs());
}

void TestCalibration::damagedRunIsMadeAgain() {
    QTemporaryDir dir;
    auto request = small_request();
    request.budget_db = 40.0;
    request.work_folder = dir.path().toStdString();
    FakeEngine first, second;
    Watcher watcher;
    QVERIFY(calibrate(first, request, watcher, {}).ok());
    const auto file = QDir(dir.filePath("runs")).entryInfoList({"*.json"}, QDir::Files).first();
    QVERIFY(QFile::resize(file.filePath(), 20));
    QVERIFY(calibrate(second, request, watcher, {}).ok());
    QCOMPARE(second.runs(), 1);
}

void TestCalibration::unreachable() {
    FakeEngine engine;
    Watcher watcher;
    auto request = small_request();
    request.budget_db = 89.0;
    const auto none = calibrate(engine, request, watcher, {});
    QVERIFY(!none.ok() && none.error().code == ErrorCode::BadRequest);
    QVERIFY2(text(none.error().message).contains("No setting keeps 89.0 dB"), none.error().message.c_str());
}

void TestCalibration::badRequests_data() {
    QTest::addColumn<double>("budget");
    QTest::addColumn<double>("savings");
    QTest::addColumn<QString>("says");
    QTest::newRow("no goal") << 0.0 << 0.0 << "needs one goal";
    QTest::newRow("two goals") << 30.0 << 0.5 << "needs one goal";
    QTest::newRow("budget") << 5.0 << 0.0 << "The budget is 5 dB, but must be from 10 to 90";
    QTest::newRow("nan") << std::nan("") << 0.0 << "The budget is nan dB";
    QTest::newRow("savings") << 0.0 << 75.0 << "The savings are 75, but must be a share";
}

void TestCalibration::badRequests() {
    QFETCH(double, budget);
    QFETCH(double, savings);
    QFETCH(QString, says);
    auto request = small_request();
    if (budget != 0) request.budget_db = budget;
    if (savings != 0) request.savings = savings;
    FakeEngine engine;
    Watcher watcher;
    const auto refused = calibrate(engine, request, watcher, {});
    QVERIFY(!refused.ok() && refused.error().code == ErrorCode::BadRequest);
    QVERIFY2(text(refused.error().message).contains(says), refused.error().message.c_str());
    QCOMPARE(engine.runs(), 0);
}

void TestCalibration::engineFailure() {
    FakeEngine engine;
    Watcher watcher;
    auto request = small_request();
    request.budget_db = 40.0;
    request.prompts = {"a fish [fail:nonfinite]"};
    const auto failed = calibrate(engine, request, watcher, {});
    QVERIFY(!failed.ok() && failed.error().code == ErrorCode::NonFinite);
    QFile blocker;
    QTemporaryDir dir;
    blocker.setFileName(dir.filePath("file"));
    QVERIFY(blocker.open(QIODevice::WriteOnly));
    request.prompts = {"a fish"};
    request.work_folder = dir.filePath("file").toStdString();
    const auto refused = calibrate(engine, request, watcher, {});
    QVERIFY(!refused.ok());
    QVERIFY2(text(refused.error().message).contains(dir.filePath("file")), refused.error().message.c_str());
}

void TestCalibration::sweeps() {
    FakeEngine engine;
    Watcher watcher;
    SweepRequest request;
    request.base = small_request().base;
    request.prompts = {"a fish"};
    request.entries = usual_sweep(20);
    QVERIFY(request.entries.size() >= 6);
    const auto points = sweep(engine, request, watcher, {});
    QVERIFY2(points.ok(), points.ok() ? "" : points.error().message.c_str());
    QCOMPARE(points->size(), request.entries.size());
    QCOMPARE(watcher.points.size(), request.entries.size());
    for (std::size_t i = 0; i < points->size(); ++i) {
        const auto& point = (*points)[i];
        QVERIFY(point.settings == request.entries[i].settings);
        QVERIFY(point.clip && point.dense && point.clip->request.attention == AttentionMode::Ripple);
        QVERIFY(point.dense->request.attention == AttentionMode::Dense);
        QVERIFY(point.measured.speedup_denoising > 1.0);
    }
    request.entries[0].settings.refresh_steps = 0;
    QVERIFY(!sweep(engine, request, watcher, {}).ok());
}

QTEST_APPLESS_MAIN(TestCalibration)
#include "tst_calibration.moc"
