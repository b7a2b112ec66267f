// A graphics device that is lost in the middle of a run: the window offers a new start, the queue stands still, and the next
// program goes on from the checkpoint.
#include <QPushButton>

#include "tests/ui/ui_test_support.h"
#include "ui/widgets/error_card.h"

using namespace timeripple;
using namespace timeripple::ui;

class TestDeviceLost : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theNextProgramGoesOnFromTheCheckpoint() {
        QTemporaryDir library;
        quint64 lost_id = 0, waiting_id = 0;
        {
            Workspace workspace(fakeEngine(), library.path());
            QSignalSpy ended(&workspace, &Workspace::runEnded), restart(&workspace, &Workspace::restartNeeded);
            lost_id = workspace.enqueue(smallRequest("[fail:lost] a red ball"));
            waiting_id = workspace.enqueue(smallRequest("a blue ball"));
            QTRY_VERIFY_WITH_TIMEOUT(restart.count() > 0, kPatienceMs);
            QCOMPARE(ended.count(), 1);
            const auto run = ended[0][0].value<RunRecordPtr>();
            QVERIFY(run->error);
            QCOMPARE(run->error->code, engine::ErrorCode::DeviceLost);
            QVERIFY(workspace.deviceLost());
            // Neither run is given up, and none is begun: each would only fail.
            QVERIFY(!workspace.running());
            QCOMPARE(workspace.queue().rowCount(), 2);
            QCOMPARE(workspace.queue().find(lost_id)->state, JobState::Queued);
            QCOMPARE(workspace.queue().at(0).id, lost_id);
            QCOMPARE(workspace.queue().find(waiting_id)->state, JobState::Queued);
            workspace.enqueue(smallRequest("a green ball"));
            QCOMPARE(restart.count(), 2);
            QVERIFY(!workspace.running());
        }
        Workspace workspace(fakeEngine(), library.path());
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 3, kPatienceMs);
        const auto run = ended[0][0].value<RunRecordPtr>();
        QVERIFY(!run->error);
        QCOMPARE(run->request.prompt, std::string("[fail:lost] a red ball"));
        const quint64 clip_id = ended[0][1].value<quint64>();
        QVERIFY(clip_id != 0);
        QCOMPARE(workspace.clips().find(clip_id)->clip().resumed_step, 3);  // the fourth of eight steps broke the device
        QCOMPARE(workspace.queue().rowCount(), 0);
    }

    void theWindowOffersANewStart() {
        TestStudio studio("[fail:lost] a red ball");
        studio.show();
        QSignalSpy chosen(&studio.window, &MainWindow::restartChosen);
        studio.window.generate();
        auto* card = studio.window.findChild<ErrorCard*>();
        QVERIFY(card);
        QPushButton* button = nullptr;
        const auto offered = [&] {
            for (auto* each : card->findChildren<QPushButton*>()) {
                if (each->isVisible() && each->text() == QStringLiteral("Restart TimeRipple Studio")) button = each;
            }
            return button != nullptr;
        };
        QTRY_VERIFY_WITH_TIMEOUT(offered(), kPatienceMs);
        QVERIFY(card->text().contains(QStringLiteral("The device was lost")));
        // A further wish for a run says so again, also after the card was closed.
        studio.window.watchPage()->hideError();
        studio.window.generate();
        QVERIFY(studio.window.watchPage()->errorShown());
        QCOMPARE(chosen.count(), 0);
        button->click();
        QCOMPARE(chosen.count(), 1);
    }
};

QTEST_MAIN(TestDeviceLost)
#include "tst_device_lost.moc"
