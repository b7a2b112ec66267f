#include "ui/session/heatmap_figure.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/api/run_stats.h"
#include "ui/theme/colormaps.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {
namespace {

constexpr int kWidth = 900, kMargin = 24, kGap = 10, kColumns = 5, kLine = 20, kStepsHeight = 150, kLegendWidth = 190;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(HeatmapFigure)
};

struct Plan {
    int frames = 0, rows = 0, cell_width = 0, cell_height = 0, maps_top = 0, steps_top = 0;
};

Plan planOf(const HeatmapFigure& figure) {
    const auto& grid = figure.maps.begin()->second->grid;
    Plan plan;
    plan.frames = grid[0];
    plan.rows = (grid[0] + kColumns - 1) / kColumns;
    plan.cell_width = (kWidth - 2 * kMargin - kLegendWidth - kColumns * kGap) / kColumns;
    plan.cell_height = std::max(8, plan.cell_width * grid[1] / std::max(1, grid[2]));
    plan.maps_top = kMargin + 3 * kLine;
    plan.steps_top = plan.maps_top + plan.rows * (plan.cell_height + kLine + kGap) + kLine;
    return plan;
}

// Squares, not a picture: in an SVG they stay sharp. Neighbours of one colour in a row are one rectangle.
void paintCells(QPainter& painter, const QRectF& where, const QImage& map) {
    const double width = where.width() / map.width(), height = where.height() / map.height();
    for (int y = 0; y < map.height(); ++y) {
        for (int x = 0; x < map.width();) {
            int end = x + 1;
            while (end < map.width() && map.pixel(end, y) == map.pixel(x, y)) ++end;
            painter.fillRect(QRectF(where.x() + x * width, where.y() + y * height, (end - x) * width, height), map.pixelColor(x, y));
            x = end;
        }
    }
}

void paintSteps(QPainter& painter, const HeatmapFigure& figure, const QRectF& where, const ThemeTokens& t) {
    const int layers = figure.steps.empty() ? 0 : int(figure.steps.front().layers.size());
    if (layers == 0) return;
    const double width = where.width() / double(figure.steps.size()), height = where.height() / layers;
    for (std::size_t s = 0; s < figure.steps.size(); ++s) {
        const auto& step = figure.steps[s];
        for (int l = 0; l < std::min(layers, int(step.layers.size())); ++l) {
            const auto& heads = step.layers[std::size_t(l)].heads;
            double saved = 0.0;
            for (const auto& head : heads) saved += head.attention_savings;
            const QRectF cell(where.x() + double(s) * width, where.y() + l * height, width, height);
            painter.fillRect(cell, heads.empty() ? t.raised : QColor::fromRgb(cividis(saved / double(heads.size()))));
        }
        if (step.dense) painter.fillRect(QRectF(where.x() + double(s) * width + width / 2 - 1, where.bottom() + 3, 2, 4), t.dim_text);
    }
}

void paintLegend(QPainter& painter, const engine::TokenMap& map, const QRectF& where, const ThemeTokens& t) {
    const auto shares = sharesOf(map, {});
    const auto colours = originColors(t);
    double y = where.y();
    for (int o = 0; o < engine::kOrigins; ++o, y += kLine) {
        painter.fillRect(QRectF(where.x(), y + 4, 12, 12), colours[std::size_t(o)]);
        painter.setPen(t.text);
        painter.drawText(QRectF(where.x() + 20, y, where.width() - 20, kLine), Qt::AlignLeft | Qt::AlignVCenter,
                         originName(engine::TokenOrigin(o)));
        painter.setPen(t.dim_text);
        painter.drawText(QRectF(where.x(), y, where.width(), kLine), Qt::AlignRight | Qt::AlignVCenter,
                         percentText(shares[std::size_t(o)]));
    }
}

// "0.000" to "1.000" of every byte, whatever the country writes between whole numbers and parts.
std::array<std::string, 256> shareTexts() {
    std::array<std::string, 256> texts;
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = QByteArray::number(double(i) / 255.0, 'f', 3).toStdString();
    return texts;
}

}  // namespace

QSize sizeOf(const HeatmapFigure& figure) {
    const Plan plan = planOf(figure);
    return {kWidth, plan.steps_top + (figure.steps.empty() ? 0 : kStepsHeight + 2 * kLine) + kMargin};
}

