#include "ui/models/job_queue_model.h"

#include <QMimeData>
#include <algorithm>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

const QString kJobMime = QStringLiteral("application/x-timeripple-job");

// Grows as the time of a run does, roughly: tokens times steps. Attention's square is left out; it is an estimate.
double workOf(const engine::GenerationRequest& r) {
    return double(r.width) * r.height * engine::latent_frames(r.frames) * r.steps * (r.guidance_scale > 1 ? 2 : 1);
}

// The whole prompt, what makes the run large, its attention, and why it failed.
QString tipOf(const QueuedJob& job) {
    const auto& r = job.request;
    const QString name = attentionText(r);
    const QString attention = name.isEmpty() ? JobQueueModel::tr("TimeRipple") : name;
    QStringList lines{QString::fromStdString(r.prompt),
                      JobQueueModel::tr("%1 × %2, %3 frames, %4 steps, seed %5, %6")
                          .arg(r.width).arg(r.height).arg(r.frames).arg(r.steps).arg(r.seed).arg(attention)};
    if (job.error) lines << QString::fromStdString(job.error->message);
    return lines.join(QLatin1Char('\n'));
}

}  // namespace

int JobQueueModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(jobs_.size()); }

QVariant JobQueueModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const QueuedJob& job = jobs_[std::size_t(index.row())];
    switch (role) {
        case Qt::DisplayRole: {
            if (job.is_twin) return tr("the same, dense twin");
            const QString prompt = QString::fromStdString(job.request.prompt).simplified();
            return prompt.isEmpty() ? tr("(no prompt)") : prompt;
        }
        case Qt::ToolTipRole:
            return tipOf(job);
        case Qt::AccessibleTextRole:
            return QStringList({data(index, Qt::DisplayRole).toString(), data(index, DetailRole).toString(), data(index, TimeRole).toString()})
                .join(QStringLiteral(", "));
        case DetailRole:
            return job.is_twin ? QString() : tr("seed %1").arg(job.request.seed);
        case IdRole:
            return job.id;
        case StateRole:
            return QVariant::fromValue(job.state);
        case FractionRole:
            return job.state == JobState::Done ? 1.0 : job.state == JobState::Queued ? 0.0 : fractionDone(job.progress);
        case TimeRole:
            switch (job.state) {
                case JobState::Queued: {
                    if (paused_) return job.resumes ? tr("paused") : tr("waits");
                    const double seconds = estimatedSeconds(job.request);
                    return seconds > 0 ? durationText(seconds) : job.resumes ? tr("goes on") : tr("waits");
                }
                case JobState::Running:
                    return job.progress.remaining_seconds < 0 ? tr("runs") : durationText(job.progress.remaining_seconds);
                case JobState::Cancelling:
                    return tr("stops");
                case JobState::Done:
                    return tr("done");
                case JobState::Failed:
                    return tr("failed");
                case JobState::Cancelled:
                    return tr("cancelled");
            }
            return {};
        default:
            return {};
    }
}

Qt::ItemFlags JobQueueModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags base = QAbstractListModel::flags(index);
    return index.isValid() ? base | Qt::ItemIsDragEnabled : base | Qt::ItemIsDropEnabled;
}

QStringList JobQueueModel::mimeTypes() const { return {kJobMime}; }

QMimeData* JobQueueModel::mimeData(const QModelIndexList& indexes) const {
    if (indexes.isEmpty()) return nullptr;
    auto* data = new QMimeData;
    data->setData(kJobMime, QByteArray::number(indexes.first().data(IdRole).toULongLong()));
    return data;
}

bool JobQueueModel::dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int, const QModelIndex& parent) {
    const int from = rowOf(data->data(kJobMime).toULongLong());
    if (action != Qt::MoveAction || from < 0) return false;
    const int before = row >= 0 ? row : parent.isValid() ? parent.row() : rowCount();
    const int to = std::clamp(before > from ? before - 1 : before, 0, rowCount() - 1);
    if (to != from) Q_EMIT moveRequested(jobs_[std::size_t(from)].id, to);
    return false;  // it is moved already; a view would remove the row else
}

quint64 JobQueueModel::add(const engine::GenerationRequest& request, quint64 pair_id, bool is_twin) {
    QueuedJob job;
    job.id = newLibraryId();
    job.request = request;
    job.pair_id = pair_id;
    job.is_twin = is_twin;
    insert(job, rowCount());
    return job.id;
}

void JobQueueModel::insert(const QueuedJob& job, int row) {
    if (waiting() == 0 && !running()) ended_ = 0;
    row = std::clamp(row, 0, rowCount());
    beginInsertRows({}, row, row);
    jobs_.insert(jobs_.begin() + row, job);
    endInsertRows();
    Q_EMIT countChanged();
}

void JobQueueModel::move(quint64 id, int row) {
    const int from = rowOf(id);
    row = std::clamp(row, 0, rowCount() - 1);
    if (from < 0 || from == row) return;
    beginMoveRows({}, from, from, {}, row > from ? row + 1 : row);
    const auto first = jobs_.begin();
    if (row > from) {
        std::rotate(first + from, first + from + 1, first + row + 1);
    } else {
        std::rotate(first + row, first + from, first + from + 1);
    }
    endMoveRows();
}

