#pragma once
// Runs that wait, work or ended without a clip, in their order. Compare puts two of them here as a pair. A row can be dragged.

#include <QAbstractListModel>
#include <optional>
#include <vector>

#include "ui/library/library_records.h"

namespace timeripple::ui {

class JobQueueModel final : public QAbstractListModel {
    Q_OBJECT
  public:
    // DetailRole: what tells runs of one prompt apart; empty for a dense twin, whose other half says it.
    enum Role { IdRole = Qt::UserRole + 1, StateRole, FractionRole, TimeRole, DetailRole };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    // Says moveRequested(); whoever rules the queue calls move().
    bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column, const QModelIndex& parent) override;

    quint64 add(const engine::GenerationRequest& request, quint64 pair_id = 0, bool is_twin = false);
    // In its place; row beyond the end: at the end.
    void insert(const QueuedJob& job, int row);
    void remove(quint64 id);
    // `row`: where it stands afterwards.
    void move(quint64 id, int row);
    void setState(quint64 id, JobState state, std::optional<engine::Error> error = std::nullopt);
    void setProgress(quint64 id, const engine::Progress& progress);
    void setStarts(quint64 id, int starts);
    void setPaused(bool paused);
    bool paused() const { return paused_; }
    const QueuedJob* find(quint64 id) const;
    const QueuedJob* firstQueued() const;
    const QueuedJob* running() const;
    const QueuedJob& at(int row) const { return jobs_[std::size_t(row)]; }
    int rowOf(quint64 id) const;  // -1: not there
    int waiting() const;
    std::vector<quint64> order() const;
    // Estimate over what works and waits, from measured times of this session; < 0: not known yet.
    double remainingSeconds() const;
    // 0..1 over everything since the queue last stood still.
    double fractionOfAll() const;
    // What a run of this size took; an estimate for those that wait.
    void learn(const engine::GenerationRequest& request, double seconds);

  Q_SIGNALS:
    void countChanged();
    void moveRequested(quint64 id, int row);

  private:
    double estimatedSeconds(const engine::GenerationRequest& request) const;

    std::vector<QueuedJob> jobs_;
    bool paused_ = false;
    int ended_ = 0;  // since the queue last stood still
    double seconds_per_work_ = 0.0;  // per token and step, of the last run; 0: none yet
};

// 0..1 over all phases, with denoising as most of the way; monotonous within a run.
double fractionDone(const engine::Progress& progress);
QString phaseText(const engine::Progress& progress);

}  // namespace timeripple::ui

Q_DECLARE_METATYPE(timeripple::ui::JobState)
