#include "ui/models/job_queue_model.h"

#include <algorithm>

#include "ui/widgets/number_text.h"

namespace timeripple::ui {

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
            if (job.error) return QString::fromStdString(job.error->message);
            return QString::fromStdString(job.request.prompt);
        case Qt::AccessibleTextRole:
            return data(index, Qt::DisplayRole).toString() + QStringLiteral(", ") + data(index, TimeRole).toString();
        case IdRole:
            return job.id;
        case StateRole:
            return QVariant::fromValue(job.state);
        case FractionRole:
            return job.state == JobState::Done ? 1.0 : job.state == JobState::Queued ? 0.0 : fractionDone(job.progress);
        case TimeRole:
            switch (job.state) {
                case JobState::Queued:
                    return tr("waits");
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

quint64 JobQueueModel::add(const engine::GenerationRequest& request, quint64 pair_id, bool is_twin) {
    QueuedJob job;
    job.id = ++last_id_;
    job.request = request;
    job.pair_id = pair_id;
    job.is_twin = is_twin;
    const int row = int(jobs_.size());
    beginInsertRows({}, row, row);
    jobs_.push_back(std::move(job));
    endInsertRows();
    Q_EMIT countChanged();
    return last_id_;
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
