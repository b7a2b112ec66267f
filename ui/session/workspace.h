#pragma once
// What the window works on: the session, the library, the queue, the clips and the chosen model, and the rules between them. No
// widgets, so that all of it is tested without a window. GUI thread.
//
// Everything that stands in the queue or the history is in the library as soon as it was written there (milliseconds). A run that
// worked when the program ended, in whatever way, goes on from its last checkpoint at the next start.

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTemporaryDir>
#include <QUndoStack>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "ui/library/library.h"
#include "ui/models/clip_list_model.h"
#include "ui/models/job_queue_model.h"
#include "ui/models/recipe_list_model.h"
#include "ui/session/generation_session.h"
#include "ui/session/measured_losses.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

class Workspace final : public QObject {
    Q_OBJECT
  public:
    // Empty folder: nothing outlives the program.
    explicit Workspace(EngineFactory factory = &engine::open_engine, const QString& library_folder = {}, QObject* parent = nullptr);
    ~Workspace() override;

    GenerationSession& session() { return *session_; }
    Library& library() { return *library_; }
    ClipListModel& clips() { return *clips_; }
    JobQueueModel& queue() { return *queue_; }
    // What reuse cost wherever it was measured; the history's comparisons are read when the first run begins.
    MeasuredLosses& losses() { return *losses_; }
    RecipeListModel& recipes() { return *recipes_; }
    // Edits of the queue and the history; a run that has begun is no edit.
    QUndoStack& undoStack() { return undo_; }

    // Adds a run; it starts at once when nothing else runs.
    quint64 enqueue(const engine::GenerationRequest& request);
    // Several runs as one edit.
    void enqueueAll(const std::vector<engine::GenerationRequest>& requests);
    // Adds two runs from the same noise, accelerated and dense; when both are done their quality is measured.
    // `request` must ask for ripple attention.
    void compare(const engine::GenerationRequest& request);
    // Any two clips of equal size: measures `candidate` against `reference`.
    void measurePair(quint64 reference_id, quint64 candidate_id);
    void cancelRunning();
    // The run that was cancelled last goes on after its last step, next in the queue. It is kept until another is cancelled or
    // the program ends; without a library none is.
    bool keepsCancelled() const { return cancelled_.has_value(); }
    void goOnWithCancelled();
    // Steering of the run that works, from its next step on (workspace_steering.cpp). Nothing happens when none does.
    engine::Status steer(engine::AttentionMode mode, const engine::RippleSettings& settings, const std::string& preset_name);
    void setRunPaused(bool paused);
    void goDense();
    // Two more runs from the latents as they are after this step, dense and accelerated, to be compared. `ripple`: of the
    // accelerated one.
    void fork(const engine::RippleSettings& ripple, const std::string& preset_name);
    // A real decode of one frame of the estimate; runUpdated tells.
    void decodeFrame(int frame);
    // A waiting or ended job leaves the queue; a running one is cancelled.
    void removeJob(quint64 id);
    void moveJob(quint64 id, int row);
    // No further run begins; the one that works is not touched.
    void setQueuePaused(bool paused);
    void retry(quint64 id);
    // Latents that outlived a failed decode: decode them again in tiles.
    void decodeAgain(quint64 id);
    // Whether this failed run has such latents still.
    bool decodesAgain(quint64 id) const;
    // The graphics device is lost to this program. The run that had it waits, first in the queue, and goes on from its checkpoint
    // after a new start; nothing else begins until then.
    bool deviceLost() const { return lost_.has_value(); }

    bool running() const { return queue_->running() != nullptr; }
    RunRecordPtr currentRun() const { return run_; }
    quint64 currentJob() const { return run_queue_id_; }  // of the current run, working or just ended

    // Calls once frames, statistics and maps of all of them are in memory; never if one cannot be read (clipFailed says why) or
    // `context` is gone.
    void withClips(std::vector<quint64> ids, QObject* context, std::function<void()> call);
    // The same settings once more, or with another seed.
    void rerun(quint64 clip_id, bool new_seed);
    void setRating(quint64 clip_id, int rating);
    // Out of the history, to be brought back by undo or from the trash.
    void trashClips(const std::vector<quint64>& ids);
    void restoreClips(const std::vector<quint64>& ids);

    // Settings under a name (workspace_recipes.cpp). A name that other settings have gets a number; the one that was taken is returned.
    QString saveRecipe(const QString& name, const engine::GenerationRequest& request);
    QString renameRecipe(const QString& from, const QString& to);
    void removeRecipe(const QString& name);
    // As a file to share, without paths of this machine; recipeSaved() or fileFailed().
    void saveRecipeFile(const engine::GenerationRequest& request, const QString& path);

