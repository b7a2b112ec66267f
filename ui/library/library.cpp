#include "ui/library/library.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QMetaObject>
#include <QSet>
#include <QStandardPaths>
#include <future>
#include <optional>

#include "engine/api/checkpoint.h"
#include "engine/api/log.h"
#include "engine/api/recipe.h"
#include "ui/library/clip_folder.h"

namespace timeripple::ui {
namespace {

const QString kPausedFact = QStringLiteral("queue_paused");
const QString kMeasuredFolder = QStringLiteral("/measured");

// Qt 6.4 makes the trash, but not the folder above it, and without that would take the working directory for the trash.
bool moveToTrash(const QString& folder) {
    return QDir().mkpath(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)) && QFile::moveToTrash(folder);
}

}  // namespace

Library::Library(const QString& folder, QObject* parent)
    : QObject(parent), folder_(folder), writer_([this] { database_.reset(); }) {
    writer_.post([this] { open(); });
}

Library::~Library() {
    // Reading is dropped; what was to be kept is kept: the files first, since each ends in a row.
    pictures_.finish();
    std::promise<void> reached;
    writer_.post([&reached] { reached.set_value(); });
    reached.get_future().wait();
    files_.drain();
    writer_.drain();
}

QString Library::checkpointFolder(quint64 job_id) const {
    return keeps() && usable_ ? folder_ + QStringLiteral("/checkpoints/%1").arg(job_id) : QString();
}

void Library::answer(std::function<void()> answer) { QMetaObject::invokeMethod(this, std::move(answer), Qt::QueuedConnection); }

void Library::open() {
    LibraryContents contents;
    std::optional<engine::Error> error;
    if (keeps() && !QDir().mkpath(folder_ + QStringLiteral("/clips"))) {
        error = engine::Error{engine::ErrorCode::Io,
                              "The library folder " + folder_.toStdString() + " cannot be written. Check its permissions; nothing is kept in "
                              "this session.",
                              {}};
    } else {
        auto database = LibraryDatabase::open(keeps() ? folder_ + QStringLiteral("/library.db") : QStringLiteral(":memory:"), &contents.notice);
        if (database) {
            database_ = std::move(database).value();
        } else {
            error = database.error();
        }
    }
    if (database_) {
        auto jobs = database_->jobs();
        if (jobs) contents.jobs = std::move(jobs).value();
        int adopted = keeps() ? adoptFolders(contents.jobs) : 0;
        if (keeps() && !contents.notice.isEmpty()) adopted += adoptCheckpoints();
        if (adopted > 0) {
            if (auto left = database_->jobs()) contents.jobs = std::move(left).value();
        }
        if (keeps()) sweepCheckpoints();
        if (auto recipes = database_->recipes()) contents.recipes = std::move(recipes).value();
        contents.queue_paused = database_->fact(kPausedFact) == QLatin1String("1");
    }
    answer([this, contents = std::move(contents), error] {
        if (error) usable_ = false;
        Q_EMIT opened(contents);
        if (error) {
            complained_ = true;
            Q_EMIT failed(*error);
        }
    });
}

int Library::adoptFolders(const std::vector<QueuedJob>& jobs) {
    auto known = database_->allClips();
    if (!known) return 0;
    const QSet<quint64> rows(known->begin(), known->end());
    int adopted = 0;
    for (const quint64 id : scanClipFolders(folder_)) {
        if (rows.contains(id)) continue;
        auto recipe = engine::read_recipe(clipFramesPath(folder_, id).toStdString());
        if (!recipe) {
            engine::log_warning("library", "Clip folder " + std::to_string(id) + " is left alone: " + recipe.error().message);
            continue;
        }
        ClipSummary clip;
        clip.id = id;
        clip.created_ms = qint64(id >> 20);
        clip.group = groupOf(recipe->request);
        clip.recipe = std::move(recipe).value();
        if (clip.recipe.median_dense_step_seconds > 0 && clip.recipe.median_ripple_step_seconds > 0) {
            clip.factor = clip.recipe.median_dense_step_seconds / clip.recipe.median_ripple_step_seconds;
        }
        for (const auto& job : jobs) {
            if (job.id != id) continue;
            clip.pair_id = job.pair_id;
            clip.is_twin = job.is_twin;
        }
        const auto hover = readHoverFrames(folder_, id);
        QByteArray thumbnail;
        if (!hover.empty()) {
            auto frames = std::make_shared<engine::FrameSequence>();
            const QImage middle = hover[hover.size() / 2].convertToFormat(QImage::Format_RGB888);
            frames->frames = 1;
            frames->width = middle.width();
            frames->height = middle.height();
            for (int y = 0; y < middle.height(); ++y) {
                frames->rgb.insert(frames->rgb.end(), middle.constScanLine(y), middle.constScanLine(y) + middle.width() * 3);
            }
            thumbnail = thumbnailOf(frames);
        }
        if (database_->putClip(clip, thumbnail)) ++adopted;
        QDir(folder_ + QStringLiteral("/checkpoints/%1").arg(id)).removeRecursively();
    }
    if (adopted > 0) engine::log_info("library", std::to_string(adopted) + " clips of the folder were taken in");
    return adopted;
}

