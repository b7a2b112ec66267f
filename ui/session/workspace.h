#pragma once
// What the window works on: the session, the queue, the clips and the chosen model, and the rules between them. No widgets, so
// that all of it is tested without a window. GUI thread.

#include <QElapsedTimer>
#include <QObject>
#include <QTemporaryDir>
#include <map>

#include "ui/models/clip_list_model.h"
#include "ui/models/job_queue_model.h"
#include "ui/session/generation_session.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

class Workspace final : public QObject {
    Q_OBJECT
  public:
    explicit Workspace(EngineFactory factory = &engine::open_engine, QObject* parent = nullptr);

    GenerationSession& session() { return *session_; }
    ClipListModel& clips() { return *clips_; }
    JobQueueModel& queue() { return *queue_; }

    // Adds a run; it starts at once when nothing else runs.
    quint64 enqueue(const engine::GenerationRequest& request);
    // Adds two runs from the same noise, accelerated and dense; when both are done their quality is measured.
    // `request` must ask for ripple attention.
    void compare(const engine::GenerationRequest& request);
    // Any two clips of equal size: measures `candidate` against `reference`.
    void measurePair(quint64 reference_id, quint64 candidate_id);
    void cancelRunning();
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
    void retry(quint64 id);
    // Latents that outlived a failed decode: decode them again in tiles.
    void decodeAgain(quint64 id);
    // The newest run that failed; 0: none.
    quint64 lastFailed() const;

    bool running() const { return queue_->running() != nullptr; }
    RunRecordPtr currentRun() const { return run_; }

    void openFile(const QString& path);
    // Reads the headers of the folder; empty: the built-in model.
    void chooseModel(const QString& path);
    const engine::ModelInfo& model() const { return model_; }
    const QString& modelPath() const { return model_path_; }  // as chosen; empty: the built-in model

  Q_SIGNALS:
    void runStarted(const timeripple::ui::RunRecordPtr& run);
    void runUpdated(const timeripple::ui::RunRecordPtr& run, const timeripple::ui::RunUpdate& update);
    // clip_id is 0 where there is no clip: failed (run->error is set) or cancelled.
    void runEnded(const timeripple::ui::RunRecordPtr& run, quint64 clip_id);
    void comparisonReady(quint64 reference_id, quint64 candidate_id);
    // clip_id is 0 where the file held only a recipe.
    void fileOpened(const timeripple::ui::OpenedFile& file, quint64 clip_id);
    void fileFailed(const QString& path, const timeripple::engine::Error& error);
    void modelChanged(const timeripple::engine::ModelInfo& model);
    void modelFailed(const QString& path, const timeripple::engine::Error& error);
    void comparisonFailed(const timeripple::engine::Error& error);

  private:
    struct Pair {
        quint64 reference_id = 0;  // clip ids
        quint64 candidate_id = 0;
    };

    void startNext();
    engine::RunOptions optionsOf(quint64 queue_id);
    void onForkPoint(const Checkpoint& checkpoint);
    void onRunUpdated(JobId id, const RunUpdate& update);
    void onRunFinished(JobId id, const engine::ClipPtr& clip);
    void endRun(JobState state, std::optional<engine::Error> error);
    void onJobFailed(JobId id, const engine::Error& error);
    void begin(quint64 queue_id, JobId session_id, std::shared_ptr<engine::RunControl> control = nullptr);

    GenerationSession* session_;
    ClipListModel* clips_;
    JobQueueModel* queue_;

    RunRecordPtr run_;
    JobId run_job_ = 0;         // of the session; 0: nothing runs
    quint64 run_queue_id_ = 0;  // of the queue
    QElapsedTimer since_cancel_;
    quint64 last_pair_id_ = 0;
    // Of forks: by path the settings that were asked for, then by queue id the checkpoint to go on from.
    std::map<std::string, engine::AttentionChange> fork_points_;
    std::map<quint64, std::string> fork_from_;
    std::unique_ptr<QTemporaryDir> fork_folder_;
    std::map<quint64, Pair> pairs_;      // unfinished comparisons, by pair id
    std::map<JobId, Pair> measurements_;
    std::map<JobId, QString> opening_;
    JobId inspecting_ = 0;
    QString inspecting_path_;
    engine::ModelInfo model_;
    QString model_path_;
};

}  // namespace timeripple::ui