void paintFigure(QPainter& painter, const HeatmapFigure& figure) {
    const ThemeTokens& t = lightTokens();
    const Plan plan = planOf(figure);
    const auto mean = meanMap(figure.maps);
    const double inner = kWidth - 2 * kMargin;
    painter.fillRect(QRect(QPoint(0, 0), sizeOf(figure)), t.panel);
    QFont font = painter.font();
    font.setPixelSize(17);
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(t.text);
    painter.drawText(QRectF(kMargin, kMargin, inner, kLine + 4), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(figure.title, Qt::ElideRight, int(inner)));
    font.setPixelSize(kCaptionPixels);
    font.setWeight(QFont::Normal);
    painter.setFont(font);
    painter.setPen(t.dim_text);
    painter.drawText(QRectF(kMargin, kMargin + kLine + 4, inner, kLine), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(figure.detail, Qt::ElideRight, int(inner)));
    for (int f = 0; f < plan.frames; ++f) {
        const QRectF cell(kMargin + (f % kColumns) * (plan.cell_width + kGap),
                          plan.maps_top + (f / kColumns) * (plan.cell_height + kLine + kGap), plan.cell_width, plan.cell_height);
        paintCells(painter, cell, tokenMapImage(*mean, {}, f, t));
        painter.setPen(t.dim_text);
        painter.drawText(QRectF(cell.x(), cell.bottom(), cell.width(), kLine), Qt::AlignLeft | Qt::AlignVCenter,
                         Words::tr("frame %1").arg(firstFrameOf(f) + 1));
    }
    paintLegend(painter, *mean, QRectF(kWidth - kMargin - kLegendWidth + kGap, plan.maps_top, kLegendWidth - kGap, 4 * kLine), t);
    if (figure.steps.empty()) return;
    painter.setPen(t.text);
    painter.drawText(QRectF(kMargin, plan.steps_top - kLine - 2, inner, kLine), Qt::AlignLeft | Qt::AlignVCenter,
                     Words::tr("Attention savings by layer (rows, %1 from the top) and step; ticks mark dense steps")
                         .arg(QStringLiteral("1–%1").arg(figure.steps.front().layers.size())));
    const QRectF steps(kMargin, plan.steps_top, inner - kLegendWidth, kStepsHeight);
    paintSteps(painter, figure, steps, t);
    const QRectF numbers(steps.x(), steps.bottom() + 8, steps.width(), kLine);
    painter.setPen(t.dim_text);
    painter.drawText(numbers, Qt::AlignLeft | Qt::AlignVCenter, Words::tr("step %1").arg(figure.steps.front().step));
    painter.drawText(numbers, Qt::AlignRight | Qt::AlignVCenter, Words::tr("step %1").arg(figure.steps.back().step));
    const QRectF scale(kWidth - kMargin - kLegendWidth + kGap, plan.steps_top, 14, kStepsHeight);
    for (int i = 0; i < kStepsHeight; ++i) {
        painter.fillRect(QRectF(scale.x(), scale.bottom() - i - 1, scale.width(), 1.5), QColor::fromRgb(cividis(double(i) / kStepsHeight)));
    }
    painter.setPen(t.dim_text);
    painter.drawText(QRectF(scale.right() + 6, scale.top() - 4, 80, kLine), Qt::AlignLeft | Qt::AlignTop, QStringLiteral("100 %"));
    painter.drawText(QRectF(scale.right() + 6, scale.bottom() - kLine + 4, 80, kLine), Qt::AlignLeft | Qt::AlignBottom, QStringLiteral("0 %"));
}

engine::Status saveFigure(const HeatmapFigure& figure, const QString& path) {
    const QSize size = sizeOf(figure);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size);
        generator.setViewBox(QRect(QPoint(0, 0), size));
        generator.setTitle(figure.title);
        QPainter painter(&generator);
        paintFigure(painter, figure);
    } else {
        constexpr double kFine = 2.0;
        QImage image(size * kFine, QImage::Format_RGB32);
        image.setDevicePixelRatio(kFine);
        QPainter painter(&image);
        painter.setRenderHint(QPainter::TextAntialiasing);
        paintFigure(painter, figure);
        painter.end();
        image.save(&buffer, "PNG");
    }
    return engine::save_text(bytes.toStdString(), path.toStdString());
}

std::string heatmapCsv(const HeatmapFigure& figure) {
    std::string text = "step,side,t,y,x,computed,along_time,along_y,along_x\n";
    std::size_t rows = 0;
    for (const auto& [step, map] : figure.maps) rows += 2 * map->tokens();
    const auto shares = shareTexts();
    auto write = [&text, &shares](const std::string& step, const engine::TokenMap& map) {
        const std::size_t n = map.tokens();
        if (map.mean_share.size() < 2 * engine::kOrigins * n) return;
        for (std::size_t side = 0; side < 2; ++side) {
            for (std::size_t token = 0; token < n; ++token) {
                const std::size_t width = std::size_t(map.grid[2]), plane = std::size_t(map.grid[1]) * width;
                text += step + (side == 0 ? ",query" : ",key");
                for (const std::size_t place : {token / plane, token % plane / width, token % width}) text += ',' + std::to_string(place);
                for (std::size_t o = 0; o < engine::kOrigins; ++o) {
                    text += ',' + shares[map.mean_share[(side * engine::kOrigins + o) * n + token]];
                }
                text += '\n';
            }
        }
    };
    if (rows > kMaxRows) {
        write("mean", *meanMap(figure.maps));
    } else {
        for (const auto& [step, map] : figure.maps) write(std::to_string(step), *map);
    }
    return text;
}

}  // namespace timeripple::ui
