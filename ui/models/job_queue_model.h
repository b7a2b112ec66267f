#pragma once
// Runs that wait, run or ended without a clip. Compare puts two of them here as a pair.

#include <QAbstractListModel>
#include <optional>
#include <vector>

#include "engine/api/generation_observer.h"
#include "engine/api/generation_request.h"
#include "engine/api/result.h"

namespace timeripple::ui {

enum class JobState { Queued, Running, Cancelling, Done, Failed, Cancelled };

struct QueuedJob {
    quint64 id = 0;
    engine::GenerationRequest request;
    JobState state = JobState::Queued;
    engine::Progress progress;
    std::optional<engine::Error> error;
    quint64 pair_id = 0;  // both halves of a comparison carry the same one; 0: single
    bool is_twin = false;  // the dense half of a pair
};

class JobQueueModel final : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { IdRole = Qt::UserRole + 1, StateRole, FractionRole, TimeRole };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    quint64 add(const engine::GenerationRequest& request, quint64 pair_id = 0, bool is_twin = false);
    void remove(quint64 id);
    void setState(quint64 id, JobState state, std::optional<engine::Error> error = std::nullopt);
    void setProgress(quint64 id, const engine::Progress& progress);
    const QueuedJob* find(quint64 id) const;
    const QueuedJob* firstQueued() const;
    const QueuedJob* running() const;
    const QueuedJob& at(int row) const { return jobs_[std::size_t(row)]; }
    int waiting() const;

  Q_SIGNALS:
    void countChanged();

  private:
    int rowOf(quint64 id) const;

    std::vector<QueuedJob> jobs_;
    quint64 last_id_ = 0;
};

// 0..1 over all phases, with denoising as most of the way; monotonous within a run.
double fractionDone(const engine::Progress& progress);
QString phaseText(const engine::Progress& progress);

}  // namespace timeripple::ui

Q_DECLARE_METATYPE(timeripple::ui::JobState)
