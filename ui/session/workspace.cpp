#include "ui/session/workspace.h"

#include <algorithm>
#include <utility>

#include "engine/api/log.h"
#include "ui/session/undo_step.h"

namespace timeripple::ui {
namespace {

std::string describe(const engine::GenerationRequest& r) {
    return std::to_string(r.width) + " x " + std::to_string(r.height) + ", " + std::to_string(r.frames) + " frames, " +
           std::to_string(r.steps) + " steps, " + (r.attention == engine::AttentionMode::Dense ? "dense" : "ripple") + ", seed " +
           std::to_string(r.seed);
}

}  // namespace

Workspace::Workspace(EngineFactory factory, const QString& library_folder, QObject* parent)
    : QObject(parent),
      session_(new GenerationSession(std::move(factory), this)),
      library_(new Library(library_folder, this)),
      clips_(new ClipListModel(library_, this)),
      queue_(new JobQueueModel(this)),
      losses_(new MeasuredLosses(this)),
      recipes_(new RecipeListModel(this)),
      open_(library_folder.isEmpty()) {
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
        const ClipEntry *clip = clips_->find(pair.candidate_id), *dense = clips_->find(pair.reference_id);
        if (clip && dense) {
            if (const auto point = lossPointOf(clip->id, summaryOf(*clip).recipe, summaryOf(*dense).recipe)) losses_->add({*point});
        }
        Q_EMIT comparisonReady(pair.reference_id, pair.candidate_id);
    });
    connect(session_, &GenerationSession::fileOpened, this, &Workspace::onFileOpened);
    connect(session_, &GenerationSession::presetSaved, this, [this](quint64 id, const QString& path) {
        if (opening_.erase(id) != 0) Q_EMIT presetSaved(path);
    });
    connect(session_, &GenerationSession::exportFinished, this, [this](quint64 id, const QString& path) {
        if (opening_.erase(id) != 0) Q_EMIT recipeSaved(path);
    });
    connect(session_, &GenerationSession::modelInspected, this, [this](quint64 id, const engine::ModelInfo& model) {
        if (id == inspecting_) onModelInspected(model);
    });
    connect(session_, &GenerationSession::jobFailed, this, &Workspace::onJobFailed);
    connect(queue_, &JobQueueModel::moveRequested, this, &Workspace::moveJob);
    connectLibrary();
}

// A run that works stays in the library and goes on at the next start; this end was no accident and is not counted.
Workspace::~Workspace() {
    if (run_job_ == 0) return;
    if (const QueuedJob* job = queue_->find(run_queue_id_); job && job->state == JobState::Running) {
        QueuedJob kept = *job;
        kept.starts = 0;
        library_->putJob(kept);
    }
}

quint64 Workspace::enqueue(const engine::GenerationRequest& request) {
    QueuedJob job;
    job.id = newLibraryId();
    job.request = request;
    undo_.push(new UndoStep(tr("Add a run"), [this, job] { addJob(job); }, [this, id = job.id] { dropJob(id); }));
    return job.id;
}

void Workspace::enqueueAll(const std::vector<engine::GenerationRequest>& requests) {
    if (requests.empty()) return;
    undo_.beginMacro(tr("Add %1 runs").arg(requests.size()));
    for (const auto& request : requests) enqueue(request);
    undo_.endMacro();
}

void Workspace::compare(const engine::GenerationRequest& request) {
    QueuedJob candidate, dense;
    candidate.id = newLibraryId();
    dense.id = newLibraryId();
    candidate.pair_id = dense.pair_id = newLibraryId();
    candidate.request = dense.request = request;
    dense.is_twin = true;
    dense.request.attention = engine::AttentionMode::Dense;
    dense.request.preset_name.clear();
    dense.request.attention_changes.clear();
    undo_.push(new UndoStep(
        tr("Add a comparison"),
        [this, candidate, dense] {
            pairs_.try_emplace(candidate.pair_id);
            addJob(candidate);
            addJob(dense);
        },
        [this, candidate, dense] {
            dropJob(dense.id);
            dropJob(candidate.id);
        }));
}

void Workspace::measurePair(quint64 reference_id, quint64 candidate_id) {
    withClips({reference_id, candidate_id}, this, [this, reference_id, candidate_id] {
        const JobId id = session_->measureQuality(clips_->find(reference_id)->clip().frames, clips_->find(candidate_id)->clip().frames);
        measurements_[id] = {reference_id, candidate_id};
    });
}

