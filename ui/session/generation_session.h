#pragma once
// The window's only way to the engine. Owns the engine thread and a worker thread for files; every call returns at once and
// answers by a signal on the GUI thread that carries the job's id. Answers to jobs that were dropped never arrive.

#include <QObject>
#include <QString>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>

#include "engine/api/calibration.h"
#include "engine/api/clip_export.h"
#include "engine/api/engine.h"
#include "engine/api/presets.h"
#include "engine/api/recipe.h"
#include "ui/session/job_thread.h"
#include "ui/session/preview_mailbox.h"

namespace timeripple::ui {

using JobId = quint64;
using EngineFactory = std::function<engine::Result<std::unique_ptr<engine::Engine>>()>;

// What a file turned out to hold. A JSON recipe has no frames.
struct OpenedFile {
    QString path;
    engine::Recipe recipe;
    bool has_recipe = false;
    engine::FrameSequencePtr frames;
    std::vector<engine::RipplePreset> presets;  // of a preset file
};

class GenerationSession final : public QObject {
    Q_OBJECT
  public:
    explicit GenerationSession(EngineFactory factory = &engine::open_engine, QObject* parent = nullptr);
    // Stops what runs, joins both threads; the engine dies on its own thread.
    ~GenerationSession() override;

    // Engine thread, in order of the calls. The engine is opened by the first of them.
    // A fork whose checkpoint cannot be used begins anew: its request gives the same clip from the first step.
    // With a checkpoint folder that holds checkpoints (of an earlier start) the run goes on from the newest that fits.
    JobId generate(const engine::GenerationRequest& request, const engine::RunOptions& options = {});
    JobId decodeAgain(bool vae_tiling);
    JobId measureQuality(engine::FrameSequencePtr reference, engine::FrameSequencePtr candidate);
    JobId listDevices();
    // Measuring settings against dense runs (session_calibration.cpp). Tell settingsMeasured and measuringProgressed as they go; a
    // preset that was found is saved, with a number behind its name where other settings have that. Cancelled ones answer jobFailed with Cancelled.
    JobId calibrate(const engine::CalibrationRequest& request);
    JobId sweep(const engine::SweepRequest& request);

    // Worker thread.
    JobId exportFrames(engine::FrameSequencePtr frames, std::optional<engine::Recipe> recipe, const QString& path,
                       const engine::ExportOptions& options);
    // Frames that are painted one by one on the worker's thread (see sourceOf(Composition)).
    JobId exportSource(engine::FrameSource source, std::optional<engine::Recipe> recipe, const QString& path,
                       const engine::ExportOptions& options);
    // Any other file; `write` runs on the worker's thread. Answers as an export.
    JobId writeFile(const QString& path, std::function<engine::Status()> write);
    JobId openFile(const QString& path);
    // Into a preset file that can be shared; an empty path: into the user's own. -> presetSaved()
    JobId savePreset(const engine::RipplePreset& preset, const QString& path);
    JobId inspectModel(const QString& path);  // empty path: the built-in model

    // Asks the job to stop; it still answers (cancelled), but sends no more updates.
    void cancel(JobId id);
    // As cancel(), and its answer is dropped.
    void drop(JobId id);
    bool isActive(JobId id) const { return jobs_.contains(id); }

  Q_SIGNALS:
    void runUpdated(quint64 id, const timeripple::ui::RunUpdate& update);
    void runFinished(quint64 id, const timeripple::engine::ClipPtr& clip);
    void runFailed(quint64 id, const timeripple::engine::Error& error);
    void runCancelled(quint64 id);
    void qualityMeasured(quint64 id, const timeripple::engine::ClipQuality& quality);
    void devicesListed(quint64 id, const std::vector<timeripple::engine::DeviceInfo>& devices);
    void settingsMeasured(quint64 id, const timeripple::engine::SettingsPoint& point);
    void measuringProgressed(quint64 id, int done, int total, double remaining_seconds);
    void sweepFinished(quint64 id);
    void calibrated(quint64 id, const timeripple::engine::RipplePreset& preset);  // and saved
    void exportProgressed(quint64 id, int done_frames, int total_frames);
    void exportFinished(quint64 id, const QString& path);
    void presetSaved(quint64 id, const QString& path);
    void fileOpened(quint64 id, const timeripple::ui::OpenedFile& file);
    void modelInspected(quint64 id, const timeripple::engine::ModelInfo& model);
    // Any of the jobs that are not runs.
    void jobFailed(quint64 id, const timeripple::engine::Error& error);

  private:
    struct Job {
        std::stop_source stop;
        std::shared_ptr<PreviewMailbox> mailbox;
        bool cancelled = false;
    };
    using EngineCall = std::function<engine::Result<engine::ClipPtr>(engine::Engine&, engine::GenerationObserver&,
                                                                     std::stop_token)>;

    class MeasuringObserver;
    template <typename T, typename Call, typename Answer>
    JobId postMeasuring(Call call, Answer answer);

    JobId addJob();
    JobId startRun(EngineCall call);
    void showUpdates(JobId id);
    // Runs `answer` on the GUI thread if the job still counts, and closes it.
    void answerLater(JobId id, std::function<void()> answer);
    using Export = std::function<engine::Status(const engine::ExportProgress&, std::stop_token)>;
    JobId postExport(const QString& path, Export write);
    // Engine thread only.
    engine::Result<engine::Engine*> openedEngine();

    EngineFactory factory_;
    std::unique_ptr<engine::Engine> engine_;  // engine thread only
    JobId last_id_ = 0;
    std::map<JobId, Job> jobs_;  // GUI thread only
    JobThread worker_thread_;
    JobThread engine_thread_;
};

}  // namespace timeripple::ui
