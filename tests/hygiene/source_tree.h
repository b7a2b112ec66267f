#pragma once
// The files of this checkout, for the tests that read source text.

#include <QByteArray>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QString>
#include <QStringList>

namespace source_tree {

inline QString root() {
    return QStringLiteral(TIMERIPPLE_SOURCE_DIR);
}

// Paths relative to the root: what git tracks or would track; outside a git checkout all but build folders and
// dotfiles.
inline QStringList files() {
    QProcess git;
    git.setWorkingDirectory(root());
    git.start(QStringLiteral("git"), {QStringLiteral("ls-files"), QStringLiteral("-z"), QStringLiteral("--cached"),
                                      QStringLiteral("--others"), QStringLiteral("--exclude-standard")});
    QStringList result;
    if (git.waitForFinished() && git.exitCode() == 0) {
        for (const QByteArray& name : git.readAllStandardOutput().split('\0')) {
            const QString path = QString::fromUtf8(name);
            if (!path.isEmpty() && QFile::exists(root() + '/' + path)) result << path;
        }
        return result;
    }
    QDirIterator walk(root(), QDir::Files, QDirIterator::Subdirectories);
    while (walk.hasNext()) {
        const QString path = QDir(root()).relativeFilePath(walk.next());
        if (!path.startsWith(QLatin1String("build/")) && !path.startsWith('.')) result << path;
    }
    return result;
}

inline bool isSource(const QString& path) {
    for (const char* suffix : {".h", ".cpp", ".cu", ".cuh"}) {
        if (path.endsWith(QLatin1String(suffix))) return true;
    }
    return false;
}

inline QByteArray read(const QString& path) {
    QFile file(root() + '/' + path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace source_tree
