#include "ui/library/library_file.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>
#include <atomic>
#include <mutex>

#include "engine/api/log.h"
#include "ui/library/library_database.h"

namespace timeripple::ui {
namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;
using engine::Status;

enum class Health { Good, Damaged, Newer, Other };

struct Checked {
    Health health = Health::Good;
    QString detail;
};

// One list of statements for each version; the file's user_version is the number of those that were run. Never change one that
// was released, add the next.
const std::initializer_list<std::initializer_list<const char*>>& migrations() {
    static const std::initializer_list<std::initializer_list<const char*>> kAll = {
        {
            "CREATE TABLE jobs (id INTEGER PRIMARY KEY, position INTEGER NOT NULL, state INTEGER NOT NULL, request TEXT NOT NULL, "
            "pair_id INTEGER NOT NULL, is_twin INTEGER NOT NULL, starts INTEGER NOT NULL, error_code INTEGER NOT NULL, "
            "error TEXT, error_detail TEXT)",
            "CREATE TABLE clips (id INTEGER PRIMARY KEY, created_ms INTEGER NOT NULL, group_key INTEGER NOT NULL, "
            "rating INTEGER NOT NULL, twin_id INTEGER NOT NULL, pair_id INTEGER NOT NULL, is_twin INTEGER NOT NULL, "
            "factor REAL NOT NULL, trashed_ms INTEGER NOT NULL, source_path TEXT, recipe TEXT NOT NULL, "
            "accelerated INTEGER NOT NULL, search TEXT NOT NULL)",
            "CREATE INDEX clips_by_pair ON clips (pair_id) WHERE pair_id != 0",
            "CREATE TABLE thumbnails (clip_id INTEGER PRIMARY KEY REFERENCES clips (id) ON DELETE CASCADE, jpeg BLOB NOT NULL)",
            "CREATE TABLE recipes (name TEXT PRIMARY KEY, request TEXT NOT NULL)",
            "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        },
    };
    return kAll;
}

// SQLITE_CORRUPT and SQLITE_NOTADB. Locked, full or forbidden is not damaged.
bool meansDamage(const QSqlError& error) {
    const int code = error.nativeErrorCode().toInt() & 0xff;
    return code == 11 || code == 26;
}

Checked problem(const QSqlError& error) { return {meansDamage(error) ? Health::Damaged : Health::Other, error.text()}; }

int userVersion(const QSqlDatabase& database) {
    QSqlQuery query(database);
    return query.exec(QStringLiteral("PRAGMA user_version")) && query.next() ? query.value(0).toInt() : -1;
}

Checked migrate(QSqlDatabase& database) {
    const int known = int(migrations().size());
    int version = userVersion(database);
    if (version < 0) return {Health::Damaged, QStringLiteral("no user_version")};
    if (version > known) return {Health::Newer, QStringLiteral("schema %1, known %2").arg(version).arg(known)};
    if (version == known) return {};
    if (!database.transaction()) return problem(database.lastError());
    QSqlQuery query(database);
    for (; version < known; ++version) {
        for (const char* statement : migrations().begin()[version]) {
            if (query.exec(QString::fromUtf8(statement))) continue;
            const auto error = query.lastError();
            query.finish();
            database.rollback();
            return problem(error);
        }
    }
    const bool stamped = query.exec(QStringLiteral("PRAGMA user_version = %1").arg(known));
    query.finish();
    if (!stamped || !database.commit()) {
        const auto error = stamped ? database.lastError() : query.lastError();
        database.rollback();
        return problem(error);
    }
    return {};
}

Checked prepare(QSqlDatabase& database) {
    if (!database.open()) return problem(database.lastError());
    QSqlQuery query(database);
    for (const char* setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"}) {
        if (!query.exec(QString::fromUtf8(setting))) return problem(query.lastError());
    }
    if (!query.exec(QStringLiteral("PRAGMA integrity_check(1)")) || !query.next()) return problem(query.lastError());
    const QString verdict = query.value(0).toString();
    query.finish();
    if (verdict != QLatin1String("ok")) return {Health::Damaged, verdict};
    return migrate(database);
}

// The log files first: a database that stands alone for a moment is older, never mixed with another's log.
bool moveAside(const QString& path, QString* aside) {
    const QString stamp = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
    *aside = path + QStringLiteral(".damaged-") + stamp;
    for (const char* suffix : {"-wal", "-shm", ""}) {
        const QString from = path + QString::fromLatin1(suffix);
        if (QFile::exists(from) && !QFile::rename(from, *aside + QString::fromLatin1(suffix))) return false;
    }
    return true;
}

Error unusable(const QString& path, const Checked& checked) {
    const std::string name = QFileInfo(path).fileName().toStdString();
    if (checked.health == Health::Newer) {
        return {ErrorCode::BadFile,
                "The library " + name + " was written by a newer version of this program. Start that one, or choose another library "
                "folder; nothing was changed and nothing is kept in this session.",
                checked.detail.toStdString()};
    }
    return {ErrorCode::Io,
            "The library " + path.toStdString() + " could not be opened. Check the permissions of its folder and the free space; nothing "
            "is kept in this session.",
            checked.detail.toStdString()};
}

}  // namespace

bool loadSqlDriver() {
    static std::once_flag once;
    static bool loaded = false;
    std::call_once(once, [] {
        const QString name = QStringLiteral("timeripple-driver");
        loaded = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name).isValid();
        QSqlDatabase::removeDatabase(name);
    });
    return loaded;
}

Result<QSqlDatabase> openLibraryFile(const QString& path, QString* notice) {
    if (!loadSqlDriver()) {
        return Error{ErrorCode::Io,
                     "Qt's SQLite driver is missing, so queue and history are not kept. Install the package libqt6sql6-sqlite.", {}};
    }
    static std::atomic<int> count = 0;
    for (const bool retried : {false, true}) {
        const QString name = QStringLiteral("library-%1").arg(++count);
        Checked checked;
        {
            auto database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
            database.setDatabaseName(path);
            database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000"));
            checked = prepare(database);
            if (checked.health == Health::Good) return database;
            database.close();
        }
        QSqlDatabase::removeDatabase(name);
        engine::log_error("library", path.toStdString() + ": " + checked.detail.toStdString());
        QString aside;
        if (checked.health != Health::Damaged || retried || !moveAside(path, &aside)) return unusable(path, checked);
        *notice = QCoreApplication::translate("Library",
                                              "The library file was damaged. It was moved aside to %1 and a new one was begun; your clips "
                                              "are still in their folder and are taken in again, the queue was lost.")
                      .arg(QFileInfo(aside).fileName());
    }
    return Error{ErrorCode::Internal, "The library could not be opened.", {}};
}

void closeLibraryFile(QSqlDatabase& database) {
    const QString name = database.connectionName();
    database.close();
    database = QSqlDatabase();
    if (!name.isEmpty()) QSqlDatabase::removeDatabase(name);
}

}  // namespace timeripple::ui
