#include "ui/session/demo_clips.h"

#include <QDir>

#include "engine/api/clip_reader.h"
#include "engine/api/recipe.h"
#include "engine/api/resources.h"

namespace timeripple::ui {
namespace {

engine::Result<ClipEntry> readEntry(const QString& path) {
    auto recipe = engine::read_recipe(path.toStdString());
    if (!recipe) return recipe.error();
    auto frames = engine::read_clip_frames(path.toStdString());
    if (!frames) return frames.error();
    auto clip = std::make_shared<engine::Clip>();
    clip->request = recipe->request;
    clip->request.model_path.clear();  // made with the built-in model
    clip->provenance = recipe->provenance;
    clip->times = recipe->times;
    clip->frames = std::make_shared<engine::FrameSequence>(std::move(frames).value());
    ClipEntry entry;
    entry.run = RunRecord::ofClip(clip);
    entry.quality = recipe->quality;
    entry.source_path = path;
    return entry;
}

engine::Result<Demo> readDemo(const QString& dense_path) {
    QString ripple_path = dense_path;
    ripple_path.replace(QLatin1String("-dense."), QLatin1String("-ripple."));
    auto dense = readEntry(dense_path);
    if (!dense) return dense.error();
    auto ripple = readEntry(ripple_path);
    if (!ripple) return ripple.error();
    Demo demo{QFileInfo(dense_path).completeBaseName().remove(QLatin1String("-dense")), std::move(dense).value(), std::move(ripple).value()};
    demo.reference.id = 1;
    demo.candidate.id = 2;
    demo.reference.twin_id = 2;
    demo.candidate.twin_id = 1;
    return demo;
}

}  // namespace

void DemoClips::read(const QString& folder) {
    thread_.post([this, folder] {
        const QString place = folder.isEmpty() ? QString::fromStdString(engine::resources_path()) + QStringLiteral("/demos") : folder;
        int count = 0;
        QString problem;
        for (const QString& name : QDir(place).entryList({QStringLiteral("*-dense.mp4")}, QDir::Files, QDir::Name)) {
            auto demo = readDemo(QDir(place).filePath(name));
            if (!demo) {
                problem = QString::fromStdString(demo.error().message);
                continue;
            }
            ++count;
            QMetaObject::invokeMethod(this, [this, demo = *demo] { Q_EMIT demoRead(demo); }, Qt::QueuedConnection);
        }
        if (count == 0 && problem.isEmpty()) problem = tr("There are no demos in %1. resources/demos/make_demos.sh makes them.").arg(place);
        QMetaObject::invokeMethod(this, [this, count, problem] { Q_EMIT finished(count, problem); }, Qt::QueuedConnection);
    });
}

}  // namespace timeripple::ui