void Workspace::begin(quint64 queue_id, JobId session_id, std::shared_ptr<engine::RunControl> control) {
    const auto seen = prefixes_.extract(queue_id);
    run_ = std::make_shared<RunRecord>(seen ? *seen.mapped() : RunRecord{});
    run_->request = queue_->find(queue_id)->request;
    run_->running = true;
    run_->is_reference = queue_->find(queue_id)->is_twin;
    run_->control = std::move(control);
    run_->of_this_session = true;
    if (model_.supported) run_->model = model_;
    run_queue_id_ = queue_id;
    run_job_ = session_id;
    if (begun_.empty()) library_->readLosses();
    begun_.insert(queue_id);
    queue_->setState(queue_id, JobState::Running);
    queue_->setStarts(queue_id, queue_->find(queue_id)->starts + 1);
    library_->putJob(*queue_->find(queue_id));
    engine::log_info("studio", "Run started: " + describe(run_->request));
    Q_EMIT runStarted(run_);
}

void Workspace::startNext() {
    if (run_job_ != 0 || !open_ || queue_->paused()) return;
    const QueuedJob* next = queue_->firstQueued();
    if (!next) return sayIfEnded();
    if (lost_) {
        Q_EMIT restartNeeded(*lost_);
        return;
    }
    const quint64 queue_id = next->id;
    const engine::RunOptions options = optionsOf(queue_id);
    begin(queue_id, session_->generate(next->request, options), options.control);
}

void Workspace::onRunUpdated(JobId id, const RunUpdate& update) {
    if (id != run_job_) return;
    run_->apply(update);
    for (const Checkpoint& checkpoint : update.checkpoints) onForkPoint(checkpoint);
    // A step was made: if the program ends now, that was not because of this run's beginning.
    if (const QueuedJob* job = queue_->find(run_queue_id_); !update.steps.empty() && job && job->starts > 0) {
        queue_->setStarts(run_queue_id_, 0);
        library_->putJob(*queue_->find(run_queue_id_));
    }
    if (update.progress) queue_->setProgress(run_queue_id_, *update.progress);
    Q_EMIT runUpdated(run_, update);
}

void Workspace::onRunFinished(JobId id, const engine::ClipPtr& clip) {
    if (id != run_job_) return;
    const RunRecordPtr run = run_;
    run->finish(clip);
    engine::log_info("studio", "Run done in " + std::to_string(clip->times.total) + " s");
    const QueuedJob job = *queue_->find(run_queue_id_);
    if (clip->resumed_step == 0) queue_->learn(run->request, clip->times.total);
    const quint64 clip_id = clips_->add(run, {}, job.id);
    ClipSummary summary = summaryOf(*clips_->find(clip_id));
    summary.pair_id = job.pair_id;
    summary.is_twin = job.is_twin;
    // The library takes the run out of its queue when the clip is safe, not before.
    library_->keepClip(summary, run);
    run_job_ = 0;
    ++done_;
    queue_->setState(run_queue_id_, JobState::Done);
    queue_->remove(run_queue_id_);
    Q_EMIT runEnded(run, clip_id);
    if (job.pair_id != 0) halfDone(job.pair_id, clip_id, job.is_twin);
    startNext();
}

