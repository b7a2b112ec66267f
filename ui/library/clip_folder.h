#pragma once
// A kept clip's files: <library>/clips/<id>/ with frames.mkv (FFV1, lossless, the recipe inside), run.bin (statistics, maps and
// previews of every step, compressed) and hover.jpg (a few small frames side by side). A folder is complete or not there: it is
// written beside its name and renamed. Blocking; worker threads.

#include <QByteArray>
#include <QImage>
#include <QString>
#include <vector>

#include "engine/api/result.h"
#include "ui/library/library_records.h"
#include "ui/session/run_record.h"

namespace timeripple::ui {

inline constexpr int kHoverFrames = 10;

QString clipFolder(const QString& library, quint64 id);
// The file that holds the frames; it may be dragged elsewhere or played by other programs.
QString clipFramesPath(const QString& library, quint64 id);

// `record` holds a finished clip.
engine::Status writeClipFolder(const QString& library, quint64 id, const RunRecord& record, const engine::Recipe& recipe);
// Frames and everything else that is there. Without run.bin (or with a damaged one) the clip still plays.
engine::Result<RunRecordPtr> readClipFolder(const QString& library, const ClipSummary& summary);
// Ids of all complete folders. What an end in the middle left half-written is removed.
std::vector<quint64> scanClipFolders(const QString& library);

// The middle frame as a JPEG, and the frames of hover.jpg as pictures.
QByteArray thumbnailOf(const engine::FrameSequencePtr& frames);
std::vector<QImage> readHoverFrames(const QString& library, quint64 id);

// Statistics, maps and previews as one compressed block, and back. Version in its head; `into` is changed only on success.
QByteArray packRun(const RunRecord& record);
bool unpackRun(const QByteArray& packed, RunRecord* into);

}  // namespace timeripple::ui
