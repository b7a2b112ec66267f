#include "ui/settings/session_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <utility>

#include "engine/api/log.h"
#include "engine/api/recipe.h"

namespace timeripple::ui {
namespace {

constexpr int kVersion = 1;

QByteArray bytesOf(const QJsonValue& value) { return QByteArray::fromBase64(value.toString().toLatin1()); }
QString textOf(const QByteArray& bytes) { return QString::fromLatin1(bytes.toBase64()); }

WindowSession readSession(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
    if (object[QLatin1String("version")].toInt() != kVersion) return {};
    WindowSession session;
    if (auto request = engine::request_from_json(object[QLatin1String("request")].toString().toStdString())) {
        session.request = std::move(request).value();
    }
    session.seed_locked = object[QLatin1String("seed_locked")].toBool();
    session.model = object[QLatin1String("model")].toString();
    session.page = object[QLatin1String("page")].toString();
    session.clip = object[QLatin1String("clip")].toString().toULongLong();
    session.geometry = bytesOf(object[QLatin1String("geometry")]);
    session.layout = bytesOf(object[QLatin1String("layout")]);
    return session;
}

QByteArray textOf(const WindowSession& session) {
    QJsonObject object{{QStringLiteral("version"), kVersion},
                       {QStringLiteral("seed_locked"), session.seed_locked},
                       {QStringLiteral("model"), session.model},
                       {QStringLiteral("page"), session.page},
                       {QStringLiteral("clip"), QString::number(session.clip)},  // a number of JSON has 53 bits
                       {QStringLiteral("geometry"), textOf(session.geometry)},
                       {QStringLiteral("layout"), textOf(session.layout)}};
    if (session.request) object[QLatin1String("request")] = QString::fromStdString(engine::to_json(*session.request));
    return QJsonDocument(object).toJson();
}

}  // namespace

SessionFile::SessionFile(const QString& path) : path_(path), session_(readSession(path)) {}

SessionFile::~SessionFile() { writer_.drain(); }

void SessionFile::put(const WindowSession& session) {
    if (session == session_) return;
    session_ = session;
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(next_, session)) writer_.post([this] { write(); });
}

// Writer thread.
void SessionFile::write() {
    std::unique_lock lock(mutex_);
    const WindowSession session = *std::exchange(next_, std::nullopt);
    lock.unlock();
    QSaveFile file(path_);
    const QByteArray text = textOf(session);
    const bool written = QDir().mkpath(QFileInfo(path_).path()) && file.open(QIODevice::WriteOnly) &&
                         file.write(text) == text.size() && file.commit();
    if (!written) {
        engine::log_warning("studio", "The session could not be written to " + path_.toStdString() + ": " +
                                          file.errorString().toStdString() + ". The next start will not know what was changed since.");
    }
}

}  // namespace timeripple::ui
