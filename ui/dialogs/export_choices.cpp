#include "ui/dialogs/export_choices.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include "ui/session/pair_result.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {
namespace {

using engine::ExportFormat;

QString say(const char* text) { return QCoreApplication::translate("ExportPanel", text); }

// "dense, 32 s"
QString labelOf(const ClipEntry& entry) {
    const auto& request = entry.clip().request;
    QString name = say("dense");
    if (request.attention == engine::AttentionMode::Ripple) {
        name = request.preset_name.empty() ? say("TimeRipple") : say("TimeRipple %1").arg(QString::fromStdString(request.preset_name));
    }
    const double seconds = entry.clip().times.denoising;
    return seconds > 0 ? QStringLiteral("%1, %2").arg(name, secondsText(seconds)) : name;
}

}  // namespace

QVector<ContentChoice> contentChoices(const ClipEntry& clip, const ClipEntry* reference) {
    const auto &a = clip.clip().frames, &b = reference ? reference->clip().frames : a;
    const bool pair = reference && reference->id != clip.id && a && b && a->frames == b->frames && a->width == b->width && a->height == b->height;
    const bool map = !clip.run->token_maps.empty();
    return {{ExportContent::Clip, say("The clip"), a != nullptr},
            {ExportContent::SideBySide, say("Side by side with its twin"), pair},
            {ExportContent::Wipe, say("Wipe between both"), pair},
            {ExportContent::MapBeside, say("The clip beside its heatmap"), map && a},
            {ExportContent::MapOver, say("The heatmap over the clip"), map && a},
            {ExportContent::MapTable, say("The heatmap as a table (CSV)"), map},
            {ExportContent::MapFigurePng, say("The heatmap as a figure (PNG)"), map},
            {ExportContent::MapFigureSvg, say("The heatmap as a figure (SVG)"), map}};
}

const QVector<FormatChoice>& formatChoices() {
    static const QVector<FormatChoice> kAll{
        {ExportFormat::Mp4H264, say("H.264 (MP4): plays everywhere"), ".mp4", true, false},
        {ExportFormat::Mp4H265, say("H.265 (MP4): smaller, newer players"), ".mp4", true, false},
        {ExportFormat::Mp4Av1, say("AV1 (MP4): smallest, for the web"), ".mp4", true, false},
        {ExportFormat::MovProRes, say("ProRes 422 HQ (MOV): for cutting"), ".mov", false, false},
        {ExportFormat::MkvFfv1, say("FFV1 (MKV): lossless"), ".mkv", false, false},
        {ExportFormat::WebP, say("WebP: moves in web pages"), ".webp", true, true},
        {ExportFormat::Gif, say("GIF: moves in messages, 255 colours"), ".gif", false, true},
        {ExportFormat::PngSequence, say("PNG pictures in a folder: lossless"), "", false, false}};
    return kAll;
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
                      say("%1 × %2, %3 frames, %4 steps, seed %5")
                          .arg(request.width)
                          .arg(request.height)
                          .arg(request.frames)
                          .arg(request.steps)
                          .arg(request.seed),
                      say("keys, mean of all layers and heads")};
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
