// Every way in which opening the engine can fail has its sentence; the fake engine library opens.
#include "engine/api/engine.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace timeripple::engine;

namespace {
const QString kTests = QStringLiteral(TIMERIPPLE_BINARY_DIR "/tests/");
}

class TestEngineLoader : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase();
    void failuresNameTheLibraryAndTheWayOut_data();
    void failuresNameTheLibraryAndTheWayOut();
    void opensAndStaysOpen();

  private:
    QTemporaryDir dir_;
};

void TestEngineLoader::initTestCase() {
    qputenv("XDG_STATE_HOME", dir_.path().toUtf8());
    QFile damaged(dir_.filePath("libdamaged.so"));
    QVERIFY(damaged.open(QIODevice::WriteOnly));
    damaged.write(
        "\x7f"
        "ELF and then nothing");
}

void TestEngineLoader::failuresNameTheLibraryAndTheWayOut_data() {
    QTest::addColumn<QString>("library");
    QTest::addColumn<QString>("says");
    QTest::newRow("no such file") << "/nowhere/libtr_engine.so"
                                  << "/nowhere/libtr_engine.so, which is not a file";
    QTest::newRow("a folder") << dir_.path() << "not a file";
    QTest::newRow("not a library") << dir_.filePath("libdamaged.so") << "cannot be opened";
    QTest::newRow("another library") << QString(TIMERIPPLE_BINARY_DIR "/lib/libtr_engine_base.so")
                                     << "not TimeRipple's engine";
    QTest::newRow("another build") << kTests + "libtr_fake_engine_other_build.so"
                                   << "of another build (0.0.1+another)";
}

void TestEngineLoader::failuresNameTheLibraryAndTheWayOut() {
    QFETCH(QString, library);
    QFETCH(QString, says);
    qputenv("TIMERIPPLE_ENGINE", library.toUtf8());
    auto engine = open_engine();
    QVERIFY(!engine);
    QCOMPARE(int(engine.error().code), int(ErrorCode::EngineMissing));
    const QString message = QString::fromStdString(engine.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(message.contains("installer/run.sh") || message.contains("unset it"), qPrintable(message));
}

// Last: from here on the process has its engine, whatever the variable says.
void TestEngineLoader::opensAndStaysOpen() {
    qputenv("TIMERIPPLE_ENGINE", (kTests + "libtr_fake_engine.so").toUtf8());
    auto first = open_engine();
    QVERIFY2(first.ok(), first.ok() ? "" : first.error().message.c_str());
    QCOMPARE((*first)->devices().size(), std::size_t(1));
    qputenv("TIMERIPPLE_ENGINE", "/nowhere/libtr_engine.so");
    auto second = open_engine();
    QVERIFY(second.ok());
    QVERIFY(first.value().get() != second.value().get());
}

QTEST_APPLESS_MAIN(TestEngineLoader)
#include "tst_engine_loader.moc"
