#pragma once
// The window's way to what is kept. Owns one writer thread (the database, in the order of the calls) and one for the clips'
// files; every call returns at once and answers by a signal on the GUI thread. What is under way when the program ends is
// finished first: the destructor waits for writes, not for reads.
//
// A run is whole at every moment: its row stands in the queue until the clip's folder is complete, and one transaction turns the
// row of the queue into one of the history. A folder without a row (an end between the two, or a damaged file) is taken in at the
// next start.

#include <QImage>
#include <QObject>
#include <functional>
#include <memory>
#include <vector>

#include "ui/library/library_database.h"
#include "ui/library/library_records.h"
#include "ui/session/job_thread.h"
#include "ui/session/loss_estimate.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

class Library final : public QObject {
    Q_OBJECT
  public:
    // Empty folder: everything works, nothing outlives the program. The folder is made if need be.
    explicit Library(const QString& folder = {}, QObject* parent = nullptr);
    ~Library() override;

    const QString& folder() const { return folder_; }
    bool keeps() const { return !folder_.isEmpty(); }
    // Checkpoints of this run; empty where nothing is kept.
    QString checkpointFolder(quint64 job_id) const;

    // Queue.
    void putJob(const QueuedJob& job);
    void removeJob(quint64 id);  // and its checkpoints
    void leaveQueue(quint64 id);  // its checkpoints stay until removeJob(), or the next start
    void putOrder(const std::vector<quint64>& ids);
    void setQueuePaused(bool paused);

    // History. keepClip() writes the folder, then the row; clipKept() or clipNotKept() answers.
    void keepClip(const ClipSummary& clip, const RunRecordPtr& record);
    void setRating(quint64 id, int rating);
    void setQuality(quint64 id, quint64 twin_id, const engine::ClipQuality& quality, double factor);
    void setTwin(quint64 id, quint64 twin_id);
    void setTrashed(const std::vector<quint64>& ids, bool trashed);
    // For good: the folders go to the desktop's trash (or, where there is none, are removed).
    void emptyTrash();
    void list(const HistoryFilter& filter);              // -> listed()
    void readSummaries(const std::vector<quint64>& ids);  // -> summariesRead()
    void readThumbnail(quint64 id);                      // -> thumbnailRead()
    void readHover(quint64 id);                          // -> hoverRead()
    void readClip(const ClipSummary& summary);           // -> clipRead() or clipNotRead()
    // -> otherHalfFound(), with 0 where the other half of the comparison is not there yet.
    void findOtherHalf(quint64 pair_id, quint64 id, bool is_twin);

    // What a sweep or a search measured, and what the comparisons of the history did. -> lossesRead()
    void keepMeasured(const engine::SettingsPoint& point, const engine::PresetKey& key);
    void readLosses();

    // Recipes; opened() tells those that are there.
    void putRecipe(const SavedRecipe& recipe);
    void renameRecipe(const QString& from, const QString& to);
    void removeRecipe(const QString& name);

    // Calls back on the GUI thread after everything posted to the writer so far is on the disk.
    void whenWritten(std::function<void()> call);

  Q_SIGNALS:
    void opened(const timeripple::ui::LibraryContents& contents);
    // Something could not be kept; the rest works on. `error.message` is a sentence for the user.
    void failed(const timeripple::engine::Error& error);
    void clipKept(quint64 id);
    void clipNotKept(quint64 id, const timeripple::engine::Error& error);
    void listed(const timeripple::ui::HistoryFilter& filter, const std::vector<timeripple::ui::HistoryRow>& rows);
    void summariesRead(const std::vector<timeripple::ui::ClipSummary>& clips);
    void thumbnailRead(quint64 id, const QImage& image);
    void hoverRead(quint64 id, const std::vector<QImage>& frames);
    void clipRead(quint64 id, const timeripple::ui::RunRecordPtr& record);
    void clipNotRead(quint64 id, const timeripple::engine::Error& error);
    void otherHalfFound(quint64 id, bool is_twin, quint64 other_id);
    void trashEmptied(int clips);
    void lossesRead(const std::vector<timeripple::ui::LossPoint>& points);

  private:
    void open();
    // Writer thread: rows for folders that have none.
    int adoptFolders(const std::vector<QueuedJob>& jobs);
    // Writer thread, after damage took the queue: runs that were under way are known by their checkpoints.
    int adoptCheckpoints();
    // Writer thread: a run leaves the queue first, then its checkpoints go; an end between the two left them behind.
    void sweepCheckpoints();
    // Files thread: the folder; then the row, on the writer's.
    void writeClip(const ClipSummary& clip, const RunRecord& record);
    void write(std::function<engine::Status(LibraryDatabase&)> change);
    // Runs `answer` on the GUI thread.
    void answer(std::function<void()> answer);

    const QString folder_;
    std::unique_ptr<LibraryDatabase> database_;  // writer thread only; null: could not be opened
    bool usable_ = true;      // GUI thread: false once the library could not be opened
    bool complained_ = false; // GUI thread: failed() was sent, more of the same says nothing new
    JobThread files_;
    JobThread pictures_;
    JobThread writer_;
};

}  // namespace timeripple::ui
