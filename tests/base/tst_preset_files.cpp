// Presets with measurements: to a file and back, what is offered where, and files that are no preset files.
#include "engine/api/presets.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace timeripple::engine;

class TestPresetFiles : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init();
    void savedAndOffered();
    void freeNamesReplaceNothing();
    void slowerIsSaid();
    void shippedOnesKeepTheirBudgets();
    void otherRunsGetTheCarefulDefaultAndAnOffer();
    void otherWeights();
    void damagedFileIsNotReplaced();

  private:
    RipplePreset measured(const char* name) const;

    std::unique_ptr<QTemporaryDir> dir_;
    ModelInfo model_;
    GenerationRequest request_;
};

void TestPresetFiles::init() {
    dir_ = std::make_unique<QTemporaryDir>();
    qputenv("XDG_DATA_HOME", dir_->path().toUtf8());
    model_.name = "Toad";
    model_.digest = "0123";
    request_.steps = 20;
}

RipplePreset TestPresetFiles::measured(const char* name) const {
    RipplePreset preset;
    preset.name = name;
    preset.key = preset_key(model_, request_);
    preset.settings.carry = Carry::Residual;
    preset.settings.refresh_steps = 5;
    RippleMeasurement m;
    m.clips = 3;
    m.psnr_mean_db = 38.25;
    m.psnr_min_db = 36.5;
    m.ssim = 0.975;
    m.score = {0.8, 0.5};
    m.attention = {0.75, 0.4375};
    m.speedup_denoising = 1.5;
    m.speedup_step = 1.75;
    m.device_name = "Abacus, 2 cores";
    m.threads = 2;
    m.date = "2026-11-25";
    m.model_digest = "0123";
    preset.measured = m;
    return preset;
}

void TestPresetFiles::savedAndOffered() {
    QCOMPARE(QString::fromStdString(text_of(*measured("x").measured)),
             QString("38.2 dB mean, 36.5 dB worst of 3 clips, 1.50x faster (Abacus, 2 cores, 2 threads, 2026-11-25)"));
    const auto first = save_preset(measured("Balanced"));
    QVERIFY2(first.ok(), first.ok() ? "" : first.error().message.c_str());
    QVERIFY(QString::fromStdString(*first).endsWith("/timeripple/presets/toad-128x128x33-20.json"));
    QVERIFY(save_preset(measured("Own")).ok());
    auto again = measured("Balanced");
    again.settings.refresh_steps = 7;  // the same name and key: replaced
    QVERIFY(save_preset(again).ok());

    const auto presets = presets_for(model_, request_);
    QCOMPARE(presets.size(), std::size_t(4));
    const auto found = find_preset(model_, request_, "balanced");
    QVERIFY(found.ok() && found->measured);
    QCOMPARE(found->settings.refresh_steps, 7);
    QCOMPARE(found->measured->attention.run, 0.4375);
    QCOMPARE(found->measured->threads, 2);
    QCOMPARE(QString::fromStdString(found->description), QString::fromStdString(text_of(*again.measured)));
    QVERIFY(found->key == preset_key(model_, request_));
}

void TestPresetFiles::freeNamesReplaceNothing() {
    auto first = measured("Mine");
    QCOMPARE(free_preset_name(first), std::string("Mine"));
    QVERIFY(save_preset(first).ok());
    QCOMPARE(free_preset_name(first), std::string("Mine"));  // the same settings measured anew
    auto other = first;
    other.settings.refresh_steps = 7;
    QCOMPARE(free_preset_name(other), std::string("Mine 2"));
    other.name = "Mine 2";
    QVERIFY(save_preset(other).ok());
    auto third = first;
    third.settings.refresh_steps = 9;
    QCOMPARE(free_preset_name(third), std::string("Mine 3"));
    third.key.steps = 21;  // elsewhere the name is free
    QCOMPARE(free_preset_name(third), std::string("Mine"));
    third.name = "Balanced";  // so far only a careful default that nobody measured
    QCOMPARE(free_preset_name(third), std::string("Balanced"));
    const std::string file = dir_->filePath("shared.json").toStdString();
    QCOMPARE(free_preset_name(other, file), std::string("Mine 2"));
    QVERIFY(save_preset(other, file).ok());
    other.settings.refresh_steps = 3;
    QCOMPARE(free_preset_name(other, file), std::string("Mine 2 2"));
}

