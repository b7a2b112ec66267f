#pragma once
// The built `timeripple`, run as a process with the fake engine.

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest>

namespace command_line {

inline const QString kProgram = QStringLiteral(TIMERIPPLE_BINARY_DIR "/bin/timeripple");
inline const QString kFakeEngine = QStringLiteral(TIMERIPPLE_BINARY_DIR "/tests/libtr_fake_engine.so");
inline const QString kPond = QStringLiteral(TIMERIPPLE_SOURCE_DIR "/resources/models/pond");

struct Outcome {
    int code = -1;
    QString out, err;
};

inline QProcessEnvironment environment() {
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("TIMERIPPLE_ENGINE", kFakeEngine);
    environment.remove("TIMERIPPLE_RESOURCES");
    return environment;
}

inline Outcome run(const QStringList& words, const QString& folder = {},
                   const QProcessEnvironment& env = environment()) {
    QProcess process;
    process.setProcessEnvironment(env);
    if (!folder.isEmpty()) process.setWorkingDirectory(folder);
    process.start(kProgram, words);
    Outcome outcome;
    if (!process.waitForFinished(60'000)) return outcome;
    outcome.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    outcome.out = QString::fromUtf8(process.readAllStandardOutput());
    outcome.err = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}

inline QStringList entries(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name);
}

inline QList<QJsonObject> json_lines(const QString& text) {
    QList<QJsonObject> lines;
    for (const auto& line : text.split('\n', Qt::SkipEmptyParts)) {
        const auto document = QJsonDocument::fromJson(line.toUtf8());
        if (!document.isObject()) return {};
        lines << document.object();
    }
    return lines;
}

inline void write(const QString& path, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

}  // namespace command_line

#define RUNS(outcome, expected)            \
    QVERIFY2((outcome).code == (expected), \
             qPrintable(QString("exit code %1\n%2%3").arg((outcome).code).arg((outcome).out, (outcome).err)))