int JobQueueModel::rowOf(quint64 id) const {
    const auto found = std::find_if(jobs_.begin(), jobs_.end(), [id](const QueuedJob& job) { return job.id == id; });
    return found == jobs_.end() ? -1 : int(found - jobs_.begin());
}

void JobQueueModel::remove(quint64 id) {
    const int row = rowOf(id);
    if (row < 0) return;
    beginRemoveRows({}, row, row);
    jobs_.erase(jobs_.begin() + row);
    endRemoveRows();
    Q_EMIT countChanged();
}

void JobQueueModel::setState(quint64 id, JobState state, std::optional<engine::Error> error) {
    const int row = rowOf(id);
    if (row < 0) return;
    const bool ends = state == JobState::Done || state == JobState::Failed || state == JobState::Cancelled;
    if (ends && (jobs_[std::size_t(row)].state == JobState::Running || jobs_[std::size_t(row)].state == JobState::Cancelling)) ++ended_;
    jobs_[std::size_t(row)].state = state;
    jobs_[std::size_t(row)].error = std::move(error);
    Q_EMIT dataChanged(index(row), index(row));
    Q_EMIT countChanged();
}

void JobQueueModel::setProgress(quint64 id, const engine::Progress& progress) {
    const int row = rowOf(id);
    if (row < 0) return;
    jobs_[std::size_t(row)].progress = progress;
    Q_EMIT dataChanged(index(row), index(row), {FractionRole, TimeRole});
}

void JobQueueModel::setStarts(quint64 id, int starts) {
    const int row = rowOf(id);
    if (row >= 0) jobs_[std::size_t(row)].starts = starts;
}

void JobQueueModel::setPaused(bool paused) {
    if (paused_ == paused) return;
    paused_ = paused;
    if (!jobs_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1), {TimeRole});
    Q_EMIT countChanged();
}

std::vector<quint64> JobQueueModel::order() const {
    std::vector<quint64> ids;
    for (const auto& job : jobs_) ids.push_back(job.id);
    return ids;
}

double JobQueueModel::estimatedSeconds(const engine::GenerationRequest& request) const {
    return seconds_per_work_ > 0 ? seconds_per_work_ * workOf(request) : -1.0;
}

double JobQueueModel::remainingSeconds() const {
    double total = 0.0;
    for (const auto& job : jobs_) {
        double seconds = 0.0;
        if (job.state == JobState::Queued) seconds = estimatedSeconds(job.request);
        if (job.state == JobState::Running) seconds = job.progress.remaining_seconds;
        if (seconds < 0) return -1.0;
        total += seconds;
    }
    return total;
}

double JobQueueModel::fractionOfAll() const {
    const QueuedJob* working = running();
    const int left = waiting() + (working ? 1 : 0);
    if (left == 0) return 1.0;
    return (ended_ + (working ? fractionDone(working->progress) : 0.0)) / (ended_ + left);
}

void JobQueueModel::learn(const engine::GenerationRequest& request, double seconds) {
    const double work = workOf(request);
    if (seconds > 0 && work > 0) seconds_per_work_ = seconds / work;
    if (!jobs_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1), {TimeRole});
}

const QueuedJob* JobQueueModel::find(quint64 id) const {
    const int row = rowOf(id);
    return row < 0 ? nullptr : &jobs_[std::size_t(row)];
}

const QueuedJob* JobQueueModel::firstQueued() const {
    for (const auto& job : jobs_) {
        if (job.state == JobState::Queued) return &job;
    }
    return nullptr;
}

const QueuedJob* JobQueueModel::running() const {
    for (const auto& job : jobs_) {
        if (job.state == JobState::Running || job.state == JobState::Cancelling) return &job;
    }
    return nullptr;
}

int JobQueueModel::waiting() const {
    return int(std::count_if(jobs_.begin(), jobs_.end(), [](const QueuedJob& j) { return j.state == JobState::Queued; }));
}

double fractionDone(const engine::Progress& progress) {
    const double part = progress.total > 0 ? std::clamp(double(progress.done) / progress.total, 0.0, 1.0) : 0.0;
    switch (progress.phase) {
        case engine::Phase::Loading:
            return 0.04 * part;
        case engine::Phase::TextEncoding:
            return 0.04 + 0.02 * part;
        case engine::Phase::Denoising:
            return 0.06 + 0.84 * part;
        case engine::Phase::Decoding:
            return 0.90 + 0.10 * part;
    }
    return 0.0;
}

QString phaseText(const engine::Progress& progress) {
    const QString count = progress.total > 0
                              ? JobQueueModel::tr(", %1 of %2").arg(progress.done).arg(progress.total)
                              : QString();
    switch (progress.phase) {
        case engine::Phase::Loading:
            return JobQueueModel::tr("Loading the model") + count;
        case engine::Phase::TextEncoding:
            return JobQueueModel::tr("Reading the prompt") + count;
        case engine::Phase::Denoising:
            return JobQueueModel::tr("Denoising") + count;
        case engine::Phase::Decoding:
            return JobQueueModel::tr("Decoding frames") + count;
    }
    return {};
}

}  // namespace timeripple::ui