void TestPresetFiles::slowerIsSaid() {
    auto preset = measured("x");
    preset.measured->speedup_denoising = 0.5;
    QVERIFY2(text_of(*preset.measured).find("2.00x slower") != std::string::npos, text_of(*preset.measured).c_str());
}

// What comes with the program for its own model, at the size, frames and steps that the model begins with.
void TestPresetFiles::shippedOnesKeepTheirBudgets() {
    const auto path = builtin_model_path();
    QVERIFY(path.ok());
    const auto pond = inspect_model(*path);
    QVERIFY(pond.ok());
    QCOMPARE(pond->defaults.width * 1000 + pond->defaults.steps, 256020);
    const auto presets = presets_for(*pond, pond->defaults);
    const std::pair<const char*, double> wanted[] = {{"Faithful", 38.0}, {"Balanced", 33.0}, {"Draft", 29.0}};
    double saved = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& preset = presets[i];
        QCOMPARE(QString::fromStdString(preset.name), QString(wanted[i].first));
        QVERIFY2(preset.measured, preset.description.c_str());  // not set where it was measured with other weights
        const auto& m = *preset.measured;
        QVERIFY(m.model_digest == pond->digest && !m.device_name.empty() && !m.date.empty());
        QVERIFY(m.clips >= 3 && m.psnr_mean_db >= wanted[i].second && m.psnr_min_db > 20 && m.psnr_min_db <= m.psnr_mean_db);
        QVERIFY(m.ssim > 0.9 && m.ssim < 1.0 && m.attention.steady > m.attention.run);
        QVERIFY(m.attention.run > saved);  // bolder ones save more
        saved = m.attention.run;
        QVERIFY(preset.key == preset_key(*pond, pond->defaults));
    }
}

void TestPresetFiles::otherRunsGetTheCarefulDefaultAndAnOffer() {
    QVERIFY(save_preset(measured("Draft")).ok());
    request_.steps = 21;
    const auto draft = find_preset(model_, request_, "Draft");
    request_.steps = 20;
    QVERIFY(draft.ok() && !draft->measured);
    QVERIFY2(QString::fromStdString(draft->description)
                 .contains("Nothing was measured for Toad at 128 x 128, 33 frames, 21"),
             draft->description.c_str());
    QVERIFY(QString::fromStdString(draft->description).contains("timeripple calibrate"));
}

void TestPresetFiles::otherWeights() {
    QVERIFY(save_preset(measured("Draft")).ok());
    model_.digest = "4567";
    const auto draft = find_preset(model_, request_, "Draft");
    QVERIFY(draft.ok() && !draft->measured);
    QCOMPARE(draft->settings.refresh_steps, 5);
    QVERIFY2(QString::fromStdString(draft->description).contains("other weights"), draft->description.c_str());
}

void TestPresetFiles::damagedFileIsNotReplaced() {
    const QString path = dir_->filePath("p.json");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"schema\": 99, \"presets\": []}");
    file.close();
    const auto saved = save_preset(measured("Draft"), path.toStdString());
    QVERIFY(!saved.ok());
    QVERIFY2(QString::fromStdString(saved.error().message).contains(path), saved.error().message.c_str());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("{\"schema\": 99, \"presets\": []}"));
    auto wrong = measured("Draft");
    wrong.settings.refresh_steps = 0;
    const auto refused = save_preset(wrong, dir_->filePath("q.json").toStdString());
    QVERIFY(!refused.ok() && !QFile::exists(dir_->filePath("q.json")));
}

QTEST_APPLESS_MAIN(TestPresetFiles)
#include "tst_preset_files.moc"
