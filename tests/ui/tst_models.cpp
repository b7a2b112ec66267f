// Item models under the model tester, and the rules of the Workspace between them.
#include <QAbstractItemModelTester>

#include "tests/ui/ui_test_support.h"

using namespace timeripple;
using namespace timeripple::ui;

namespace {

RunRecordPtr finishedRun(engine::AttentionMode mode, int width = 64) {
    auto clip = std::make_shared<engine::Clip>();
    clip->request = smallRequest();
    clip->request.attention = mode;
    clip->request.width = width;
    auto frames = std::make_shared<engine::FrameSequence>();
    frames->frames = 9, frames->width = width, frames->height = 64, frames->fps = 16;
    frames->rgb.assign(frames->frame_bytes() * 9, 90);
    clip->frames = frames;
    return RunRecord::ofClip(clip);
}

}  // namespace

class TestModels : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void clip_list_survives_random_edits() {
        ClipListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        quint32 state = 7;
        auto random = [&state](int below) { return int((state = state * 1664525u + 1013904223u) >> 16) % below; };
        QList<quint64> ids;
        for (int i = 0; i < 2000; ++i) {
            switch (random(4)) {
                case 0:
                case 1:
                    ids << model.add(finishedRun(random(2) ? engine::AttentionMode::Dense : engine::AttentionMode::Ripple, 32));
                    break;
                case 2:
                    if (!ids.isEmpty()) model.remove(ids.takeAt(random(int(ids.size()))));
                    break;
                default:
                    if (ids.size() > 1) model.setQuality(ids[random(int(ids.size()))], ids[random(int(ids.size()))], {});
            }
            QCOMPARE(model.rowCount(), int(ids.size()));
        }
    }

    void job_queue_survives_random_edits() {
        JobQueueModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        quint32 state = 11;
        auto random = [&state](int below) { return int((state = state * 1664525u + 1013904223u) >> 16) % below; };
        QList<quint64> ids;
        for (int i = 0; i < 5000; ++i) {
            if (ids.isEmpty() || random(3) == 0) {
                ids << model.add(smallRequest());
            } else if (random(3) == 0) {
                model.remove(ids.takeAt(random(int(ids.size()))));
            } else {
                model.setState(ids[random(int(ids.size()))], JobState(random(6)));
                model.setProgress(ids[random(int(ids.size()))], {engine::Phase(random(4)), random(9), 9, 1.0, 2.0});
            }
        }
    }

    void unknown_ids_are_harmless() {
        ClipListModel clips;
        JobQueueModel queue;
        clips.remove(9);
        clips.setQuality(9, 8, {});
        queue.remove(9);
        queue.setState(9, JobState::Done);
        QVERIFY(!clips.find(9) && !queue.find(9));
        QVERIFY(!clips.data(clips.index(0), Qt::DisplayRole).isValid());
    }

    void runs_of_the_queue_follow_each_other() {
        Workspace workspace(fakeEngine());
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        QSignalSpy started(&workspace, &Workspace::runStarted);
        for (int i = 0; i < 3; ++i) workspace.enqueue(smallRequest());
        QCOMPARE(started.size(), 1);
        QCOMPARE(workspace.queue().waiting(), 2);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 3, kPatienceMs);
        QCOMPARE(workspace.clips().rowCount(), 3);
        QCOMPARE(workspace.queue().rowCount(), 0);
    }

    void a_failed_run_does_not_stop_the_rest() {
        Workspace workspace(fakeEngine());
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.enqueue(smallRequest("[fail:oom]"));
        workspace.enqueue(smallRequest());
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 2, kPatienceMs);
        QCOMPARE(workspace.clips().rowCount(), 1);
        QCOMPARE(workspace.queue().rowCount(), 1);  // the failed one stays, to be tried again
        QCOMPARE(int(workspace.queue().at(0).state), int(JobState::Failed));
        QVERIFY(workspace.queue().at(0).error.has_value());
        workspace.removeJob(workspace.queue().at(0).id);
        QCOMPARE(workspace.queue().rowCount(), 0);
    }

    void compare_makes_twins_and_measures_them() {
        Workspace workspace(fakeEngine());
        QSignalSpy ready(&workspace, &Workspace::comparisonReady);
        workspace.compare(smallRequest());
        QVERIFY(ready.wait(kPatienceMs));
        const quint64 dense = ready[0][0].toULongLong(), ripple = ready[0][1].toULongLong();
        const ClipEntry* candidate = workspace.clips().find(ripple);
        QVERIFY(candidate && workspace.clips().find(dense));
        QCOMPARE(workspace.clips().find(dense)->clip().request.seed, candidate->clip().request.seed);
        QVERIFY(workspace.clips().find(dense)->clip().request.attention == engine::AttentionMode::Dense);
        QVERIFY(candidate->quality.has_value());
        QCOMPARE(candidate->twin_id, dense);
        QVERIFY(candidate->quality->mean_psnr_db < engine::ClipQuality::kIdenticalDb);
        QVERIFY(captionOf(*candidate).contains(QStringLiteral("dB")));
    }

    void cancelling_a_comparison_takes_the_twin_along() {
        Workspace workspace(fakeEngine());
        QSignalSpy updated(&workspace, &Workspace::runUpdated);
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.compare(smallRequest("[hang]"));
        QVERIFY(updated.wait(kPatienceMs));
        workspace.cancelRunning();
        QVERIFY(ended.wait(kPatienceMs));
        QCOMPARE(workspace.queue().rowCount(), 0);
        QVERIFY(!workspace.running());
    }

    void latents_that_outlived_a_failed_decode_are_decoded_again() {
        Workspace workspace(fakeEngine());
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.enqueue(smallRequest("[fail:decode]"));
        QVERIFY(ended.wait(kPatienceMs));
        QVERIFY(workspace.currentRun()->error.has_value());
        QVERIFY(workspace.decodesAgain(workspace.currentJob()));
        workspace.decodeAgain(workspace.currentJob());
        QVERIFY(ended.wait(kPatienceMs));
        QCOMPARE(workspace.clips().rowCount(), 1);
        QVERIFY(workspace.clips().at(0).clip().request.vae_tiling);
        QCOMPARE(workspace.queue().rowCount(), 0);
    }

    void medians_of_few_steps_favour_nobody() {
        RunRecord run;
        run.request = smallRequest();
        const std::pair<bool, double> steps[] = {{true, 9.0}, {true, 2.0}, {false, 1.0}, {false, 3.0}, {true, 4.0}};
        for (const auto& [dense, seconds] : steps) {
            engine::StepStats stats;
            stats.step = int(run.steps.size()) + 1;
            stats.dense = dense;
            stats.seconds = seconds;
            run.steps.push_back(stats);
        }
        const RunSavings savings = run.savings();
        QCOMPARE(savings.dense_step_seconds, 3.0);  // the first one warms up
        QCOMPARE(savings.ripple_step_seconds, 2.0);
        QCOMPARE(*savings.measured_factor, 1.5);
    }

    void savings_are_three_numbers() {
        Workspace workspace(fakeEngine());
        QSignalSpy ended(&workspace, &Workspace::runEnded);
        workspace.enqueue(smallRequest());
        QVERIFY(ended.wait(kPatienceMs));
        const RunSavings savings = workspace.currentRun()->savings();
        QVERIFY(savings.score && savings.attention && savings.measured_factor);
        QCOMPARE(*savings.measured_factor, 2.0);  // the fake's steps: 40 ms dense, 20 ms accelerated
        auto dense = smallRequest();
        dense.attention = engine::AttentionMode::Dense;
        workspace.enqueue(dense);
        QVERIFY(ended.wait(kPatienceMs));
        QVERIFY(!workspace.currentRun()->savings().measured_factor);
    }
};

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"
