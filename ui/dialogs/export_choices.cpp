#include "ui/dialogs/export_choices.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>

#include "ui/session/pair_result.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {
namespace {

using engine::ExportFormat;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(ExportPanel)
};

// "dense, 32 s"
QString labelOf(const ClipEntry& entry) {
    const auto& request = entry.clip().request;
    QString name = attentionText(request);
    if (engine::attention_at(request, request.steps).mode == engine::AttentionMode::Ripple) {
        name = name.isEmpty() ? Words::tr("TimeRipple") : Words::tr("TimeRipple %1").arg(name);
    }
    const double seconds = entry.clip().times.denoising;
    const bool whole = entry.clip().resumed_step == 0;  // else the time is of some steps only
    return seconds > 0 && whole ? QStringLiteral("%1, %2").arg(name, secondsText(seconds)) : name;
}

}  // namespace

QVector<ContentChoice> contentChoices(const ClipEntry& clip, const ClipEntry* reference) {
    const auto &a = clip.clip().frames, &b = reference ? reference->clip().frames : a;
    const bool pair = reference && reference->id != clip.id && a && b && a->frames == b->frames && a->width == b->width && a->height == b->height;
    const bool map = !clip.run->token_maps.empty();
    return {{ExportContent::Clip, Words::tr("The clip"), a != nullptr},
            {ExportContent::SideBySide, Words::tr("Side by side with its twin"), pair},
            {ExportContent::Wipe, Words::tr("Wipe between both"), pair},
            {ExportContent::MapBeside, Words::tr("The clip beside its heatmap"), map && a},
            {ExportContent::MapOver, Words::tr("The heatmap over the clip"), map && a},
            {ExportContent::MapTable, Words::tr("The heatmap as a table (CSV)"), map},
            {ExportContent::MapFigurePng, Words::tr("The heatmap as a figure (PNG)"), map},
            {ExportContent::MapFigureSvg, Words::tr("The heatmap as a figure (SVG)"), map}};
}

QVector<FormatChoice> formatChoices() {
    return {
        {ExportFormat::Mp4H264, Words::tr("H.264 (MP4): plays everywhere"), ".mp4", true, false},
        {ExportFormat::Mp4H265, Words::tr("H.265 (MP4): smaller, newer players"), ".mp4", true, false},
        {ExportFormat::Mp4Av1, Words::tr("AV1 (MP4): smallest, for the web"), ".mp4", true, false},
        {ExportFormat::MovProRes, Words::tr("ProRes 422 HQ (MOV): for cutting"), ".mov", false, false},
        {ExportFormat::MkvFfv1, Words::tr("FFV1 (MKV): lossless"), ".mkv", false, false},
        {ExportFormat::WebP, Words::tr("WebP: moves in web pages"), ".webp", true, true},
        {ExportFormat::Gif, Words::tr("GIF: moves in messages, 255 colours"), ".gif", false, true},
        {ExportFormat::PngSequence, Words::tr("PNG pictures in a folder: lossless"), "", false, false}};
}

bool isMoving(ExportContent content) { return content <= ExportContent::MapOver; }

QString suffixOf(ExportContent content) {
    switch (content) {
        case ExportContent::MapTable:
            return QStringLiteral(".csv");
        case ExportContent::MapFigurePng:
            return QStringLiteral(".png");
        case ExportContent::MapFigureSvg:
            return QStringLiteral(".svg");
        default:
            return {};
    }
}

QString fileNameOf(const engine::GenerationRequest& request, ExportContent content) {
    static const QRegularExpression kOther(QStringLiteral("[^\\w]+"), QRegularExpression::UseUnicodePropertiesOption);
    constexpr const char* kEndings[] = {"", "-side-by-side", "-wipe", "-heatmap", "-heatmap-over", "-heatmap", "-heatmap", "-heatmap"};
    QString name = QString::fromStdString(request.prompt).toLower().replace(kOther, QStringLiteral("-")).left(48);
    while (name.startsWith(QLatin1Char('-'))) name.remove(0, 1);
    while (name.endsWith(QLatin1Char('-'))) name.chop(1);
    if (name.isEmpty()) name = QStringLiteral("clip");
    return QStringLiteral("%1-%2%3").arg(name).arg(request.seed).arg(QLatin1String(kEndings[int(content)]));
}

QString freePath(const QString& folder, const QString& name, const QString& suffix) {
    QString path = QDir(folder).filePath(name + suffix);
    for (int i = 2; QFileInfo::exists(path); ++i) path = QDir(folder).filePath(QStringLiteral("%1-%2%3").arg(name).arg(i).arg(suffix));
    return path;
}

qint64 sizeOnDisk(const QString& path) {
    if (!QFileInfo(path).isDir()) return QFileInfo(path).size();
    qint64 bytes = 0;
    for (const QFileInfo& file : QDir(path).entryInfoList(QDir::Files)) bytes += file.size();
    return bytes;
}

Composition compositionOf(ExportContent content, const ClipEntry& clip, const ClipEntry* reference, bool labels, double scale) {
    constexpr Composition::Layout kLayouts[] = {Composition::Layout::Clip, Composition::Layout::SideBySide, Composition::Layout::Wipe,
                                                Composition::Layout::MapBeside, Composition::Layout::MapOver};
    Composition c;
    c.layout = kLayouts[std::min(int(content), 4)];
    c.scale = scale;
    const bool pair = (content == ExportContent::SideBySide || content == ExportContent::Wipe) && reference;
    c.left = pair ? reference->clip().frames : clip.clip().frames;
    if (pair) c.right = clip.clip().frames;
    if (content == ExportContent::MapBeside || content == ExportContent::MapOver) c.map = meanMap(clip.run->token_maps);
    if (!labels) return c;
    c.left_label = labelOf(pair ? *reference : clip);
    if (pair) {
        c.right_label = labelOf(clip);
        c.numbers = pairResult(*reference, clip).headline;
    }
    if (clip.quality && (!pair || clip.twin_id == reference->id)) c.psnr_db = clip.quality->psnr_db;
    return c;
}

HeatmapFigure figureOf(const ClipEntry& clip) {
    HeatmapFigure figure;
    const auto& request = clip.clip().request;
    figure.title = QString::fromStdString(request.prompt);
    QStringList parts{QString::fromStdString(clip.clip().provenance.model_name), labelOf(clip),
                      Words::tr("%1 × %2, %3 frames, %4 steps, seed %5")
                          .arg(request.width)
                          .arg(request.height)
                          .arg(request.frames)
                          .arg(request.steps)
                          .arg(request.seed),
                      Words::tr("keys, mean of all layers and heads")};
    parts.removeAll(QString());
    figure.detail = parts.join(QStringLiteral(" · "));
    figure.maps = clip.run->token_maps;
    figure.steps = clip.run->steps;
    return figure;
}

engine::Recipe recipeOf(const ClipEntry& clip) {
    engine::Recipe recipe = engine::recipe_of(clip.clip());
    recipe.quality = clip.quality;
    return recipe;
}

}  // namespace timeripple::ui
