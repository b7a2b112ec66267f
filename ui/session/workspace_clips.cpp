// The part of the Workspace that is about what was: the library, clips brought back into memory, rating, trash, opened files.
#include <QRandomGenerator>
#include <algorithm>

#include "engine/api/log.h"
#include "ui/session/undo_step.h"
#include "ui/session/workspace.h"

namespace timeripple::ui {

void Workspace::connectLibrary() {
    connect(library_, &Library::opened, this, &Workspace::takeContents);
    connect(library_, &Library::failed, this, [this](const engine::Error& error) {
        Q_EMIT libraryNotice(QString::fromStdString(error.message));
    });
    connect(library_, &Library::clipKept, this, [this](quint64 id) {
        if (library_->keeps()) clips_->setKept(id);
        const auto half = halves_.find(id);
        if (half == halves_.end()) return;
        const auto pair = pairs_.find(half->second);
        if (pair != pairs_.end()) library_->findOtherHalf(half->second, id, pair->second.reference_id == id);
    });
    connect(library_, &Library::clipNotKept, this, &Workspace::clipFailed);
    connect(library_, &Library::lossesRead, losses_, &MeasuredLosses::add);
    connect(library_, &Library::otherHalfFound, this, [this](quint64 id, bool is_twin, quint64 other_id) {
        const auto half = halves_.find(id);
        if (other_id == 0 || half == halves_.end()) return;
        // Its row may not have been looked at yet.
        auto* once = new QObject(this);
        connect(clips_, &ClipListModel::known, once, [this, once, pair_id = half->second, other_id, is_twin](quint64 known_id) {
            if (known_id != other_id) return;
            once->deleteLater();
            if (pairs_.contains(pair_id)) halfDone(pair_id, other_id, !is_twin);
        });
        clips_->readSummary(other_id);
    });
    connect(clips_, &ClipListModel::loaded, this, [this](quint64 id) {
        for (auto& waiting : waiting_) waiting.missing.erase(id);
        std::vector<Waiting> ready;
        for (auto it = waiting_.begin(); it != waiting_.end();) {
            if (it->missing.empty()) {
                ready.push_back(std::move(*it));
                it = waiting_.erase(it);
            } else {
                ++it;
            }
        }
        for (const auto& waiting : ready) {
            if (waiting.context) waiting.call();
        }
    });
    connect(clips_, &ClipListModel::known, this, [this](quint64 id) {
        const bool wanted = std::any_of(waiting_.begin(), waiting_.end(), [id](const Waiting& w) { return w.missing.contains(id); });
        if (wanted) clips_->load(id);
    });
    connect(clips_, &ClipListModel::loadFailed, this, [this](quint64 id, const engine::Error& error) {
        std::erase_if(waiting_, [id](const Waiting& waiting) { return waiting.missing.contains(id); });
        Q_EMIT clipFailed(id, error);
    });
}

void Workspace::takeContents(const LibraryContents& contents) {
    open_ = true;
    queue_->setPaused(contents.queue_paused);
    for (const SavedRecipe& recipe : contents.recipes) {
        if (!recipes_->find(recipe.name)) recipes_->put(recipe);
    }
    int row = 0;
    for (QueuedJob job : contents.jobs) {
        if (queue_->find(job.id)) continue;
        if (job.state == JobState::Queued && job.starts >= kMaxStarts) {
            job.state = JobState::Failed;
            job.error = engine::Error{engine::ErrorCode::Internal,
                                      "The program ended " + std::to_string(job.starts) +
                                          " times while this run worked, so it is not begun again by itself. Choose Try again to go on.",
                                      {}};
            library_->putJob(job);
        }
        queue_->insert(job, row++);
    }
    // What was added before the library was open stands behind.
    if (row > 0 && row < queue_->rowCount()) library_->putOrder(queue_->order());
    if (library_->keeps()) clips_->refresh();
    if (!contents.notice.isEmpty()) Q_EMIT libraryNotice(contents.notice);
    startNext();
}

void Workspace::withClips(std::vector<quint64> ids, QObject* context, std::function<void()> call) {
    Waiting waiting{{}, context, std::move(call)};
    for (const quint64 id : ids) {
        const ClipEntry* entry = clips_->find(id);
        if (!entry || !entry->loaded()) waiting.missing.insert(id);
    }
    if (waiting.missing.empty()) {
        waiting.call();
        return;
    }
    const auto missing = waiting.missing;
    waiting_.push_back(std::move(waiting));
    for (const quint64 id : missing) clips_->readSummary(id);
}

void Workspace::rerun(quint64 clip_id, bool new_seed) {
    const ClipEntry* entry = clips_->find(clip_id);
    if (!entry) return;
    engine::GenerationRequest request = entry->clip().request;
    if (new_seed) request.seed = QRandomGenerator::global()->bounded(1'000'000'000);
    enqueue(request);
}

void Workspace::setRating(quint64 clip_id, int rating) {
    const ClipEntry* entry = clips_->find(clip_id);
    if (!entry || entry->rating == rating) return;
    undo_.push(new UndoStep(
        tr("Rate a clip"), [this, clip_id, rating] { clips_->setRating(clip_id, rating); },
        [this, clip_id, before = entry->rating] { clips_->setRating(clip_id, before); }));
}

void Workspace::trashClips(const std::vector<quint64>& ids) {
    if (ids.empty()) return;
    undo_.push(new UndoStep(
        ids.size() == 1 ? tr("Delete a clip") : tr("Delete %1 clips").arg(ids.size()), [this, ids] { setTrashed(ids, true); },
        [this, ids] { setTrashed(ids, false); }));
}

void Workspace::restoreClips(const std::vector<quint64>& ids) {
    if (ids.empty()) return;
    undo_.push(new UndoStep(
        ids.size() == 1 ? tr("Bring back a clip") : tr("Bring back %1 clips").arg(ids.size()), [this, ids] { setTrashed(ids, false); },
        [this, ids] { setTrashed(ids, true); }));
}

void Workspace::setTrashed(const std::vector<quint64>& ids, bool trashed) {
    library_->setTrashed(ids, trashed);
    // Deleting shows at once; whatever comes back, here or in the list of the trash, comes from the library.
    if (trashed && clips_->filter().show != HistoryFilter::Show::Trash) {
        for (const quint64 id : ids) clips_->remove(id);
    } else {
        clips_->refresh();
    }
}

void Workspace::savePreset(const engine::RipplePreset& preset, const QString& path) {
    opening_[session_->savePreset(preset, path)] = path;
}

quint64 Workspace::addClip(const engine::ClipPtr& clip, const QString& source_path) {
    const RunRecordPtr run = RunRecord::ofClip(clip);
    const quint64 id = clips_->add(run, source_path);
    library_->keepClip(summaryOf(*clips_->find(id)), run);
    return id;
}

void Workspace::onFileOpened(JobId id, const OpenedFile& file) {
    opening_.erase(id);
    quint64 clip_id = 0;
    if (file.frames && file.frames->frames > 0) {
        auto clip = std::make_shared<engine::Clip>();
        if (file.has_recipe) {
            clip->request = file.recipe.request;
            clip->provenance = file.recipe.provenance;
            clip->times = file.recipe.times;
            clip->resumed_step = file.recipe.resumed_step;
        } else {
            clip->request.width = file.frames->width;
            clip->request.height = file.frames->height;
            clip->request.frames = file.frames->frames;
            clip->request.fps = file.frames->fps;
        }
        clip->frames = file.frames;
        clip_id = addClip(clip, file.path);
    }
    Q_EMIT fileOpened(file, clip_id);
}

}  // namespace timeripple::ui
