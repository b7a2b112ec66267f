#include "ui/session/launch_sentinel.h"

#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QSaveFile>

namespace timeripple::ui {
namespace {

constexpr auto kPrefix = "running-";
constexpr auto kStarting = "starting";
constexpr auto kStands = "stands";

// When the kernel started a process, in its own ticks; empty: there is none, or it has ended and only waits for its parent to
// notice. A number of a process may come again after a reboot.
QByteArray startOf(qint64 process) {
    QFile file(QStringLiteral("/proc/%1/stat").arg(process));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray text = file.readAll();
    const QByteArrayList fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    if (fields.size() < 20 || fields[0] == "Z" || fields[0] == "X") return {};
    return fields[19];
}

}  // namespace

LaunchSentinel::LaunchSentinel(const QString& folder) {
    if (folder.isEmpty() || !QDir().mkpath(folder)) return;
    const QDir place(folder);
    for (const QString& name : place.entryList({QLatin1String(kPrefix) + QLatin1Char('*')}, QDir::Files)) {
        QFile file(place.filePath(name));
        if (!file.open(QIODevice::ReadOnly)) continue;
        const QByteArrayList words = file.read(256).split(' ');
        const qint64 process = name.mid(int(qstrlen(kPrefix))).toLongLong();
        if (words.size() > 1 && !words[1].isEmpty() && startOf(process) == words[1]) continue;  // another window, alive
        const bool early = words[0] != kStands;
        if (last_end_ != LastEnd::CrashedEarly) last_end_ = early ? LastEnd::CrashedEarly : LastEnd::Crashed;
        file.remove();
    }
    path_ = place.filePath(QLatin1String(kPrefix) + QString::number(::getpid()));
    write(kStarting);
}

LaunchSentinel::~LaunchSentinel() {
    if (!path_.isEmpty()) QFile::remove(path_);
}

void LaunchSentinel::stands() { write(kStands); }

void LaunchSentinel::write(const char* state) {
    if (path_.isEmpty()) return;
    QSaveFile file(path_);
    if (!file.open(QIODevice::WriteOnly)) return;
    file.write(QByteArray(state) + ' ' + startOf(::getpid()));
    file.commit();
}

}  // namespace timeripple::ui
