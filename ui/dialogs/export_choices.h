#pragma once
// What can be exported of a clip and how it is called: the words of the export panel, and their composition. No widgets.

#include <QString>
#include <QVector>
#include <optional>

#include "ui/models/clip_list_model.h"
#include "ui/session/composition.h"
#include "ui/session/heatmap_figure.h"

namespace timeripple::ui {

enum class ExportContent { Clip, SideBySide, Wipe, MapBeside, MapOver, MapTable, MapFigurePng, MapFigureSvg };

struct ContentChoice {
    ExportContent content;
    QString name;
    bool possible;  // a pair needs a second clip of the same size, a map needs one
};
// All of them, in the order of the panel.
QVector<ContentChoice> contentChoices(const ClipEntry& clip, const ClipEntry* reference);

struct FormatChoice {
    engine::ExportFormat format;
    QString name;
    const char* suffix;
    bool has_quality;
    bool may_loop_forever;
};
QVector<FormatChoice> formatChoices();

// Whether this content is a clip (and not a table or a figure); its suffix where it is not.
bool isMoving(ExportContent content);
QString suffixOf(ExportContent content);  // ".csv", ".png", ".svg"
// Words of the prompt, seed and content as a file name without suffix: letters, digits and dashes.
QString fileNameOf(const engine::GenerationRequest& request, ExportContent content);
// "name.mp4" in the folder, or "name-2.mp4" and on where that is there already.
QString freePath(const QString& folder, const QString& name, const QString& suffix);
// Bytes of a file, or of all files in a folder.
qint64 sizeOnDisk(const QString& path);

// `reference` may be null where the content needs none.
Composition compositionOf(ExportContent content, const ClipEntry& clip, const ClipEntry* reference, bool labels, double scale);
HeatmapFigure figureOf(const ClipEntry& clip);
// The clip's recipe with what was measured.
engine::Recipe recipeOf(const ClipEntry& clip);

}  // namespace timeripple::ui
