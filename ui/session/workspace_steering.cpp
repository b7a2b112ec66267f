// Steering of the run that works. Everything is asked for through its RunControl and takes effect at the next step.
#include "engine/api/log.h"
#include "ui/session/run_steps.h"
#include "ui/session/workspace.h"

namespace timeripple::ui {

engine::RunOptions Workspace::optionsOf(quint64 queue_id) {
    engine::RunOptions options;
    options.control = std::make_shared<engine::RunControl>();
    options.checkpoint_folder = library_->checkpointFolder(queue_id).toStdString();
    if (const auto fork = fork_from_.find(queue_id); fork != fork_from_.end()) {
        options.resume_from = fork->second;
        options.fork = true;
        fork_from_.erase(fork);
    }
    return options;
}

engine::Status Workspace::steer(engine::AttentionMode mode, const engine::RippleSettings& settings, const std::string& preset_name) {
    if (!run_ || !run_->control) return {};
    if (run_->is_reference && mode != engine::AttentionMode::Dense) {
        return engine::Error{engine::ErrorCode::BadRequest,
                             tr("The dense twin stays dense: the other clip is measured against it. What is chosen acts on later runs.").toStdString(), {}};
    }
    return run_->control->set_attention(mode, settings, preset_name);
}

void Workspace::goDense() { (void)steer(engine::AttentionMode::Dense, {}, {}); }

void Workspace::setRunPaused(bool paused) {
    if (!run_ || !run_->control) return;
    paused ? run_->control->pause() : run_->control->resume();
}

void Workspace::decodeFrame(int frame) {
    if (run_ && run_->control) run_->control->decode_frame(frame);
}

void Workspace::fork(const engine::RippleSettings& ripple, const std::string& preset_name) {
    if (!run_ || !run_->control) return;
    if (!fork_folder_) fork_folder_ = std::make_unique<QTemporaryDir>();
    const QString name = QStringLiteral("fork-%1-%2.safetensors").arg(run_queue_id_).arg(fork_points_.size() + 1);
    const std::string path = fork_folder_->filePath(name).toStdString();
    fork_points_[path] = {0, engine::AttentionMode::Ripple, ripple, preset_name};
    run_->control->save_checkpoint(path);
}

// The run goes on; its twins wait behind it. Their requests carry the whole story of the attention, so that each gives the same
// clip without the checkpoint too.
void Workspace::onForkPoint(const Checkpoint& checkpoint) {
    const auto asked = fork_points_.find(checkpoint.path);
    if (asked == fork_points_.end() || asked->second.from_step > 0) return;
    asked->second.from_step = checkpoint.step + 1;
    if (checkpoint.step >= run_->request.steps) return;
    engine::GenerationRequest request = run_->request;
    std::erase_if(request.attention_changes, [&](const auto& change) { return change.from_step > checkpoint.step; });
    const RunRecordPtr prefix = upToStep(*run_, checkpoint.step);
    const quint64 pair = newLibraryId();
    pairs_[pair] = {};
    for (const bool dense : {false, true}) {
        engine::GenerationRequest branch = request;
        engine::AttentionChange change = asked->second;
        if (dense) change = {change.from_step, engine::AttentionMode::Dense, {}, {}};
        branch.attention_changes.push_back(change);
        QueuedJob job;
        job.id = newLibraryId();
        job.request = branch;
        job.pair_id = pair;
        job.is_twin = dense;
        fork_from_[job.id] = checkpoint.path;
        prefixes_[job.id] = prefix;
        insertJob(job, queue_->rowCount());
    }
    engine::log_info("studio", "Forked after step " + std::to_string(checkpoint.step));
}

void Workspace::keepCancelled(const QueuedJob& job, const RunRecord& run) {
    if (cancelled_) {
        library_->removeJob(cancelled_->id);
        prefixes_.erase(cancelled_->id);
        cancelled_.reset();
    }
    if (run.steps.empty() || library_->checkpointFolder(job.id).isEmpty()) {
        library_->removeJob(job.id);
        return;
    }
    library_->leaveQueue(job.id);
    cancelled_ = job;
    cancelled_->request = run.request;  // with the changes that were made
    cancelled_->state = JobState::Queued;
    cancelled_->pair_id = 0;  // its other half has left the queue
    cancelled_->is_twin = false;
    cancelled_->resumes = true;
    prefixes_[job.id] = upToStep(run, run.steps.back().step);
}

void Workspace::goOnWithCancelled() {
    if (!cancelled_) return;
    const QueuedJob job = *cancelled_;
    cancelled_.reset();
    insertJob(job, run_job_ != 0 ? queue_->rowOf(run_queue_id_) + 1 : 0);
}

}  // namespace timeripple::ui