int Library::adoptCheckpoints() {
    const auto known = database_->allClips();
    if (!known) return 0;
    const QSet<quint64> clips(known->begin(), known->end());
    const QDir folder(folder_ + QStringLiteral("/checkpoints"));
    int adopted = 0;
    for (const QString& name : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QueuedJob job;
        job.id = name.toULongLong();
        const auto checkpoints = engine::checkpoints_in(folder.filePath(name).toStdString());
        if (job.id == 0 || clips.contains(job.id) || checkpoints.empty()) continue;
        job.request = checkpoints.front().request;
        job.state = JobState::Running;  // was; it goes on
        if (database_->putJob(job)) ++adopted;
    }
    return adopted;
}

void Library::sweepCheckpoints() {
    const auto jobs = database_->allJobs();
    if (!jobs) return;
    QSet<QString> wanted;
    for (const quint64 id : *jobs) wanted << QString::number(id);
    const QDir folder(folder_ + QStringLiteral("/checkpoints"));
    for (const QString& name : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        if (!wanted.contains(name)) QDir(folder.filePath(name)).removeRecursively();
    }
}

void Library::write(std::function<engine::Status(LibraryDatabase&)> change) {
    writer_.post([this, change = std::move(change)] {
        if (!database_) return;
        const auto status = change(*database_);
        if (status) return;
        engine::log_error("library", status.error().message + " (" + status.error().detail + ")");
        answer([this, error = status.error()] {
            if (!complained_) Q_EMIT failed(error);
            complained_ = true;
        });
    });
}

void Library::putJob(const QueuedJob& job) {
    write([job](LibraryDatabase& database) { return database.putJob(job); });
}

void Library::removeJob(quint64 id) {
    write([id, folder = checkpointFolder(id)](LibraryDatabase& database) {
        const auto status = database.removeJob(id);
        if (status && !folder.isEmpty()) QDir(folder).removeRecursively();
        return status;
    });
}

void Library::leaveQueue(quint64 id) {
    write([id](LibraryDatabase& database) { return database.removeJob(id); });
}

void Library::putOrder(const std::vector<quint64>& ids) {
    write([ids](LibraryDatabase& database) { return database.putOrder(ids); });
}

void Library::setQueuePaused(bool paused) {
    write([paused](LibraryDatabase& database) {
        return database.putFact(kPausedFact, paused ? QStringLiteral("1") : QStringLiteral("0"));
    });
}

void Library::keepClip(const ClipSummary& clip, const RunRecordPtr& record) {
    // The record goes on living in the window: the threads work on a copy, whose pictures are shared.
    auto copy = std::make_shared<const RunRecord>(*record);
    writer_.post([this, clip, copy] {
        if (database_) files_.post([this, clip, copy] { writeClip(clip, *copy); });
    });
}

void Library::writeClip(const ClipSummary& clip, const RunRecord& record) {
    const QByteArray thumbnail = thumbnailOf(record.clip->frames);
    if (keeps()) {
        const auto status = writeClipFolder(folder_, clip.id, record, clip.recipe);
        if (!status) {
            engine::log_error("library", status.error().message + " (" + status.error().detail + ")");
            answer([this, id = clip.id, error = status.error()] { Q_EMIT clipNotKept(id, error); });
            return;
        }
    }
    write([this, clip, thumbnail](LibraryDatabase& database) {
        const auto status = database.putClip(clip, thumbnail);
        if (!status) return status;
        if (keeps()) QDir(folder_ + QStringLiteral("/checkpoints/%1").arg(clip.id)).removeRecursively();
        answer([this, id = clip.id] { Q_EMIT clipKept(id); });
        return status;
    });
}

void Library::setRating(quint64 id, int rating) {
    write([id, rating](LibraryDatabase& database) { return database.setRating(id, rating); });
}

void Library::setQuality(quint64 id, quint64 twin_id, const engine::ClipQuality& quality, double factor) {
    write([=](LibraryDatabase& database) { return database.setQuality(id, twin_id, quality, factor); });
}

void Library::setTwin(quint64 id, quint64 twin_id) {
    write([id, twin_id](LibraryDatabase& database) { return database.setTwin(id, twin_id); });
}

void Library::setTrashed(const std::vector<quint64>& ids, bool trashed) {
    const qint64 now = trashed ? QDateTime::currentMSecsSinceEpoch() : 0;
    write([ids, now](LibraryDatabase& database) { return database.setTrashed(ids, now); });
}

