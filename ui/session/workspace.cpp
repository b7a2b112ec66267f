#include "ui/session/workspace.h"

#include "engine/api/log.h"

namespace timeripple::ui {
namespace {

std::string describe(const engine::GenerationRequest& r) {
    return std::to_string(r.width) + " x " + std::to_string(r.height) + ", " + std::to_string(r.frames) + " frames, " +
           std::to_string(r.steps) + " steps, " + (r.attention == engine::AttentionMode::Dense ? "dense" : "ripple") + ", seed " +
           std::to_string(r.seed);
}

}  // namespace

Workspace::Workspace(EngineFactory factory, QObject* parent)
    : QObject(parent),
      session_(new GenerationSession(std::move(factory), this)),
      clips_(new ClipListModel(this)),
      queue_(new JobQueueModel(this)) {
    connect(session_, &GenerationSession::runUpdated, this, &Workspace::onRunUpdated);
    connect(session_, &GenerationSession::runFinished, this, &Workspace::onRunFinished);
    connect(session_, &GenerationSession::runFailed, this, [this](quint64 id, const engine::Error& error) {
        if (id == run_job_) endRun(JobState::Failed, error);
    });
    connect(session_, &GenerationSession::runCancelled, this, [this](quint64 id) {
        if (id == run_job_) endRun(JobState::Cancelled, std::nullopt);
    });
    connect(session_, &GenerationSession::qualityMeasured, this, [this](quint64 id, const engine::ClipQuality& quality) {
        const auto found = measurements_.find(id);
        if (found == measurements_.end()) return;
        const Pair pair = found->second;
        measurements_.erase(found);
        clips_->setQuality(pair.candidate_id, pair.reference_id, quality);
        Q_EMIT comparisonReady(pair.reference_id, pair.candidate_id);
    });
    connect(session_, &GenerationSession::fileOpened, this, [this](quint64 id, const OpenedFile& file) {
        opening_.erase(id);
        quint64 clip_id = 0;
        if (file.frames && file.frames->frames > 0) {
            auto clip = std::make_shared<engine::Clip>();
            if (file.has_recipe) {
                clip->request = file.recipe.request;
                clip->provenance = file.recipe.provenance;
                clip->times = file.recipe.times;
            } else {
                clip->request.width = file.frames->width;
                clip->request.height = file.frames->height;
                clip->request.frames = file.frames->frames;
                clip->request.fps = file.frames->fps;
            }
            clip->frames = file.frames;
            clip_id = clips_->add(RunRecord::ofClip(clip), file.path);
        }
        Q_EMIT fileOpened(file, clip_id);
    });
    connect(session_, &GenerationSession::modelInspected, this, [this](quint64 id, const engine::ModelInfo& model) {
        if (id != inspecting_) return;
        inspecting_ = 0;
        if (!model.supported) {
            const std::string text = model.problem.empty() ? "This folder holds no model that can run here." : model.problem;
            Q_EMIT modelFailed(inspecting_path_, {engine::ErrorCode::WrongModel, text, model.path});
            return;
        }
        model_ = model;
        model_path_ = inspecting_path_;
        Q_EMIT modelChanged(model_);
    });
    connect(session_, &GenerationSession::jobFailed, this, &Workspace::onJobFailed);
}

quint64 Workspace::enqueue(const engine::GenerationRequest& request) {
    const quint64 id = queue_->add(request);
    startNext();
    return id;
}

void Workspace::compare(const engine::GenerationRequest& request) {
    const quint64 pair = ++last_pair_id_;
    pairs_[pair] = {};
    engine::GenerationRequest dense = request;
    dense.attention = engine::AttentionMode::Dense;
    dense.preset_name.clear();
    queue_->add(request, pair, false);
    queue_->add(dense, pair, true);
    startNext();
}

void Workspace::measurePair(quint64 reference_id, quint64 candidate_id) {
    const ClipEntry* reference = clips_->find(reference_id);
    const ClipEntry* candidate = clips_->find(candidate_id);
    if (!reference || !candidate) return;
    const JobId id = session_->measureQuality(reference->clip().frames, candidate->clip().frames);
    measurements_[id] = {reference_id, candidate_id};
}

void Workspace::begin(quint64 queue_id, JobId session_id, std::shared_ptr<engine::RunControl> control) {
    run_ = std::make_shared<RunRecord>();
    run_->request = queue_->find(queue_id)->request;
    run_->running = true;
    run_->control = std::move(control);
    run_->of_this_session = true;
    if (model_.supported) run_->model = model_;
    run_queue_id_ = queue_id;
    run_job_ = session_id;
    queue_->setState(queue_id, JobState::Running);
    engine::log_info("studio", "Run started: " + describe(run_->request));
    Q_EMIT runStarted(run_);
}

void Workspace::startNext() {
    if (run_job_ != 0) return;
    const QueuedJob* next = queue_->firstQueued();
    if (!next) return;
    const quint64 queue_id = next->id;
    const engine::RunOptions options = optionsOf(queue_id);
    begin(queue_id, session_->generate(next->request, options), options.control);
}

void Workspace::onRunUpdated(JobId id, const RunUpdate& update) {
    if (id != run_job_) return;
    run_->apply(update);
    for (const Checkpoint& checkpoint : update.checkpoints) onForkPoint(checkpoint);
    if (update.progress) queue_->setProgress(run_queue_id_, *update.progress);
    Q_EMIT runUpdated(run_, update);
}

void Workspace::onRunFinished(JobId id, const engine::ClipPtr& clip) {
    if (id != run_job_) return;
    const RunRecordPtr run = run_;
    run->finish(clip);
    engine::log_info("studio", "Run done in " + std::to_string(clip->times.total) + " s");
    const quint64 clip_id = clips_->add(run);
    const QueuedJob job = *queue_->find(run_queue_id_);
    run_job_ = 0;
    queue_->setState(run_queue_id_, JobState::Done);
    queue_->remove(run_queue_id_);
    Q_EMIT runEnded(run, clip_id);
    if (const auto found = pairs_.find(job.pair_id); found != pairs_.end()) {
        Pair& pair = found->second;
        (job.is_twin ? pair.reference_id : pair.candidate_id) = clip_id;
        if (pair.reference_id != 0 && pair.candidate_id != 0) {
            clips_->setTwin(pair.candidate_id, pair.reference_id);
            clips_->setTwin(pair.reference_id, pair.candidate_id);
            measurePair(pair.reference_id, pair.candidate_id);
            pairs_.erase(found);
        }
    }
    startNext();
}

void Workspace::endRun(JobState state, std::optional<engine::Error> error) {
    const RunRecordPtr run = run_;
    const quint64 queue_id = run_queue_id_;
    const quint64 pair_id = queue_->find(queue_id) ? queue_->find(queue_id)->pair_id : 0;
    run->running = false;
    run->paused = false;
    run->control.reset();
    run->error = error;
    if (error) {
        engine::log_error("studio", "Run failed: " + error->message + (error->detail.empty() ? "" : " (" + error->detail + ")"));
    } else {
        engine::log_info("studio", "Run cancelled, " + std::to_string(since_cancel_.isValid() ? since_cancel_.elapsed() : 0) +
                                       " ms after it was asked for");
    }
    since_cancel_.invalidate();
    run_job_ = 0;
    queue_->setState(queue_id, state, std::move(error));
    if (state == JobState::Cancelled) queue_->remove(queue_id);
    if (pair_id != 0) {
        // The other half alone would compare nothing.
        pairs_.erase(pair_id);
        for (int row = queue_->rowCount() - 1; row >= 0; --row) {
            const QueuedJob& other = queue_->at(row);
            if (other.pair_id == pair_id && other.state == JobState::Queued) queue_->remove(other.id);
        }
    }
    Q_EMIT runEnded(run, 0);
    startNext();
}

void Workspace::onJobFailed(JobId id, const engine::Error& error) {
    if (const auto found = opening_.find(id); found != opening_.end()) {
        const QString path = found->second;
        opening_.erase(found);
        Q_EMIT fileFailed(path, error);
    } else if (id == inspecting_) {
        inspecting_ = 0;
        Q_EMIT modelFailed(inspecting_path_, error);
    } else if (measurements_.erase(id) != 0) {
        Q_EMIT comparisonFailed(error);
    }
}

void Workspace::cancelRunning() {
    if (run_job_ == 0) return;
    queue_->setState(run_queue_id_, JobState::Cancelling);
    if (!since_cancel_.isValid()) since_cancel_.start();
    session_->cancel(run_job_);
}

void Workspace::removeJob(quint64 id) {
    const QueuedJob* job = queue_->find(id);
    if (!job) return;
    if (id == run_queue_id_ && run_job_ != 0) {
        cancelRunning();
    } else {
        pairs_.erase(job->pair_id);
        queue_->remove(id);
    }
}

void Workspace::retry(quint64 id) {
    const QueuedJob* job = queue_->find(id);
    if (!job || job->state != JobState::Failed) return;
    const engine::GenerationRequest request = job->request;
    queue_->remove(id);
    enqueue(request);
}

void Workspace::decodeAgain(quint64 id) {
    const QueuedJob* job = queue_->find(id);
    if (!job || job->state != JobState::Failed || run_job_ != 0) return;
    begin(id, session_->decodeAgain(true));
}

quint64 Workspace::lastFailed() const {
    for (int row = queue_->rowCount() - 1; row >= 0; --row) {
        if (queue_->at(row).state == JobState::Failed) return queue_->at(row).id;
    }
    return 0;
}

void Workspace::openFile(const QString& path) { opening_[session_->openFile(path)] = path; }

void Workspace::chooseModel(const QString& path) {
    if (inspecting_ != 0) session_->drop(inspecting_);
    inspecting_path_ = path;
    inspecting_ = session_->inspectModel(path);
}

}  // namespace timeripple::ui
