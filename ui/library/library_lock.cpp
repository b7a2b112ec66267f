#include "ui/library/library_lock.h"

#include <QCryptographicHash>
#include <QDir>
#include <QLocalServer>
#include <QLocalSocket>

#include "engine/api/log.h"

namespace timeripple::ui {
namespace {

constexpr int kAnswerMs = 2000;
constexpr qint64 kMaxMessage = 1 << 20;

}  // namespace

LibraryLock::LibraryLock(const QString& folder, QObject* parent) : QObject(parent), folder_(folder), file_(folder + QStringLiteral("/lock")), server_(new QLocalServer(this)) {
    file_.setStaleLockTime(0);  // only a dead process makes it stale, never its age
}

LibraryLock::~LibraryLock() {
    server_->close();
    if (file_.isLocked()) file_.unlock();
}

// Of the folder and the user: two users may have libraries of the same name.
QString LibraryLock::serverName() const {
    const QByteArray path = (QDir(folder_).absolutePath() + QLatin1Char('\n') + QDir::homePath()).toUtf8();
    return QStringLiteral("timeripple-") + QString::fromLatin1(QCryptographicHash::hash(path, QCryptographicHash::Sha1).toHex().left(20));
}

bool LibraryLock::acquire() {
    if (!QDir().mkpath(folder_)) return true;
    if (!file_.tryLock(0) && file_.error() == QLockFile::LockFailedError) return false;
    if (file_.isLocked()) listen();
    return true;
}

void LibraryLock::listen() {
    QLocalServer::removeServer(serverName());  // of a process that was killed; the lock says that none lives
    server_->setSocketOptions(QLocalServer::UserAccessOption);
    if (!server_->listen(serverName())) {
        engine::log_warning("library", "A second start cannot reach this one: " + server_->errorString().toStdString());
        return;
    }
    connect(server_, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket* socket = server_->nextPendingConnection()) {
            connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
            auto read = [this, socket] {
                if (socket->bytesAvailable() > kMaxMessage) return socket->disconnectFromServer();
                if (!socket->canReadLine()) return;
                const QString line = QString::fromUtf8(socket->readLine()).trimmed();
                socket->write("shown\n");
                socket->flush();
                Q_EMIT called(line.split(QLatin1Char('\t'), Qt::SkipEmptyParts));
            };
            connect(socket, &QLocalSocket::readyRead, this, read);
            if (socket->bytesAvailable() > 0) read();
        }
    });
}

bool LibraryLock::callFirst(const QStringList& paths) const {
    QLocalSocket socket;
    socket.connectToServer(serverName());
    if (!socket.waitForConnected(kAnswerMs)) return false;
    QStringList whole;
    for (const QString& path : paths) whole << QDir().absoluteFilePath(path);
    socket.write(whole.join(QLatin1Char('\t')).toUtf8() + '\n');
    return socket.waitForBytesWritten(kAnswerMs) && socket.waitForReadyRead(kAnswerMs) && socket.readLine().startsWith("shown");
}

}  // namespace timeripple::ui
