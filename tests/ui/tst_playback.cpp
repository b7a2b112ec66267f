// The clock of the player, and the words of the prompt.
#include "tests/ui/ui_test_support.h"
#include "ui/session/request_differences.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/playback_clock.h"
#include "ui/widgets/prompt_words.h"

using namespace timeripple;
using namespace timeripple::ui;

class TestPlayback : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void time_gives_frames_exactly() {
        PlaybackClock clock;
        clock.setLength(33, 16);
        clock.setLoop(false);
        clock.showTime(0);
        QCOMPARE(clock.position(), 0);
        clock.showTime(62);
        QCOMPARE(clock.position(), 0);
        clock.showTime(63);
        QCOMPARE(clock.position(), 1);
        clock.showTime(1000);
        QCOMPARE(clock.position(), 16);
        clock.showTime(60'000);  // past the end: stays on the last frame
        QCOMPARE(clock.position(), 32);
        QVERIFY(!clock.playing());
    }

    void loops_wrap_both_ways() {
        PlaybackClock clock;
        clock.setLength(9, 4);
        clock.showTime(9 * 250 + 1);
        QCOMPARE(clock.position(), 0);
        clock.setPosition(0);
        clock.shuttle(-1);
        clock.showTime(251);
        QCOMPARE(clock.position(), 8);
        clock.setPlaying(false);
    }

    void every_frame_can_be_stepped_to() {
        PlaybackClock clock;
        clock.setLength(5, 16);
        for (int i = 1; i <= 6; ++i) {
            clock.stepBy(1);
            QCOMPARE(clock.position(), std::min(i, 4));
        }
        clock.stepBy(-9);
        QCOMPARE(clock.position(), 0);
    }

    void a_preview_that_becomes_a_clip_goes_on_where_it_was() {
        PlaybackClock clock;
        clock.setLength(9, 4);
        clock.setPosition(4);
        clock.setLength(33, 16);
        QCOMPARE(clock.position(), 16);
        clock.setLength(0, 0);
        QCOMPARE(clock.position(), 0);
        clock.showTime(1000);
        clock.stepBy(1);
        QCOMPARE(clock.position(), 0);
    }

    void chips_toggle_words() {
        const QStringList colours{QStringLiteral("red"), QStringLiteral("orange")};
        const QString prompt = QStringLiteral("a large orange fish");
        QVERIFY(promptHolds(prompt, QStringLiteral("Orange")));
        QVERIFY(!promptHolds(prompt, QStringLiteral("range")));
        QVERIFY(!promptHolds(prompt, QString()));
        QCOMPARE(promptToggled(prompt, QStringLiteral("red"), colours), QStringLiteral("a large red fish"));
        QCOMPARE(promptToggled(prompt, QStringLiteral("orange"), colours), QStringLiteral("a large fish"));
        QCOMPARE(promptToggled(QString(), QStringLiteral("red"), colours), QStringLiteral("red"));
        QCOMPARE(promptToggled(QStringLiteral("a fish"), QStringLiteral("dark water"), {QStringLiteral("dark water")}),
                 QStringLiteral("a fish dark water"));
    }

    void numbers_read_well() {
        QCOMPARE(durationText(74), QStringLiteral("1:14"));
        QCOMPARE(durationText(3661), QStringLiteral("1:01:01"));
        QCOMPARE(durationText(-3), QStringLiteral("0:00"));
        QCOMPARE(percentText(0.784), QStringLiteral("78.4 %"));
        QCOMPARE(secondsText(0.6123), QStringLiteral("0.61 s"));
        QCOMPARE(secondsText(23.44), QStringLiteral("23.4 s"));
        QCOMPARE(decibelText(engine::ClipQuality::kIdenticalDb), QStringLiteral("identical"));
        QCOMPARE(bytesText(0.94e9), QStringLiteral("940 MB"));
        QCOMPARE(bytesText(1.94e9), QStringLiteral("1.9 GB"));
    }

    void differences_are_listed() {
        const auto a = smallRequest();
        QCOMPARE(requestDifferences(a, a), QStringList());
        auto b = a;
        b.steps = 30;
        b.attention = engine::AttentionMode::Dense;
        QCOMPARE(requestDifferences(b, a), (QStringList{QStringLiteral("attention dense, ripple"), QStringLiteral("steps 30, 8")}));
        // The twins of a fork differ in what came after it.
        auto dense = a, other = a;
        dense.attention_changes = {{4, engine::AttentionMode::Dense, {}, {}}};
        other.attention_changes = {{4, engine::AttentionMode::Ripple, a.ripple, {}}};
        QCOMPARE(requestDifferences(dense, other),
                 QStringList{QStringLiteral("changed on the way dense from step 4, threshold 0.40 from step 4")});
    }
};

QTEST_GUILESS_MAIN(TestPlayback)
#include "tst_playback.moc"