// Both halves in one session meet in pairs_; one of an earlier session is asked for once this one is in the library.
void Workspace::halfDone(quint64 pair_id, quint64 clip_id, bool is_twin) {
    Pair& pair = pairs_[pair_id];
    (is_twin ? pair.reference_id : pair.candidate_id) = clip_id;
    if (pair.reference_id == 0 || pair.candidate_id == 0) {
        halves_[clip_id] = pair_id;
        return;
    }
    const Pair both = pair;
    pairs_.erase(pair_id);
    halves_.erase(both.reference_id);
    halves_.erase(both.candidate_id);
    clips_->setTwin(both.candidate_id, both.reference_id);
    clips_->setTwin(both.reference_id, both.candidate_id);
    measurePair(both.reference_id, both.candidate_id);
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
    if (error && error->code == engine::ErrorCode::DeviceLost) {
        // No fault of the run: it keeps its place and its checkpoints, and the count of its starts.
        lost_ = error;
        queue_->setState(queue_id, JobState::Queued);
        library_->putJob(*queue_->find(queue_id));
        Q_EMIT runEnded(run, 0);
        startNext();
        return;
    }
    if (error) ++failed_;
    queue_->setStarts(queue_id, 0);
    queue_->setState(queue_id, state, std::move(error));
    if (state == JobState::Cancelled) {
        const QueuedJob job = *queue_->find(queue_id);
        queue_->remove(queue_id);
        keepCancelled(job, *run);
    } else {
        library_->putJob(*queue_->find(queue_id));
    }
    if (pair_id != 0) {
        // The other half alone would compare nothing.
        pairs_.erase(pair_id);
        for (int row = queue_->rowCount() - 1; row >= 0; --row) {
            const QueuedJob& other = queue_->at(row);
            if (other.pair_id == pair_id && other.state == JobState::Queued) dropJob(quint64(other.id));
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

// Also as the redo of an undo that came too late: what has begun is not done twice.
void Workspace::addJob(const QueuedJob& job) {
    if (!begun_.contains(job.id) && !queue_->find(job.id)) insertJob(job, queue_->rowCount());
}

void Workspace::insertJob(const QueuedJob& job, int row) {
    queue_->insert(job, row);
    library_->putJob(job);
    if (row < queue_->rowCount() - 1) library_->putOrder(queue_->order());
    startNext();
}

// Only what has not begun: a run that works is cancelled, not undone.
void Workspace::dropJob(quint64 id) {
    const QueuedJob* job = queue_->find(id);
    if (!job || job->state == JobState::Running || job->state == JobState::Cancelling) return;
    pairs_.erase(job->pair_id);
    queue_->remove(id);
    library_->removeJob(id);
}

void Workspace::removeJob(quint64 id) {
    const QueuedJob* job = queue_->find(id);
    if (!job) return;
    if (id == run_queue_id_ && run_job_ != 0) {
        cancelRunning();
        return;
    }
    const QueuedJob removed = *job;
    const int row = queue_->rowOf(id);
    undo_.push(new UndoStep(
        tr("Remove a run"), [this, id] { dropJob(id); }, [this, removed, row] { insertJob(removed, row); }));
}

void Workspace::moveJob(quint64 id, int row) {
    const int from = queue_->rowOf(id);
    row = std::clamp(row, 0, queue_->rowCount() - 1);
    if (from < 0 || from == row) return;
    auto move = [this, id](int to) {
        queue_->move(id, to);
        library_->putOrder(queue_->order());
    };
    undo_.push(new UndoStep(tr("Move a run"), [move, row] { move(row); }, [move, from] { move(from); }));
}

void Workspace::setQueuePaused(bool paused) {
    if (queue_->paused() == paused) return;
    queue_->setPaused(paused);
    library_->setQueuePaused(paused);
    startNext();
}

void Workspace::retry(quint64 id) {
    const QueuedJob* job = queue_->find(id);
    if (!job || job->state != JobState::Failed) return;
    queue_->setStarts(id, 0);
    queue_->setState(id, JobState::Queued);
    library_->putJob(*queue_->find(id));
    startNext();
}

void Workspace::sayIfEnded() {
    if (done_ + failed_ > 0) Q_EMIT queueEnded(done_, failed_);
    done_ = failed_ = 0;
}

void Workspace::decodeAgain(quint64 id) {
    const QueuedJob* job = queue_->find(id);
    if (!job || job->state != JobState::Failed || run_job_ != 0) return;
    begin(id, session_->decodeAgain(true));
}

bool Workspace::decodesAgain(quint64 id) const {
    return run_ && run_queue_id_ == id && run_job_ == 0 && run_->error && run_->error->code == engine::ErrorCode::OutOfMemory &&
           !run_->steps.empty() && run_->steps.back().step == run_->request.steps;
}

void Workspace::openFile(const QString& path) { opening_[session_->openFile(path)] = path; }

void Workspace::chooseModel(const QString& path) {
    if (inspecting_ != 0) session_->drop(inspecting_);
    inspecting_path_ = path;
    inspecting_is_edit_ = false;
    inspecting_ = session_->inspectModel(path);
}

void Workspace::changeModel(const QString& path) {
    chooseModel(path);
    inspecting_is_edit_ = true;
}

void Workspace::onModelInspected(const engine::ModelInfo& model) {
    inspecting_ = 0;
    if (!model.supported) {
        const std::string text = model.problem.empty() ? "This folder holds no model that can run here." : model.problem;
        Q_EMIT modelFailed(inspecting_path_, {engine::ErrorCode::WrongModel, text, model.path});
        return;
    }
    const QString before = std::exchange(model_path_, inspecting_path_);
    model_ = model;
    if (!inspecting_is_edit_ || before == model_path_) {
        Q_EMIT modelChanged(model_);
        return;
    }
    // It is done already when it is pushed: the first call has nothing to do.
    auto redo = [this, path = model_path_, done = false]() mutable {
        if (std::exchange(done, true)) chooseModel(path);
    };
    // One step with the settings that the model brings.
    undo_.beginMacro(tr("Choose a model"));
    undo_.push(new UndoStep(tr("Choose a model"), redo, [this, before] { chooseModel(before); }));
    Q_EMIT modelChanged(model_);
    undo_.endMacro();
}

}  // namespace timeripple::ui
