// The byte that a map keeps for a Delta.

#include "engine/api/delta_code.h"

#include <QtTest>

using namespace timeripple::engine;

class DeltaCodeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_code_comes_back() {
        float before = 0.0f;
        for (int code = 0; code < int(kNoDelta); ++code) {
            const float delta = delta_of_code(std::uint8_t(code));
            QVERIFY(delta > before);
            QCOMPARE(int(delta_code(delta * delta)), code);
            before = delta;
        }
    }

    void values_stay_within_two_percent_and_in_order() {
        std::uint8_t before = 0;
        for (double delta = 1.0 / 128; delta < 16.0; delta *= 1.0003) {
            const std::uint8_t code = delta_code(float(delta * delta));
            // Half of a step where steps are widest: 1 / (2 * 11.5) of Delta^2, half of that of Delta.
            QVERIFY2(std::abs(delta_of_code(code) - delta) <= 0.022 * delta, qPrintable(QString::number(delta)));
            QVERIFY(code >= before);
            before = code;
        }
    }

    void what_lies_outside_goes_to_the_ends() {
        QCOMPARE(int(delta_code(0.0f)), 0);
        QCOMPARE(int(delta_code(std::numeric_limits<float>::denorm_min())), 0);
        QCOMPARE(int(delta_code(1e30f)), int(kNoDelta) - 1);
        QCOMPARE(int(delta_code(std::numeric_limits<float>::infinity())), int(kNoDelta) - 1);
        QCOMPARE(int(delta_code(std::numeric_limits<float>::quiet_NaN())), int(kNoDelta));
        QVERIFY(std::isnan(delta_of_code(kNoDelta)));
    }
};

QTEST_APPLESS_MAIN(DeltaCodeTest)
#include "tst_delta_code.moc"