    void openFile(const QString& path);
    // A finished clip that no run of the queue made; kept like the others.
    quint64 addClip(const engine::ClipPtr& clip, const QString& source_path = {});
    // A preset to share, or (empty path) for the user's own; fileFailed() where it cannot be written.
    void savePreset(const engine::RipplePreset& preset, const QString& path);
    // Reads the headers of the folder; empty: the built-in model. No edit: what a program starts with, or a step of an undo.
    void chooseModel(const QString& path);
    // The same as an edit: a step of the undo stack once the headers were read, none where the folder holds no model.
    void changeModel(const QString& path);
    const engine::ModelInfo& model() const { return model_; }
    const QString& modelPath() const { return model_path_; }  // as chosen; empty: the built-in model

  Q_SIGNALS:
    void runStarted(const timeripple::ui::RunRecordPtr& run);
    void runUpdated(const timeripple::ui::RunRecordPtr& run, const timeripple::ui::RunUpdate& update);
    // clip_id is 0 where there is no clip: failed (run->error is set) or cancelled.
    void runEnded(const timeripple::ui::RunRecordPtr& run, quint64 clip_id);
    // A run cannot begin in this program any more; `error` says why. Told with each run that would.
    void restartNeeded(const timeripple::engine::Error& error);
    // Nothing works or waits any more; counts since the queue last stood empty.
    void queueEnded(int done, int failed);
    void comparisonReady(quint64 reference_id, quint64 candidate_id);
    // clip_id is 0 where the file held only a recipe.
    void fileOpened(const timeripple::ui::OpenedFile& file, quint64 clip_id);
    void presetSaved(const QString& path);
    void recipeSaved(const QString& path);
    void fileFailed(const QString& path, const timeripple::engine::Error& error);
    void modelChanged(const timeripple::engine::ModelInfo& model);
    void modelFailed(const QString& path, const timeripple::engine::Error& error);
    void comparisonFailed(const timeripple::engine::Error& error);
    // A clip's files cannot be read, or not be kept.
    void clipFailed(quint64 id, const timeripple::engine::Error& error);
    // The library cannot be used or found something out; a sentence for the user.
    void libraryNotice(const QString& text);

  private:
    struct Pair {
        quint64 reference_id = 0;  // clip ids
        quint64 candidate_id = 0;
    };
    struct Waiting {
        std::set<quint64> missing;
        QPointer<QObject> context;
        std::function<void()> call;
    };

    void connectLibrary();
    void takeContents(const LibraryContents& contents);
    void startNext();
    engine::RunOptions optionsOf(quint64 queue_id);
    void keepCancelled(const QueuedJob& job, const RunRecord& run);
    void onForkPoint(const Checkpoint& checkpoint);
    void onRunUpdated(JobId id, const RunUpdate& update);
    void onRunFinished(JobId id, const engine::ClipPtr& clip);
    void endRun(JobState state, std::optional<engine::Error> error);
    void onJobFailed(JobId id, const engine::Error& error);
    void onFileOpened(JobId id, const OpenedFile& file);
    void begin(quint64 queue_id, JobId session_id, std::shared_ptr<engine::RunControl> control = nullptr);
    void halfDone(quint64 pair_id, quint64 clip_id, bool is_twin);
    void addJob(const QueuedJob& job);
    void setTrashed(const std::vector<quint64>& ids, bool trashed);
    void insertJob(const QueuedJob& job, int row);
    void dropJob(quint64 id);
    void sayIfEnded();
    QString freeRecipeName(const QString& name) const;
    void putRecipe(const SavedRecipe& recipe);
    void dropRecipe(const QString& name);
    void onModelInspected(const engine::ModelInfo& model);

    GenerationSession* session_;
    Library* library_;
    ClipListModel* clips_;
    JobQueueModel* queue_;
    MeasuredLosses* losses_;
    RecipeListModel* recipes_;
    QUndoStack undo_;

    bool open_ = false;  // the library has told what it holds
    RunRecordPtr run_;
    JobId run_job_ = 0;         // of the session; 0: nothing runs
    quint64 run_queue_id_ = 0;  // of the queue
    QElapsedTimer since_cancel_;
    std::optional<engine::Error> lost_;
    // Of forks: by path the settings that were asked for, then by queue id the checkpoint to go on from.
    std::map<std::string, engine::AttentionChange> fork_points_;
    std::map<quint64, std::string> fork_from_;
    std::map<quint64, RunRecordPtr> prefixes_;  // by queue id: what was seen of the steps that are not made again
    std::optional<QueuedJob> cancelled_;        // the latest, where its checkpoints are kept
    std::unique_ptr<QTemporaryDir> fork_folder_;
    int done_ = 0, failed_ = 0;          // since the queue last stood empty
    std::set<quint64> begun_;            // runs that began in this session
    std::map<quint64, Pair> pairs_;      // unfinished comparisons, by pair id
    std::map<quint64, quint64> halves_;  // clip id -> pair id, until the library has it
    std::map<JobId, Pair> measurements_;
    std::vector<Waiting> waiting_;
    std::map<JobId, QString> opening_;
    JobId inspecting_ = 0;
    QString inspecting_path_;
    bool inspecting_is_edit_ = false;
    engine::ModelInfo model_;
    QString model_path_;
};

// A run that ended the program this often is not begun again by itself.
inline constexpr int kMaxStarts = 3;

}  // namespace timeripple::ui
