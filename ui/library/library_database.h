#pragma once
// The library's file: queue, history, saved recipes. SQLite in WAL mode with synchronous = FULL: what a call returned from is on
// the disk. One thread; every call blocks. Errors are sentences; a call that fails has changed nothing.

#include <QSqlDatabase>
#include <memory>
#include <utility>
#include <vector>

#include "engine/api/result.h"
#include "ui/library/library_records.h"

namespace timeripple::ui {

// Loads Qt's SQLite plugin once, on whatever thread comes first. The engine is opened after it (toolchain.md: loader's lock).
bool loadSqlDriver();

class LibraryDatabase {
  public:
    static constexpr int kSchema = 1;

    // Opens, checks and migrates. ":memory:" keeps nothing. A damaged file is moved aside with its log files and `notice` says
    // where; one of a newer version, or one that somebody else holds, is an error and stays as it is.
    static engine::Result<std::unique_ptr<LibraryDatabase>> open(const QString& path, QString* notice);
    ~LibraryDatabase();
    LibraryDatabase(const LibraryDatabase&) = delete;
    LibraryDatabase& operator=(const LibraryDatabase&) = delete;

    // Queue. putJob() inserts at the end or changes what is there in its place.
    engine::Status putJob(const QueuedJob& job);
    engine::Status removeJob(quint64 id);
    engine::Status putOrder(const std::vector<quint64>& ids);
    engine::Result<std::vector<QueuedJob>> jobs();

    // History. putClip() takes the run of the same id out of the queue in the same transaction.
    engine::Status putClip(const ClipSummary& clip, const QByteArray& thumbnail);
    engine::Status setRating(quint64 id, int rating);
    // `factor`: 0 where none was measured.
    engine::Status setQuality(quint64 id, quint64 twin_id, const engine::ClipQuality& quality, double factor);
    engine::Status setTwin(quint64 id, quint64 twin_id);
    engine::Status setTrashed(const std::vector<quint64>& ids, qint64 trashed_ms);  // 0: back in the history
    engine::Status removeClip(quint64 id);
    engine::Result<std::vector<HistoryRow>> list(const HistoryFilter& filter);
    // In the order of `ids`; unknown ones are left out.
    engine::Result<std::vector<ClipSummary>> clips(const std::vector<quint64>& ids);
    engine::Result<QByteArray> thumbnail(quint64 id);  // JPEG; empty: none
    engine::Result<std::vector<quint64>> allClips();   // the trash too
    engine::Result<std::vector<quint64>> allJobs();    // those that jobs() cannot read too
    // The clip of the other half of this comparison; 0: not there.
    engine::Result<quint64> otherHalf(quint64 pair_id, quint64 id);

    // Accelerated clips with their dense twins.
    struct MeasuredPair {
        quint64 id = 0;  // of the accelerated one
        engine::Recipe clip;
        engine::Recipe dense;
    };
    engine::Result<std::vector<MeasuredPair>> measuredPairs();

    // Named settings. Renaming replaces nothing: a name that is there is an error.
    engine::Status putRecipe(const SavedRecipe& recipe);
    engine::Status renameRecipe(const QString& from, const QString& to);
    engine::Status removeRecipe(const QString& name);
    engine::Result<std::vector<SavedRecipe>> recipes();  // by name

    engine::Status putFact(const QString& name, const QString& value);
    QString fact(const QString& name);

  private:
    explicit LibraryDatabase(QSqlDatabase database) : database_(std::move(database)) {}

    QSqlDatabase database_;
};

}  // namespace timeripple::ui
