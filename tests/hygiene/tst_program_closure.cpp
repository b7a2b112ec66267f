// What the two programs are linked to, to the last library. The window must not wait for LibTorch, and libblas in the
// program's global scope would slow LibTorch tenfold (toolchain.md, BLAS trap).
#include <QFileInfo>
#include <QProcess>
#include <QtTest>

class TestProgramClosure : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void forbiddenLibraries_data();
    void forbiddenLibraries();
    void librariesAreFoundWithoutEnvironment_data() { forbiddenLibraries_data(); }
    void librariesAreFoundWithoutEnvironment();

  private:
    static QString closure(const QString& program);
};

QString TestProgramClosure::closure(const QString& program) {
    QProcess ldd;
    QProcessEnvironment clean;
    clean.insert("PATH", qEnvironmentVariable("PATH"));
    clean.insert("LC_ALL", "C");
    ldd.setProcessEnvironment(clean);
    ldd.start("ldd", {program});
    return ldd.waitForFinished() ? QString::fromUtf8(ldd.readAllStandardOutput()) : QString();
}

void TestProgramClosure::forbiddenLibraries_data() {
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("forbidden");
    const QStringList everywhere{"libblas", "liblapack", "libopenblas",      "libmkl",          "libtorch",
                                 "libc10",  "libopencv", "libsentencepiece", "libtr_engine.so", "libcudart"};
    QTest::newRow("command line") << TIMERIPPLE_BINARY_DIR "/bin/timeripple" << everywhere + QStringList{"libQt"};
    QTest::newRow("window") << TIMERIPPLE_BINARY_DIR "/bin/timeripple-studio" << everywhere;
}

void TestProgramClosure::forbiddenLibraries() {
    QFETCH(QString, program);
    QFETCH(QStringList, forbidden);
    if (!QFileInfo::exists(program)) QSKIP("not in this build");
    const QString libraries = closure(program);
    QVERIFY2(libraries.contains("libtr_engine_base.so"), qPrintable(libraries));
    for (const QString& name : forbidden) {
        for (const QString& line : libraries.split('\n')) {
            QVERIFY2(!line.trimmed().startsWith(name), qPrintable(program + " is linked to " + line.trimmed()));
        }
    }
}

void TestProgramClosure::librariesAreFoundWithoutEnvironment() {
    QFETCH(QString, program);
    if (!QFileInfo::exists(program)) QSKIP("not in this build");
    QVERIFY2(!closure(program).contains("not found"), qPrintable(closure(program)));
    const QString engine = TIMERIPPLE_BINARY_DIR "/lib/libtr_engine.so";
    if (QFileInfo::exists(engine)) QVERIFY2(!closure(engine).contains("not found"), qPrintable(closure(engine)));
}

QTEST_GUILESS_MAIN(TestProgramClosure)
#include "tst_program_closure.moc"
