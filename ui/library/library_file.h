#pragma once
// Opening the library's SQLite file: driver, settings of the connection, integrity, migrations, and what is done with a file that
// is damaged. Used by LibraryDatabase only.

#include <QSqlDatabase>
#include <QString>

#include "engine/api/result.h"

namespace timeripple::ui {

// See LibraryDatabase::open(). The connection belongs to the calling thread.
engine::Result<QSqlDatabase> openLibraryFile(const QString& path, QString* notice);
void closeLibraryFile(QSqlDatabase& database);

}  // namespace timeripple::ui