void Library::emptyTrash() {
    writer_.post([this] {
        if (!database_) return;
        HistoryFilter trash;
        trash.show = HistoryFilter::Show::Trash;
        const auto rows = database_->list(trash);
        int removed = 0;
        if (rows) {
            for (const auto& row : *rows) {
                // The folder first: a row without a folder can be removed again, a folder without a row would come back.
                const QString folder = clipFolder(folder_, row.id);
                if (keeps() && QFile::exists(folder) && !moveToTrash(folder) && !QDir(folder).removeRecursively()) continue;
                if (database_->removeClip(row.id)) ++removed;
            }
        }
        answer([this, removed] { Q_EMIT trashEmptied(removed); });
    });
}

void Library::list(const HistoryFilter& filter) {
    writer_.post([this, filter] {
        if (!database_) return;
        auto rows = database_->list(filter);
        if (rows) answer([this, filter, rows = std::move(rows).value()] { Q_EMIT listed(filter, rows); });
    });
}

void Library::readSummaries(const std::vector<quint64>& ids) {
    writer_.post([this, ids] {
        if (!database_) return;
        auto clips = database_->clips(ids);
        if (clips) answer([this, clips = std::move(clips).value()] { Q_EMIT summariesRead(clips); });
    });
}

void Library::readThumbnail(quint64 id) {
    writer_.post([this, id] {
        if (!database_) return;
        const auto jpeg = database_->thumbnail(id);
        pictures_.post([this, id, bytes = jpeg ? *jpeg : QByteArray()] {
            answer([this, id, image = QImage::fromData(bytes)] { Q_EMIT thumbnailRead(id, image); });
        });
    });
}

void Library::readHover(quint64 id) {
    if (!keeps()) return;
    pictures_.post([this, id] { answer([this, id, frames = readHoverFrames(folder_, id)] { Q_EMIT hoverRead(id, frames); }); });
}

void Library::readClip(const ClipSummary& summary) {
    files_.post([this, summary] {
        auto record = readClipFolder(folder_, summary);
        answer([this, id = summary.id, record = std::move(record)] {
            if (record) {
                Q_EMIT clipRead(id, *record);
            } else {
                Q_EMIT clipNotRead(id, record.error());
            }
        });
    });
}

void Library::findOtherHalf(quint64 pair_id, quint64 id, bool is_twin) {
    writer_.post([this, pair_id, id, is_twin] {
        if (!database_) return;
        const auto other = database_->otherHalf(pair_id, id);
        answer([this, id, is_twin, found = other ? *other : 0] { Q_EMIT otherHalfFound(id, is_twin, found); });
    });
}

// As files of presets, one for each size, frames and steps: their form holds a setting, what it was measured for and what it gave.
void Library::keepMeasured(const engine::SettingsPoint& point, const engine::PresetKey& key) {
    if (!keeps()) return;
    engine::RipplePreset preset;
    // One clip of a search's coarse part and all of its fine part are two measurements.
    preset.name = point.label + ", clips: " + std::to_string(point.measured.clips);
    preset.settings = point.settings;
    preset.measured = point.measured;
    preset.key = key;
    writer_.post([this, preset, key] {
        if (!database_) return;
        QDir().mkpath(folder_ + kMeasuredFolder);
        const QString name = QStringLiteral("/%1x%2x%3-%4.json").arg(key.width).arg(key.height).arg(key.frames).arg(key.steps);
        const auto saved = engine::save_preset(preset, (folder_ + kMeasuredFolder + name).toStdString());
        if (!saved) engine::log_error("library", saved.error().message);
    });
}

void Library::readLosses() {
    writer_.post([this] {
        if (!database_) return;
        std::vector<LossPoint> points;
        const auto pairs = database_->measuredPairs();
        for (const auto& pair : pairs ? *pairs : std::vector<LibraryDatabase::MeasuredPair>()) {
            if (auto point = lossPointOf(pair.id, pair.clip, pair.dense)) points.push_back(std::move(*point));
        }
        const QDir measured(folder_ + kMeasuredFolder);
        for (const QString& name : keeps() ? measured.entryList({QStringLiteral("*.json")}, QDir::Files) : QStringList()) {
            const auto presets = engine::load_presets(measured.filePath(name).toStdString());
            if (!presets) engine::log_warning("library", presets.error().message);
            for (const auto& preset : presets ? *presets : std::vector<engine::RipplePreset>()) {
                if (preset.measured) points.push_back(lossPointOf({preset.name, preset.settings, *preset.measured, nullptr, nullptr}, preset.key));
            }
        }
        answer([this, points = std::move(points)] { Q_EMIT lossesRead(points); });
    });
}

void Library::putRecipe(const SavedRecipe& recipe) {
    write([recipe](LibraryDatabase& database) { return database.putRecipe(recipe); });
}

void Library::renameRecipe(const QString& from, const QString& to) {
    write([from, to](LibraryDatabase& database) { return database.renameRecipe(from, to); });
}

void Library::removeRecipe(const QString& name) {
    write([name](LibraryDatabase& database) { return database.removeRecipe(name); });
}

void Library::whenWritten(std::function<void()> call) {
    writer_.post([this, call = std::move(call)] { answer(call); });
}

}  // namespace timeripple::ui
