#include "ui/session/generation_session.h"

#include <QDir>
#include <QImageReader>
#include <QMetaObject>

#include "engine/api/checkpoint.h"
#include "engine/api/clip_reader.h"
#include "engine/api/log.h"
#include "engine/api/model_info.h"
#include "ui/library/library_database.h"
#include "ui/session/session_guard.h"

namespace timeripple::ui {
namespace {

// `request` ends with the change that makes it a fork; the engine wants that as the request's own attention.
engine::Result<engine::ClipPtr> generateForked(engine::Engine& engine, const engine::GenerationRequest& request,
                                               engine::RunOptions options, engine::GenerationObserver& observer,
                                               std::stop_token stop) {
    engine::GenerationRequest branch = request;
    if (!branch.attention_changes.empty()) {
        const engine::AttentionChange& last = request.attention_changes.back();
        branch.attention = last.mode;
        branch.ripple = last.ripple;
        branch.preset_name = last.preset_name;
        branch.attention_changes.clear();
    }
    auto result = engine.generate(branch, options, observer, stop);
    const bool refused = !result && (result.error().code == engine::ErrorCode::BadFile ||
                                     result.error().code == engine::ErrorCode::BadRequest);
    if (!refused) return result;
    engine::log_warning("session", "Fork from the first step on: " + result.error().message);
    options.resume_from.clear();
    options.fork = false;
    return engine.generate(request, options, observer, stop);
}

// A checkpoint that is damaged or of another build costs the steps before it, never the run.
engine::Result<engine::ClipPtr> generateResumed(engine::Engine& engine, const engine::GenerationRequest& request,
                                                engine::RunOptions options, engine::GenerationObserver& observer,
                                                std::stop_token stop) {
    for (const auto& checkpoint : engine::checkpoints_in(options.checkpoint_folder)) {
        // Steering until then is part of the run, what the request plans comes after.
        engine::GenerationRequest rest = request;
        std::erase_if(rest.attention_changes, [&](const auto& change) { return change.from_step <= checkpoint.step; });
        const auto& before = checkpoint.request.attention_changes;
        rest.attention_changes.insert(rest.attention_changes.begin(), before.begin(), before.end());
        options.resume_from = checkpoint.path;
        auto result = engine.generate(rest, options, observer, stop);
        const bool refused = !result && (result.error().code == engine::ErrorCode::BadFile ||
                                         result.error().code == engine::ErrorCode::BadRequest);
        if (!refused) return result;
        engine::log_warning("session", "Not resumed: " + result.error().message);
    }
    options.resume_from.clear();
    return engine.generate(request, options, observer, stop);
}

}  // namespace

GenerationSession::GenerationSession(EngineFactory factory, QObject* parent)
    : QObject(parent), factory_(std::move(factory)), engine_thread_([this] { engine_.reset(); }) {}

GenerationSession::~GenerationSession() {
    for (auto& [id, job] : jobs_) job.stop.request_stop();
    // Both threads post events to this object: they end before anything of it is taken down.
    engine_thread_.finish();
    worker_thread_.finish();
}

JobId GenerationSession::addJob() {
    const JobId id = ++last_id_;
    jobs_.emplace(id, Job{});
    return id;
}

void GenerationSession::answerLater(JobId id, std::function<void()> answer) {
    QMetaObject::invokeMethod(
        this,
        [this, id, answer = std::move(answer)] {
            if (jobs_.erase(id) != 0) answer();
        },
        Qt::QueuedConnection);
}

engine::Result<engine::Engine*> GenerationSession::openedEngine() {
    if (!engine_) {
        loadSqlDriver();  // a plugin of the window too; before the loader's lock is held for long
        auto opened = guarded<std::unique_ptr<engine::Engine>>([this] { return factory_(); });
        if (!opened) return opened.error();
        engine_ = std::move(opened).value();
    }
    return engine_.get();
}

JobId GenerationSession::startRun(EngineCall call) {
    // Opening the engine holds the loader's lock; a plugin that the GUI wants meanwhile would make it wait. Load them first.
    static const auto kImageFormats = QImageReader::supportedImageFormats();
    Q_UNUSED(kImageFormats);

    const JobId id = addJob();
    Job& job = jobs_.at(id);
    job.mailbox = std::make_shared<PreviewMailbox>([this, id] {
        QMetaObject::invokeMethod(this, [this, id] { showUpdates(id); }, Qt::QueuedConnection);
    });
    engine_thread_.post([this, id, call = std::move(call), mailbox = job.mailbox, stop = job.stop.get_token()] {
        auto result = guarded<engine::ClipPtr>([&]() -> engine::Result<engine::ClipPtr> {
            if (stop.stop_requested()) return engine::Error{engine::ErrorCode::Cancelled, "Cancelled.", {}};
            auto opened = openedEngine();
            if (!opened) return opened.error();
            return call(**opened, *mailbox, stop);
        });
        QMetaObject::invokeMethod(
            this,
            [this, id, result = std::move(result)] {
                showUpdates(id);
                if (jobs_.erase(id) == 0) return;
                if (result) {
                    Q_EMIT runFinished(id, *result);
                } else if (result.error().code == engine::ErrorCode::Cancelled) {
                    Q_EMIT runCancelled(id);
                } else {
                    Q_EMIT runFailed(id, result.error());
                }
            },
            Qt::QueuedConnection);
    });
    return id;
}

JobId GenerationSession::generate(const engine::GenerationRequest& request, const engine::RunOptions& options) {
    return startRun([request, options](engine::Engine& engine, engine::GenerationObserver& observer, std::stop_token stop) {
        if (!options.checkpoint_folder.empty()) QDir().mkpath(QString::fromStdString(options.checkpoint_folder));
        if (options.fork) return generateForked(engine, request, options, observer, stop);
        if (!options.resume_from.empty() || options.checkpoint_folder.empty()) return engine.generate(request, options, observer, stop);
        return generateResumed(engine, request, options, observer, stop);
    });
}

JobId GenerationSession::decodeAgain(bool vae_tiling) {
    return startRun([vae_tiling](engine::Engine& engine, engine::GenerationObserver& observer, std::stop_token stop) {
        return engine.decode_kept_latents(vae_tiling, observer, stop);
    });
}

void GenerationSession::showUpdates(JobId id) {
    const auto job = jobs_.find(id);
    if (job == jobs_.end() || !job->second.mailbox) return;
    RunUpdate update = job->second.mailbox->take();
    if (job->second.cancelled) return;
    Q_EMIT runUpdated(id, update);
}

JobId GenerationSession::measureQuality(engine::FrameSequencePtr reference, engine::FrameSequencePtr candidate) {
    const JobId id = addJob();
    engine_thread_.post([this, id, reference = std::move(reference), candidate = std::move(candidate)] {
        auto result = guarded<engine::ClipQuality>([&]() -> engine::Result<engine::ClipQuality> {
            auto opened = openedEngine();
            if (!opened) return opened.error();
            return (*opened)->measure_quality(*reference, *candidate);
        });
        answerLater(id, [this, id, result = std::move(result)] {
            if (result) {
                Q_EMIT qualityMeasured(id, *result);
            } else {
                Q_EMIT jobFailed(id, result.error());
            }
        });
    });
    return id;
}

JobId GenerationSession::listDevices() {
    const JobId id = addJob();
    engine_thread_.post([this, id] {
        auto result = guarded<std::vector<engine::DeviceInfo>>([&]() -> engine::Result<std::vector<engine::DeviceInfo>> {
            auto opened = openedEngine();
            if (!opened) return opened.error();
            return (*opened)->devices();
        });
        answerLater(id, [this, id, result = std::move(result)] {
            if (result) {
                Q_EMIT devicesListed(id, *result);
            } else {
                Q_EMIT jobFailed(id, result.error());
            }
        });
    });
    return id;
}

JobId GenerationSession::exportFrames(engine::FrameSequencePtr frames, std::optional<engine::Recipe> recipe,
                                      const QString& path, const engine::ExportOptions& options) {
    return postExport(path, [frames = std::move(frames), recipe = std::move(recipe), file = path.toStdString(), options](
                                const engine::ExportProgress& progress, std::stop_token stop) {
        return engine::export_frames(*frames, recipe ? &*recipe : nullptr, file, options, progress, stop);
    });
}

JobId GenerationSession::exportSource(engine::FrameSource source, std::optional<engine::Recipe> recipe, const QString& path,
                                      const engine::ExportOptions& options) {
    return postExport(path, [source = std::move(source), recipe = std::move(recipe), file = path.toStdString(), options](
                                const engine::ExportProgress& progress, std::stop_token stop) {
        return engine::export_frames(source, recipe ? &*recipe : nullptr, file, options, progress, stop);
    });
}

JobId GenerationSession::writeFile(const QString& path, std::function<engine::Status()> write) {
    return postExport(path, [write = std::move(write)](const engine::ExportProgress&, std::stop_token) { return write(); });
}

JobId GenerationSession::postExport(const QString& path, Export write) {
    const JobId id = addJob();
    worker_thread_.post([this, id, path, write = std::move(write), stop = jobs_.at(id).stop.get_token()] {
        auto progress = [this, id](int done, int total) {
            QMetaObject::invokeMethod(
                this,
                [this, id, done, total] {
                    const auto job = jobs_.find(id);
                    if (job != jobs_.end() && !job->second.cancelled) Q_EMIT exportProgressed(id, done, total);
                },
                Qt::QueuedConnection);
        };
        auto result = guarded<bool>([&]() -> engine::Result<bool> {
            if (stop.stop_requested()) return engine::Error{engine::ErrorCode::Cancelled, "Cancelled.", {}};
            const auto status = write(progress, stop);
            if (!status) return status.error();
            return true;
        });
        answerLater(id, [this, id, path, result = std::move(result)] {
            if (result) {
                Q_EMIT exportFinished(id, path);
            } else {
                Q_EMIT jobFailed(id, result.error());
            }
        });
    });
    return id;
}

JobId GenerationSession::openFile(const QString& path) {
    const JobId id = addJob();
    worker_thread_.post([this, id, path] {
        auto result = guarded<OpenedFile>([&]() -> engine::Result<OpenedFile> {
            OpenedFile file;
            file.path = path;
            auto recipe = engine::read_recipe(path.toStdString());
            file.has_recipe = recipe.ok();
            if (recipe) file.recipe = std::move(recipe).value();
            const bool is_json = path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
            if (!is_json) {
                // A clip of another program has no recipe and is still shown; a PNG may hold a recipe and no clip.
                auto frames = engine::read_clip_frames(path.toStdString());
                if (frames) file.frames = std::make_shared<engine::FrameSequence>(std::move(frames).value());
                if (!frames && !file.has_recipe) return frames.error();
            } else if (!file.has_recipe) {
                // Or settings of attention that somebody shares.
                auto presets = engine::load_presets(path.toStdString());
                if (!presets || presets->empty()) return recipe.error();
                file.presets = std::move(presets).value();
            }
            return file;
        });
        answerLater(id, [this, id, result = std::move(result)] {
            if (result) {
                Q_EMIT fileOpened(id, *result);
            } else {
                Q_EMIT jobFailed(id, result.error());
            }
        });
    });
    return id;
}

JobId GenerationSession::savePreset(const engine::RipplePreset& preset, const QString& path) {
    const JobId id = addJob();
    worker_thread_.post([this, id, preset, path] {
        auto result = guarded<std::string>([&] { return engine::save_preset(preset, path.toStdString()); });
        answerLater(id, [this, id, result = std::move(result)] {
            if (result) {
                Q_EMIT presetSaved(id, QString::fromStdString(*result));
            } else {
                Q_EMIT jobFailed(id, result.error());
            }
        });
    });
    return id;
}

JobId GenerationSession::inspectModel(const QString& path) {
    const JobId id = addJob();
    worker_thread_.post([this, id, path] {
        auto result = guarded<engine::ModelInfo>([&]() -> engine::Result<engine::ModelInfo> {
            if (!path.isEmpty()) return engine::inspect_model(path.toStdString());
            auto builtin = engine::builtin_model_path();
            if (!builtin) return builtin.error();
            return engine::inspect_model(*builtin);
        });
        answerLater(id, [this, id, result = std::move(result)] {
            if (result) {
                Q_EMIT modelInspected(id, *result);
            } else {
                Q_EMIT jobFailed(id, result.error());
            }
        });
    });
    return id;
}

void GenerationSession::cancel(JobId id) {
    const auto job = jobs_.find(id);
    if (job == jobs_.end()) return;
    job->second.cancelled = true;
    job->second.stop.request_stop();
}

void GenerationSession::drop(JobId id) {
    cancel(id);
    jobs_.erase(id);
}

}  // namespace timeripple::ui
