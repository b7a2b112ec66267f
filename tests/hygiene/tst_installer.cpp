// The installer's sentences where something is missing. It runs with a PATH of stand-ins, so that nothing is ever
// installed.
#include "tests/hygiene/source_tree.h"

#include <QFileInfo>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

class TestInstaller : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init();
    void packagesAreNames();
    void wrongTorchIsNamed();
    void withoutRootOrSudoTheCommandIsGiven();
    void failedPackagesShowTheLog();
    void nothingMissingSaysNothing();
    void noPlaceForTheToolchain();
    void secondRunWaitsForTheFirst();

  private:
    struct Run {
        int code = -1;
        QString out, err;
    };
    void standIn(const QString& name, const QByteArray& script);
    Run run(const QString& snippet, const QMap<QString, QString>& environment = {});

    std::unique_ptr<QTemporaryDir> dir_;
};

void TestInstaller::init() {
    dir_ = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(dir_->path()).mkpath("bin"));
    // The real tools that the scripts use, and none that could change the machine.
    for (const char* tool :
         {"bash",    "sed",      "awk",   "df",    "mkdir", "head",  "tail", "cut", "tr",    "cat",
          "dirname", "readlink", "flock", "nproc", "grep",  "sleep", "env",  "rm",  "paste", "true"}) {
        const QString real = QStandardPaths::findExecutable(tool);
        if (!real.isEmpty()) QFile::link(real, dir_->filePath(QString("bin/") + tool));
    }
    standIn("id", "echo 1000");
    standIn("dpkg-query", "echo installed");
    standIn("apt-get", "echo \"E: nothing works today\"; exit 100");
}

void TestInstaller::standIn(const QString& name, const QByteArray& script) {
    QFile file(dir_->filePath("bin/" + name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!" + QFileInfo(dir_->filePath("bin/bash")).symLinkTarget().toUtf8() + "\n" + script + "\n");
    file.setPermissions(file.permissions() | QFile::ExeOwner | QFile::ExeUser);
}

TestInstaller::Run TestInstaller::run(const QString& snippet, const QMap<QString, QString>& environment) {
    QProcess bash;
    QProcessEnvironment clean;
    clean.insert("PATH", dir_->filePath("bin"));
    clean.insert("HOME", dir_->filePath("home"));
    clean.insert("LC_ALL", "C");
    for (auto it = environment.begin(); it != environment.end(); ++it)
        clean.insert(it.key(), it.value());
    bash.setProcessEnvironment(clean);
    bash.setStandardInputFile(QProcess::nullDevice());
    bash.start(dir_->filePath("bin/bash"), {"-c", "source '" + source_tree::root() + "/installer/common.sh'; logs='" +
                                                      dir_->filePath("logs") + "'; " + snippet});
    if (!bash.waitForFinished(60000)) return {};
    return {bash.exitCode(), QString::fromUtf8(bash.readAllStandardOutput()),
            QString::fromUtf8(bash.readAllStandardError())};
}

void TestInstaller::packagesAreNames() {
    const QRegularExpression name("^[a-z0-9][a-z0-9+.-]+$");
    int packages = 0;
    for (const QByteArray& line : source_tree::read("installer/packages.txt").split('\n')) {
        const QString package = QString::fromUtf8(line).section('#', 0, 0).trimmed();
        if (package.isEmpty()) continue;
        ++packages;
        QVERIFY2(name.match(package).hasMatch(), qPrintable(package));
    }
    QVERIFY(packages > 10);
}

void TestInstaller::wrongTorchIsNamed() {
    const Run result = run("setup_toolchain", {{"TIMERIPPLE_TORCH", "/nowhere/torch"}});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("/nowhere/torch") && result.err.contains("What to do"), qPrintable(result.err));
}

void TestInstaller::withoutRootOrSudoTheCommandIsGiven() {
    standIn("dpkg-query", "[ \"${@: -1}\" = cmake ] || echo installed");
    const Run result = run("setup_packages");
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("apt-get install -y --no-install-recommends cmake\n"), qPrintable(result.err));
    QVERIFY2(result.err.contains("neither are you root nor is there sudo"), qPrintable(result.err));
}

void TestInstaller::failedPackagesShowTheLog() {
    standIn("id", "echo 0");
    standIn("dpkg-query", "[ \"${@: -1}\" = cmake ] || echo installed");
    const Run result = run("setup_packages");
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("E: nothing works today") && result.err.contains("By hand: apt-get install"),
             qPrintable(result.err));
}

void TestInstaller::nothingMissingSaysNothing() {
    const Run result = run("setup_packages");
    QCOMPARE(result.code, 0);
    QVERIFY2(result.err.isEmpty() && result.out.isEmpty(), qPrintable(result.err));
}

void TestInstaller::noPlaceForTheToolchain() {
    const Run result = run("unset HOME; setup_toolchain");
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains("neither HOME nor XDG_DATA_HOME"), qPrintable(result.err));
}

void TestInstaller::secondRunWaitsForTheFirst() {
    // The first holds the lock until it has read that the second waits.
    const QString file = dir_->filePath("lock");
    const Run result =
        run("exec 5<> <(:) 7<> <(:); "
            "( lock '" +
            file +
            "'; echo held >&7; read -r said <&5; echo \"$said\" >&2; echo first ) & "
            "read -r _ <&7; ( lock '" +
            file + "' 2>&5; echo second ); wait");
    QCOMPARE(result.code, 0);
    QCOMPARE(result.out, QString("first\nsecond\n"));
    QVERIFY2(result.err.contains("waiting for it to end"), qPrintable(result.err));
}

QTEST_APPLESS_MAIN(TestInstaller)
#include "tst_installer.moc"
