// The Sweep page over the fake engine: a sweep with its points, a calibration with its preset, what becomes of a point.
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScopeGuard>
#include <QStandardPaths>

#include "tests/ui/ui_test_support.h"
#include "ui/main_window/pages.h"
#include "ui/pages/sweep_page.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/scatter_view.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

engine::SettingsPoint pointAt(const char* label, double factor, double db) {
    engine::SettingsPoint point;
    point.label = label;
    point.measured.clips = 1;
    point.measured.speedup_denoising = factor;
    point.measured.psnr_mean_db = db;
    point.measured.psnr_min_db = db - 1;
    return point;
}

QPushButton* button(QWidget* page, const QString& text) {
    for (auto* button : page->findChildren<QPushButton*>()) {
        if (button->text() == text) return button;
    }
    return nullptr;
}

bool says(QWidget* page, const QString& text) {
    for (auto* label : page->findChildren<QLabel*>()) {
        if (label->text().contains(text)) return true;
    }
    return false;
}

}  // namespace

class TestSweep : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { QStandardPaths::setTestModeEnabled(true); }

    void ticks_are_round() {
        QCOMPARE(tickStep(10, 5), 2.0);
        QCOMPARE(tickStep(0.9, 5), 0.2);
        QCOMPARE(tickStep(0, 5), 1.0);
    }

    void points_are_chosen_by_mouse_and_keys() {
        ScatterView view(QStringLiteral("x"), QStringLiteral("y"));
        view.resize(400, 300);
        QVERIFY(!view.grab().toImage().isNull());  // says that nothing is measured
        view.setPoints({{QStringLiteral("bold"), 2.0, 30, 29, false}, {QStringLiteral("careful"), 1.2, 40, 40, true}});
        QVERIFY(view.placeOf(0).x() > view.placeOf(1).x() && view.placeOf(0).y() > view.placeOf(1).y());
        QVERIFY(!view.grab().toImage().isNull());
        QSignalSpy chosen(&view, &ScatterView::pointChosen), activated(&view, &ScatterView::pointActivated);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.placeOf(0).toPoint() + QPoint(3, 2));
        QCOMPARE(chosen.last()[0].toInt(), 0);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(200, 2));  // far from both
        QCOMPARE(chosen.size(), 1);
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(chosen.last()[0].toInt(), 1);
        QTest::keyClick(&view, Qt::Key_Left);  // there is none further
        QCOMPARE(view.chosen(), 1);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(activated.last()[0].toInt(), 1);
    }

    void a_point_becomes_a_wish() {
        SweepPage page;
        page.resize(900, 500);
        page.begin(false);
        page.addPoint(pointAt("careful", 1.3, 41));
        page.showProgress(3, 8, 75);
        QVERIFY(says(&page, QStringLiteral("1:15")));
        page.end(QStringLiteral("done"));
        QSignalSpy wished(&page, &SweepPage::presetRequested), shown(&page, &SweepPage::clipRequested);
        QVERIFY(!button(&page, QStringLiteral("Make it a preset"))->isEnabled());
        QTest::keyClick(page.scatter(), Qt::Key_Right);
        QVERIFY(says(&page, QStringLiteral("careful")));
        QTest::mouseClick(button(&page, QStringLiteral("Make it a preset")), Qt::LeftButton);
        QCOMPARE(wished.size(), 1);
        QTest::mouseClick(button(&page, QStringLiteral("Make its clip")), Qt::LeftButton);  // it came without one
        QCOMPARE(shown.size(), 1);
    }

    void a_sweep_measures_and_its_points_show_clips() {
        TestStudio studio;
        studio.show();
        studio.action("view.sweep")->trigger();
        auto* page = qobject_cast<SweepPage*>(studio.window.pages()->find(QStringLiteral("sweep")));
        QCOMPARE(studio.window.pages()->currentId(), QStringLiteral("sweep"));
        QSignalSpy busy(page, &SweepPage::busyChanged);  // the machine stays awake in between
        QTest::mouseClick(button(page, QStringLiteral("Sweep")), Qt::LeftButton);
        QVERIFY(page->busy());
        QVERIFY(QTest::qWaitFor([page] { return !page->busy(); }, kPatienceMs));
        QCOMPARE(busy.size(), 2);
        QCOMPARE(busy[0][0].toBool(), true);
        QCOMPARE(busy[1][0].toBool(), false);
        QCOMPARE(page->points().size(), engine::usual_sweep(8).size());
        QTest::keyClick(page->scatter(), Qt::Key_Right);
        const int clips = studio.workspace.clips().rowCount();
        QTest::mouseClick(button(page, QStringLiteral("Show its clip")), Qt::LeftButton);
        QCOMPARE(studio.workspace.clips().rowCount(), clips + 1);
        QCOMPARE(studio.window.pages()->currentId(), QStringLiteral("watch"));
    }

    void a_calibration_becomes_a_preset_to_choose() {
        TestStudio studio;
        studio.show();
        studio.workspace.chooseModel({});
        QTRY_VERIFY_WITH_TIMEOUT(!studio.workspace.model().name.empty(), kPatienceMs);  // the preset is kept for this model
        studio.action("view.sweep")->trigger();
        auto* page = qobject_cast<SweepPage*>(studio.window.pages()->find(QStringLiteral("sweep")));
        page->findChild<QDoubleSpinBox*>()->setValue(20.0);
        page->findChild<QLineEdit*>(QStringLiteral("preset_name"))->setText(QStringLiteral("Mine"));
        QTest::mouseClick(button(page, QStringLiteral("Calibrate")), Qt::LeftButton);
        QVERIFY(page->busy());
        QVERIFY(QTest::qWaitFor([page] { return !page->busy(); }, kPatienceMs));
        QVERIFY(says(page, QStringLiteral("Preset Mine")));
        QVERIFY(!page->points().empty());
        const auto& presets = studio.window.promptPanel()->presets();
        const auto mine = std::find_if(presets.begin(), presets.end(), [](const auto& preset) { return preset.name == "Mine"; });
        QVERIFY(mine != presets.end());
        QVERIFY(mine->measured && mine->measured->psnr_mean_db >= 20.0);
        studio.window.promptPanel()->choosePreset(int(mine - presets.begin()) + 1);
        QCOMPARE(studio.window.promptPanel()->request().preset_name, std::string("Mine"));
    }

    void a_calibration_replaces_no_preset() {
        QTemporaryDir data;
        const QByteArray before = qgetenv("XDG_DATA_HOME");
        qputenv("XDG_DATA_HOME", data.path().toUtf8());
        const auto back = qScopeGuard([&before] { qputenv("XDG_DATA_HOME", before); });
        TestStudio studio;
        studio.show();
        studio.workspace.chooseModel({});
        QTRY_VERIFY_WITH_TIMEOUT(!studio.workspace.model().name.empty(), kPatienceMs);
        engine::RipplePreset mine;
        mine.name = "Mine";
        mine.settings = smallRequest().ripple;
        mine.key = engine::preset_key(studio.workspace.model(), studio.window.promptPanel()->request());
        QSignalSpy saved(&studio.workspace, &Workspace::presetSaved);
        studio.workspace.savePreset(mine, {});
        QVERIFY(saved.wait(kPatienceMs));
        studio.action("view.sweep")->trigger();
        auto* page = qobject_cast<SweepPage*>(studio.window.pages()->find(QStringLiteral("sweep")));
        page->findChild<QDoubleSpinBox*>()->setValue(20.0);
        page->findChild<QLineEdit*>(QStringLiteral("preset_name"))->setText(QStringLiteral("Mine"));
        QTest::mouseClick(button(page, QStringLiteral("Calibrate")), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([page] { return !page->busy(); }, kPatienceMs));
        QVERIFY(says(page, QStringLiteral("Preset Mine 2")));
        QVERIFY(studio.window.notice()->isVisible());
        QVERIFY2(studio.window.notice()->text().contains(QStringLiteral("Mine 2")), qPrintable(studio.window.notice()->text()));
        int found = 0;
        for (const auto& preset : studio.window.promptPanel()->presets()) {
            if (preset.name == "Mine") found += preset.settings == mine.settings;
            if (preset.name == "Mine 2") found += preset.measured.has_value();
        }
        QCOMPARE(found, 2);
    }

    void measuring_can_be_stopped() {
        TestStudio studio("a small red ball [slow]");
        studio.show();
        studio.action("view.sweep")->trigger();
        auto* page = qobject_cast<SweepPage*>(studio.window.pages()->find(QStringLiteral("sweep")));
        QTest::mouseClick(button(page, QStringLiteral("Sweep")), Qt::LeftButton);
        QVERIFY(button(page, QStringLiteral("Stop"))->isVisible());
        QTest::mouseClick(button(page, QStringLiteral("Stop")), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([page] { return !page->busy(); }, kPatienceMs));
        QVERIFY(says(page, QStringLiteral("Stopped")));
    }

    void errors_stand_in_place() {
        TestStudio studio("a small red ball [fail:oom]");
        studio.show();
        studio.action("view.sweep")->trigger();
        auto* page = qobject_cast<SweepPage*>(studio.window.pages()->find(QStringLiteral("sweep")));
        QTest::mouseClick(button(page, QStringLiteral("Sweep")), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([page] { return !page->busy(); }, kPatienceMs));
        QVERIFY(says(page, QStringLiteral("Not enough memory")));
    }
};

QTEST_MAIN(TestSweep)
#include "tst_sweep.moc"
