#include "ui/library/clip_folder.h"

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QPainter>
#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

#include "engine/api/clip_export.h"
#include "engine/api/clip_reader.h"
#include "engine/api/log.h"
#include "ui/widgets/frame_image.h"

namespace timeripple::ui {
namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Status;

constexpr int kJpegQuality = 88;
constexpr const char* kCountKey = "frames";  // in the comment of hover.jpg

QString clipsFolder(const QString& library) { return library + QStringLiteral("/clips"); }

// What a rename promises after a power cut holds only once file and folder are on the disk.
bool syncPath(const QString& path) {
    const int file = ::open(QFile::encodeName(path).constData(), O_RDONLY);
    if (file < 0) return false;
    const bool good = ::fsync(file) == 0;
    ::close(file);
    return good;
}

bool writeFile(const QString& path, const QByteArray& content) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.flush()) return false;
    file.close();
    return syncPath(path);
}

Error notWritten(const QString& path) {
    return {ErrorCode::Io,
            "The clip could not be kept in " + path.toStdString() + ". Free some space there or check the permissions; it stays in this "
            "session until the program ends, export it before.",
            {}};
}

QImage small(const engine::FrameSequencePtr& frames, int frame) {
    return imageOfFrame(frames, frame).scaled(kThumbnailPixels, kThumbnailPixels, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

QByteArray jpegOf(const QImage& image) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.convertToFormat(QImage::Format_RGB32).save(&buffer, "JPG", kJpegQuality);
    return bytes;
}

// A few frames over the whole clip, side by side.
QByteArray hoverStrip(const engine::FrameSequencePtr& frames) {
    if (!frames || frames->frames == 0) return {};
    const int count = std::min(kHoverFrames, frames->frames);
    const QImage first = small(frames, 0);
    QImage strip(first.width() * count, first.height(), QImage::Format_RGB32);
    QPainter painter(&strip);
    for (int i = 0; i < count; ++i) painter.drawImage(i * first.width(), 0, i == 0 ? first : small(frames, i * frames->frames / count));
    painter.end();
    strip.setText(QString::fromLatin1(kCountKey), QString::number(count));
    return jpegOf(strip);
}

}  // namespace

QString clipFolder(const QString& library, quint64 id) { return clipsFolder(library) + QStringLiteral("/%1").arg(id); }
QString clipFramesPath(const QString& library, quint64 id) { return clipFolder(library, id) + QStringLiteral("/frames.mkv"); }

QByteArray thumbnailOf(const engine::FrameSequencePtr& frames) {
    return frames && frames->frames > 0 ? jpegOf(small(frames, frames->frames / 2)) : QByteArray();
}

std::vector<QImage> readHoverFrames(const QString& library, quint64 id) {
    const QImage strip(clipFolder(library, id) + QStringLiteral("/hover.jpg"));
    std::vector<QImage> frames;
    const int count = strip.text(QString::fromLatin1(kCountKey)).toInt();
    if (strip.isNull() || count < 1 || count > kHoverFrames) return frames;
    const int width = strip.width() / count;
    for (int i = 0; i < count; ++i) frames.push_back(strip.copy(i * width, 0, width, strip.height()));
    return frames;
}

Status writeClipFolder(const QString& library, quint64 id, const RunRecord& record, const engine::Recipe& recipe) {
    const QString target = clipFolder(library, id);
    const QString part = target + QStringLiteral(".part");
    QDir(part).removeRecursively();
    if (!QDir().mkpath(part)) return notWritten(target);
    engine::ExportOptions options;
    options.format = engine::ExportFormat::MkvFfv1;
    const auto status =
        engine::export_frames(*record.clip->frames, &recipe, (part + QStringLiteral("/frames.mkv")).toStdString(), options);
    bool good = status.ok();
    good = good && writeFile(part + QStringLiteral("/run.bin"), packRun(record));
    good = good && writeFile(part + QStringLiteral("/hover.jpg"), hoverStrip(record.clip->frames)) && syncPath(part);
    if (good) {
        QDir(target).removeRecursively();  // a run that was repeated after an end at this very moment
        good = QDir().rename(part, target) && syncPath(clipsFolder(library));
    }
    if (good) return {};
    QDir(part).removeRecursively();
    Error error = notWritten(target);
    if (!status) error.detail = status.error().message;
    return error;
}

engine::Result<RunRecordPtr> readClipFolder(const QString& library, const ClipSummary& summary) {
    auto frames = engine::read_clip_frames(clipFramesPath(library, summary.id).toStdString());
    if (!frames) return frames.error();
    auto record = std::make_shared<RunRecord>();
    QFile file(clipFolder(library, summary.id) + QStringLiteral("/run.bin"));
    if (!file.open(QIODevice::ReadOnly) || !unpackRun(file.readAll(), record.get())) {
        engine::log_warning("library", "No statistics and maps in " + file.fileName().toStdString());
    }
    auto clip = std::make_shared<engine::Clip>();
    clip->request = summary.recipe.request;
    clip->provenance = summary.recipe.provenance;
    clip->times = summary.recipe.times;
    clip->resumed_step = summary.recipe.resumed_step;
    clip->steps = record->steps;
    clip->frames = std::make_shared<engine::FrameSequence>(std::move(frames).value());
    for (const auto& [step, map] : record->token_maps) clip->token_maps.push_back(map);
    record->finish(clip);
    return record;
}

std::vector<quint64> scanClipFolders(const QString& library) {
    std::vector<quint64> ids;
    const QDir folder(clipsFolder(library));
    for (const QString& name : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        bool number = false;
        const quint64 id = name.toULongLong(&number);
        if (number && QFileInfo::exists(clipFramesPath(library, id))) {
            ids.push_back(id);
        } else if (name.endsWith(QLatin1String(".part"))) {
            QDir(folder.filePath(name)).removeRecursively();
        }
    }
    return ids;
}

}  // namespace timeripple::ui
