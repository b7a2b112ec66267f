#include "ui/library/library_database.h"

#include <QRegularExpression>
#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>
#include <initializer_list>
#include <optional>

#include "ui/library/library_file.h"

namespace timeripple::ui {
namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;
using engine::Status;

QVariant sqlId(quint64 id) { return QVariant::fromValue(qint64(id)); }
QVariant sqlText(const std::string& text) { return QString::fromStdString(text); }

Error failure(const QSqlError& error) {
    return {ErrorCode::Io, "The library could not be written. Free some space on its disk or check its permissions; the last change is "
                           "not kept until then.",
            error.text().toStdString()};
}

// Runs one statement with its values in order.
Result<QSqlQuery> run(const QSqlDatabase& database, const char* sql, std::initializer_list<QVariant> values = {}) {
    QSqlQuery query(database);
    query.setForwardOnly(true);
    bool good = query.prepare(QString::fromUtf8(sql));
    for (const auto& value : values) query.addBindValue(value);
    good = good && query.exec();
    if (!good) return failure(query.lastError());
    return query;
}

Status change(const QSqlDatabase& database, const char* sql, std::initializer_list<QVariant> values = {}) {
    auto query = run(database, sql, values);
    return query ? Status() : Status(query.error());
}

// All or nothing; a failed step leaves no transaction open.
class Transaction {
  public:
    explicit Transaction(QSqlDatabase& database) : database_(database), open_(database.transaction()) {}
    ~Transaction() {
        if (open_) database_.rollback();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Status commit() {
        if (open_ && database_.commit()) {
            open_ = false;
            return {};
        }
        return failure(database_.lastError());
    }

  private:
    QSqlDatabase& database_;
    bool open_;
};

constexpr const char* kClipColumns =
    "id, created_ms, group_key, rating, twin_id, pair_id, is_twin, factor, trashed_ms, source_path, recipe";

std::optional<ClipSummary> clipOf(const QSqlQuery& row) {
    ClipSummary clip;
    clip.id = quint64(row.value(0).toLongLong());
    clip.created_ms = row.value(1).toLongLong();
    clip.group = quint64(row.value(2).toLongLong());
    clip.rating = row.value(3).toInt();
    clip.twin_id = quint64(row.value(4).toLongLong());
    clip.pair_id = quint64(row.value(5).toLongLong());
    clip.is_twin = row.value(6).toBool();
    clip.factor = row.value(7).toDouble();
    clip.trashed_ms = row.value(8).toLongLong();
    clip.source_path = row.value(9).toString();
    auto recipe = engine::recipe_from_json(row.value(10).toString().toStdString());
    if (!recipe) return std::nullopt;
    clip.recipe = std::move(recipe).value();
    return clip;
}

// What must be found, each by itself: words; a number with its setting ("seed 5", "24 steps") as one, and as the whole line.
QStringList searchPhrases(const QString& words) {
    static const QRegularExpression kSetting(QStringLiteral("\\b(?:(?:seed|guidance) [\\d.]+|\\d+ (?:steps|frames))(?= |$)"));
    QString rest = words.toLower().simplified();
    QStringList phrases;
    for (auto match = kSetting.match(rest); match.hasMatch(); match = kSetting.match(rest)) {
        phrases << QLatin1Char('\n') + match.captured() + QLatin1Char('\n');
        rest.remove(match.capturedStart(), match.capturedLength());
    }
    return phrases + rest.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

Result<std::vector<quint64>> ids(const QSqlDatabase& database, const char* statement) {
    auto query = run(database, statement);
    if (!query) return query.error();
    std::vector<quint64> ids;
    while (query->next()) ids.push_back(quint64(query->value(0).toLongLong()));
    return ids;
}

QString escapedForLike(QString word) {
    return word.replace(QLatin1Char('\\'), QLatin1String("\\\\"))
        .replace(QLatin1Char('%'), QLatin1String("\\%"))
        .replace(QLatin1Char('_'), QLatin1String("\\_"));
}

}  // namespace

Result<std::unique_ptr<LibraryDatabase>> LibraryDatabase::open(const QString& path, QString* notice) {
    auto opened = openLibraryFile(path, notice);
    if (!opened) return opened.error();
    return std::unique_ptr<LibraryDatabase>(new LibraryDatabase(*opened));
}

LibraryDatabase::~LibraryDatabase() { closeLibraryFile(database_); }

Status LibraryDatabase::putJob(const QueuedJob& job) {
    // Whoever was stopped while it worked or was to be stopped begins again; what is done is no job any more.
    const bool failed = job.state == JobState::Failed;
    const int state = failed ? 2 : job.state == JobState::Queued ? 0 : 1;
    return change(database_,
                  "INSERT INTO jobs (id, position, state, request, pair_id, is_twin, starts, error_code, error, error_detail) "
                  "VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM jobs), ?, ?, ?, ?, ?, ?, ?, ?) "
                  "ON CONFLICT (id) DO UPDATE SET state = excluded.state, request = excluded.request, pair_id = excluded.pair_id, "
                  "starts = excluded.starts, error_code = excluded.error_code, error = excluded.error, "
                  "error_detail = excluded.error_detail",
                  {sqlId(job.id), state, sqlText(engine::to_json(job.request)), sqlId(job.pair_id), job.is_twin, job.starts,
                   failed && job.error ? int(job.error->code) : 0, failed && job.error ? sqlText(job.error->message) : QString(),
                   failed && job.error ? sqlText(job.error->detail) : QString()});
}

Status LibraryDatabase::removeJob(quint64 id) { return change(database_, "DELETE FROM jobs WHERE id = ?", {sqlId(id)}); }

Status LibraryDatabase::putOrder(const std::vector<quint64>& ids) {
    Transaction transaction(database_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto status = change(database_, "UPDATE jobs SET position = ? WHERE id = ?", {qint64(i + 1), sqlId(ids[i])});
        if (!status) return status;
    }
    return transaction.commit();
}

Result<std::vector<QueuedJob>> LibraryDatabase::jobs() {
    auto query = run(database_, "SELECT id, state, request, pair_id, is_twin, starts, error_code, error, error_detail FROM jobs "
                                "ORDER BY position, id");
    if (!query) return query.error();
    std::vector<QueuedJob> jobs;
    while (query->next()) {
        QueuedJob job;
        job.id = quint64(query->value(0).toLongLong());
        auto request = engine::request_from_json(query->value(2).toString().toStdString());
        if (!request) continue;  // of a newer version: stays in the file for that
        job.request = std::move(request).value();
        const int state = query->value(1).toInt();
        job.state = state == 2 ? JobState::Failed : JobState::Queued;
        job.resumes = state == 1;
        job.pair_id = quint64(query->value(3).toLongLong());
        job.is_twin = query->value(4).toBool();
        job.starts = query->value(5).toInt();
        if (state == 2) {
            job.error = Error{ErrorCode(query->value(6).toInt()), query->value(7).toString().toStdString(),
                              query->value(8).toString().toStdString()};
        }
        jobs.push_back(std::move(job));
    }
    return jobs;
}

Status LibraryDatabase::putClip(const ClipSummary& clip, const QByteArray& thumbnail) {
    Transaction transaction(database_);
    auto status = change(database_,
                         "INSERT OR REPLACE INTO clips (id, created_ms, group_key, rating, twin_id, pair_id, is_twin, factor, trashed_ms, "
                         "source_path, recipe, accelerated, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         {sqlId(clip.id), clip.created_ms, sqlId(clip.group), clip.rating, sqlId(clip.twin_id), sqlId(clip.pair_id),
                          clip.is_twin, clip.factor, clip.trashed_ms, clip.source_path, sqlText(engine::to_json(clip.recipe)),
                          clip.recipe.request.attention == engine::AttentionMode::Ripple, searchTextOf(clip)});
    if (status && !thumbnail.isEmpty()) {
        status = change(database_, "INSERT OR REPLACE INTO thumbnails (clip_id, jpeg) VALUES (?, ?)", {sqlId(clip.id), thumbnail});
    }
    if (status) status = removeJob(clip.id);
    return status ? transaction.commit() : status;
}

Status LibraryDatabase::setRating(quint64 id, int rating) {
    return change(database_, "UPDATE clips SET rating = ? WHERE id = ?", {rating, sqlId(id)});
}

Status LibraryDatabase::setQuality(quint64 id, quint64 twin_id, const engine::ClipQuality& quality, double factor) {
    auto found = clips({id});
    if (!found) return found.error();
    if (found->empty()) return {};
    engine::Recipe recipe = found->front().recipe;
    recipe.quality = quality;
    return change(database_, "UPDATE clips SET recipe = ?, twin_id = ?, factor = ? WHERE id = ?",
                  {sqlText(engine::to_json(recipe)), sqlId(twin_id), factor, sqlId(id)});
}

Status LibraryDatabase::setTwin(quint64 id, quint64 twin_id) {
    return change(database_, "UPDATE clips SET twin_id = ?, pair_id = 0 WHERE id = ?", {sqlId(twin_id), sqlId(id)});
}

Status LibraryDatabase::setTrashed(const std::vector<quint64>& ids, qint64 trashed_ms) {
    Transaction transaction(database_);
    for (const quint64 id : ids) {
        const auto status = change(database_, "UPDATE clips SET trashed_ms = ? WHERE id = ?", {trashed_ms, sqlId(id)});
        if (!status) return status;
    }
    return transaction.commit();
}

Status LibraryDatabase::removeClip(quint64 id) { return change(database_, "DELETE FROM clips WHERE id = ?", {sqlId(id)}); }

Result<std::vector<HistoryRow>> LibraryDatabase::list(const HistoryFilter& filter) {
    QString where = filter.show == HistoryFilter::Show::Trash ? QStringLiteral("trashed_ms != 0") : QStringLiteral("trashed_ms = 0");
    if (filter.show == HistoryFilter::Show::Dense) where += QLatin1String(" AND accelerated = 0");
    if (filter.show == HistoryFilter::Show::Accelerated) where += QLatin1String(" AND accelerated = 1");
    if (filter.rating > 0) where += QStringLiteral(" AND rating >= %1").arg(filter.rating);
    const QStringList words = searchPhrases(filter.words);
    for (qsizetype i = 0; i < words.size(); ++i) where += QLatin1String(" AND search LIKE ? ESCAPE '\\'");

    QSqlQuery query(database_);
    query.setForwardOnly(true);
    query.prepare(QStringLiteral("SELECT id, group_key, max(created_ms) OVER (PARTITION BY group_key) AS newest FROM clips WHERE %1 "
                                 "ORDER BY newest DESC, group_key, created_ms DESC, id DESC")
                      .arg(where));
    for (const QString& word : words) query.addBindValue(QLatin1Char('%') + escapedForLike(word) + QLatin1Char('%'));
    if (!query.exec()) return failure(query.lastError());
    std::vector<HistoryRow> rows;
    while (query.next()) rows.push_back({quint64(query.value(0).toLongLong()), quint64(query.value(1).toLongLong())});
    return rows;
}

Result<std::vector<ClipSummary>> LibraryDatabase::clips(const std::vector<quint64>& ids) {
    QSqlQuery query(database_);
    query.setForwardOnly(true);
    query.prepare(QStringLiteral("SELECT %1 FROM clips WHERE id = ?").arg(QLatin1String(kClipColumns)));
    std::vector<ClipSummary> clips;
    for (const quint64 id : ids) {
        query.bindValue(0, sqlId(id));
        if (!query.exec()) return failure(query.lastError());
        if (!query.next()) continue;
        if (auto clip = clipOf(query)) clips.push_back(std::move(*clip));
    }
    return clips;
}

Result<QByteArray> LibraryDatabase::thumbnail(quint64 id) {
    auto query = run(database_, "SELECT jpeg FROM thumbnails WHERE clip_id = ?", {sqlId(id)});
    if (!query) return query.error();
    return query->next() ? query->value(0).toByteArray() : QByteArray();
}

Result<std::vector<quint64>> LibraryDatabase::allClips() { return ids(database_, "SELECT id FROM clips"); }

Result<std::vector<quint64>> LibraryDatabase::allJobs() { return ids(database_, "SELECT id FROM jobs"); }

Result<quint64> LibraryDatabase::otherHalf(quint64 pair_id, quint64 id) {
    auto query = run(database_, "SELECT id FROM clips WHERE pair_id = ? AND id != ?", {sqlId(pair_id), sqlId(id)});
    if (!query) return query.error();
    return pair_id != 0 && query->next() ? quint64(query->value(0).toLongLong()) : 0;
}

Result<std::vector<LibraryDatabase::MeasuredPair>> LibraryDatabase::measuredPairs() {
    auto query = run(database_, "SELECT c.id, c.recipe, d.recipe FROM clips c JOIN clips d ON d.id = c.twin_id "
                                "WHERE c.accelerated = 1 AND d.accelerated = 0 AND c.trashed_ms = 0");
    if (!query) return query.error();
    std::vector<MeasuredPair> pairs;
    while (query->next()) {
        auto clip = engine::recipe_from_json(query->value(1).toString().toStdString());
        auto dense = engine::recipe_from_json(query->value(2).toString().toStdString());
        if (!clip || !dense || !clip->quality) continue;
        pairs.push_back({quint64(query->value(0).toLongLong()), std::move(clip).value(), std::move(dense).value()});
    }
    return pairs;
}

Status LibraryDatabase::putRecipe(const SavedRecipe& recipe) {
    return change(database_, "INSERT OR REPLACE INTO recipes (name, request) VALUES (?, ?)",
                  {recipe.name, sqlText(engine::to_json(recipe.request))});
}

Status LibraryDatabase::renameRecipe(const QString& from, const QString& to) {
    return change(database_, "UPDATE recipes SET name = ? WHERE name = ?", {to, from});
}

Status LibraryDatabase::removeRecipe(const QString& name) {
    return change(database_, "DELETE FROM recipes WHERE name = ?", {name});
}

Result<std::vector<SavedRecipe>> LibraryDatabase::recipes() {
    auto query = run(database_, "SELECT name, request FROM recipes ORDER BY name");
    if (!query) return query.error();
    std::vector<SavedRecipe> recipes;
    while (query->next()) {
        auto request = engine::request_from_json(query->value(1).toString().toStdString());
        if (request) recipes.push_back({query->value(0).toString(), std::move(request).value()});
    }
    return recipes;
}

Status LibraryDatabase::putFact(const QString& name, const QString& value) {
    return change(database_, "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", {name, value});
}

QString LibraryDatabase::fact(const QString& name) {
    auto query = run(database_, "SELECT value FROM facts WHERE name = ?", {name});
    return query && query->next() ? query->value(0).toString() : QString();
}

}  // namespace timeripple::ui
