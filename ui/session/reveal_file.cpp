#include "ui/session/reveal_file.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDesktopServices>
#include <QFileInfo>
#include <QUrl>

namespace timeripple::ui {

void revealFile(const QString& path) {
    const QString whole = QFileInfo(path).absoluteFilePath();
    auto open_folder = [whole] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(whole).absolutePath())); };
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        open_folder();
        return;
    }
    QDBusMessage call =
        QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.FileManager1"), QStringLiteral("/org/freedesktop/FileManager1"),
                                       QStringLiteral("org.freedesktop.FileManager1"), QStringLiteral("ShowItems"));
    call << QStringList{QUrl::fromLocalFile(whole).toString()} << QString();
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), QCoreApplication::instance());
    QObject::connect(watcher, &QDBusPendingCallWatcher::finished, watcher, [open_folder](QDBusPendingCallWatcher* done) {
        if (QDBusPendingReply<>(*done).isError()) open_folder();
        done->deleteLater();
    });
}

QMimeData* mimeOfFile(const QString& path) {
    const QString whole = QFileInfo(path).absoluteFilePath();
    auto* data = new QMimeData;
    data->setUrls({QUrl::fromLocalFile(whole)});
    data->setText(whole);
    return data;
}

}  // namespace timeripple::ui
