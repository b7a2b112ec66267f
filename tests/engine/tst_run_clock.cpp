// The estimate of the time that is left: from measured steps, dense and ripple apart.
#include "engine/pipeline/run_clock.h"

#include <QtTest>

using namespace timeripple::engine;

class RunClockTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void nothing_is_known_before_the_first_block() {
        RunClock clock;
        clock.plan({true, false, false, true}, 3.0);
        clock.begin(Phase::Denoising);
        QCOMPARE(clock.remaining(0, 0.0), -1.0);
        QVERIFY(clock.remaining(0, 0.5) >= 3.0);
    }
    void kinds_of_steps_are_kept_apart() {
        RunClock clock;
        clock.plan({true, false, false, true}, 3.0);
        clock.begin(Phase::Denoising);
        clock.step_done(0, 2.0);
        QCOMPARE(clock.remaining(1, 0.0), 2.0 + 2.0 + 2.0 + 3.0);  // ripple not measured yet
        clock.step_done(1, 0.5);
        QCOMPARE(clock.remaining(2, 0.0), 0.5 + 2.0 + 3.0);
        QCOMPARE(clock.remaining(2, 0.5), 0.25 + 2.0 + 3.0);
        clock.step_done(2, 1.5);
        QCOMPARE(clock.remaining(3, 0.0), 2.0 + 3.0);
        clock.step_done(3, 2.0);
        QCOMPARE(clock.remaining(4, 0.0), 3.0);
    }
    void unknown_decoding_counts_as_nothing() {
        RunClock clock;
        clock.plan({true, true}, -1.0);
        clock.begin(Phase::Denoising);
        clock.step_done(0, 2.0);
        QCOMPARE(clock.remaining(1, 0.0), 2.0);
        QCOMPARE(clock.remaining_decode(0.0), -1.0);
    }
    void phases_add_up() {
        RunClock clock;
        clock.begin(Phase::Loading);
        clock.begin(Phase::TextEncoding);
        clock.begin(Phase::Loading);
        clock.begin(Phase::Decoding);
        clock.end();
        const PhaseTimes& times = clock.times();
        QVERIFY(times.load >= 0.0 && times.decoding >= 0.0 && times.denoising == 0.0);
        QVERIFY(times.load + times.text_encoding + times.decoding <= times.total);
    }
};

QTEST_APPLESS_MAIN(RunClockTest)
#include "tst_run_clock.moc"
