#include "ui/session/composition.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "ui/theme/colormaps.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/number_text.h"
#include "ui/widgets/token_map_image.h"

namespace timeripple::ui {
namespace {

using Layout = Composition::Layout;

// Measures in pixels of the file.
struct Measures {
    QSize picture;
    int columns = 1;
    int gap = 0;
    int band = 0;  // labels under the pictures
    int lines = 0;
    QFont font;
};

bool isPair(Layout layout) { return layout == Layout::SideBySide || layout == Layout::Wipe; }
bool hasMap(Layout layout) { return layout == Layout::MapBeside || layout == Layout::MapOver; }

Measures measuresOf(const Composition& c) {
    constexpr double kTextPart = 0.047;  // of a picture's height
    constexpr int kSmallestText = 11;
    Measures m;
    m.picture = QSize(int(std::lround(c.left->width * c.scale)), int(std::lround(c.left->height * c.scale)));
    m.columns = c.layout == Layout::SideBySide || c.layout == Layout::MapBeside ? 2 : 1;
    m.gap = m.columns > 1 ? std::max(4, m.picture.width() / 40) : 0;
    m.font.setPixelSize(std::max(kSmallestText, int(m.picture.height() * kTextPart)));
    const bool labels = !c.left_label.isEmpty() || !c.right_label.isEmpty() || !c.psnr_db.empty() || hasMap(c.layout);
    m.lines = (labels && c.layout != Layout::Wipe ? 1 : 0) + (c.numbers.isEmpty() ? 0 : 1);
    m.band = int(m.lines * m.font.pixelSize() * 1.7);
    return m;
}

QString decibels(const Composition& c, int frame) {
    return frame < int(c.psnr_db.size()) ? decibelText(c.psnr_db[std::size_t(frame)]) : QString();
}

// Left text, and right text where there is room for both.
void drawTexts(QPainter& painter, const QRect& line, const QString& left, const QString& right, const ThemeTokens& t) {
    const QFontMetrics metrics = painter.fontMetrics();
    const int right_width = metrics.horizontalAdvance(right);
    painter.setPen(t.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(left, Qt::ElideRight, line.width() - (right.isEmpty() ? 0 : right_width + metrics.height())));
    painter.setPen(t.dim_text);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, right);
}

// A label in a corner of the picture itself.
void drawTag(QPainter& painter, const QRect& picture, const QString& text, bool right) {
    if (text.isEmpty()) return;
    const QFontMetrics metrics = painter.fontMetrics();
    const int pad = metrics.height() / 3;
    QRect tag(0, 0, std::min(metrics.horizontalAdvance(text) + 2 * pad, picture.width() / 2 - pad), metrics.height() + pad);
    tag.moveTopLeft(picture.topLeft() + QPoint(pad, pad));
    if (right) tag.moveRight(picture.right() - pad);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 150));
    painter.drawRoundedRect(tag, pad / 2.0, pad / 2.0);
    painter.setPen(Qt::white);
    painter.drawText(tag, Qt::AlignCenter, metrics.elidedText(text, Qt::ElideRight, tag.width() - pad));
}

void drawWipe(QPainter& painter, const Composition& c, const QRect& picture, const QImage& right, int frame) {
    // There and back once a clip, so that a repeated clip has no jump.
    const double turn = 2.0 * std::numbers::pi * frame / std::max(1, c.left->frames);
    const int x = picture.x() + int(picture.width() * (0.5 - 0.42 * std::cos(turn)));
    painter.save();
    painter.setClipRect(QRect(QPoint(x, picture.top()), picture.bottomRight()));
    painter.drawImage(picture, right);
    painter.restore();
    const double width = std::max(1.0, picture.width() / 200.0);
    painter.setPen(QPen(QColor(0, 0, 0, 140), width * 2));
    painter.drawLine(x, picture.top(), x, picture.bottom());
    painter.setPen(QPen(Qt::white, width));
    painter.drawLine(x, picture.top(), x, picture.bottom());
    drawTag(painter, picture, c.left_label, false);
    drawTag(painter, picture, c.right_label, true);
}

void drawMap(QPainter& painter, const Composition& c, const QRect& where, int frame, const ThemeTokens& t) {
    const QImage map = tokenMapImage(*c.map, {}, std::min(latentFrameOf(frame), c.map->grid[0] - 1), t);
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (c.layout == Layout::MapOver) painter.setOpacity(0.5);
    painter.drawImage(where, map);
    painter.restore();
}

// Colour squares with the shares of the whole map.
void drawLegend(QPainter& painter, const Composition& c, const QRect& line, const ThemeTokens& t) {
    const auto shares = sharesOf(*c.map, {});
    const auto colours = originColors(t);
    const char* const names[] = {"t", "y", "x"};
    const QFontMetrics metrics = painter.fontMetrics();
    const int square = metrics.ascent();
    int x = line.x();
    for (int o = 0; o < engine::kOrigins; ++o) {
        const QString name = o == 0 ? QCoreApplication::translate("Composition", "computed") : QString::fromLatin1(names[o - 1]);
        const QString text = QStringLiteral("%1 %2 %").arg(name).arg(int(std::lround(shares[std::size_t(o)] * 100)));
        if (x + square * 3 / 2 + metrics.horizontalAdvance(text) > line.right()) break;
        painter.fillRect(QRect(x, line.center().y() - square / 2, square, square), colours[std::size_t(o)]);
        painter.setPen(t.text);
        x += square * 3 / 2;
        painter.drawText(QRect(x, line.y(), line.right() - x, line.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += metrics.horizontalAdvance(text) + square;
    }
}

}  // namespace

QSize sizeOf(const Composition& c) {
    const Measures m = measuresOf(c);
    return {m.picture.width() * m.columns + m.gap * (m.columns - 1), m.picture.height() + m.band};
}

QImage composeFrame(const Composition& c, int frame) {
    const QImage left = imageOfFrame(c.left, frame);
    if (left.isNull()) return {};
    const Measures m = measuresOf(c);
    if (c.layout == Layout::Clip && m.lines == 0 && m.picture == left.size()) return left;
    const ThemeTokens& t = darkTokens();
    QImage image(sizeOf(c), QImage::Format_RGB888);
    image.fill(t.canvas);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setFont(m.font);
    const QRect first(QPoint(0, 0), m.picture), second(QPoint(m.picture.width() + m.gap, 0), m.picture);
    painter.drawImage(first, left);
    const QImage right = isPair(c.layout) ? imageOfFrame(c.right, frame) : QImage();
    if (c.layout == Layout::SideBySide) painter.drawImage(second, right);
    if (c.layout == Layout::Wipe) drawWipe(painter, c, first, right, frame);
    if (hasMap(c.layout) && c.map) drawMap(painter, c, c.layout == Layout::MapBeside ? second : first, frame, t);
    if (m.lines == 0) return image;

    const int height = m.band / m.lines, pad = m.font.pixelSize() / 3;
    auto line = [&](const QRect& picture, int index) {
        return QRect(picture.x() + pad, m.picture.height() + index * height, picture.width() - 2 * pad, height);
    };
    int next = 0;
    if (c.layout == Layout::SideBySide) {
        drawTexts(painter, line(first, next), c.left_label, {}, t);
        drawTexts(painter, line(second, next++), c.right_label, decibels(c, frame), t);
    } else if (c.layout == Layout::MapBeside) {
        drawTexts(painter, line(first, next), c.left_label, decibels(c, frame), t);
        drawLegend(painter, c, line(second, next++), t);
    } else if (c.layout == Layout::MapOver) {
        drawLegend(painter, c, line(first, next++), t);
    } else if (c.layout == Layout::Clip && m.lines > (c.numbers.isEmpty() ? 0 : 1)) {
        drawTexts(painter, line(first, next++), c.left_label, decibels(c, frame), t);
    }
    if (!c.numbers.isEmpty()) {
        const QString right_text = c.layout == Layout::Wipe ? decibels(c, frame) : QString();
        drawTexts(painter, line(QRect(0, 0, image.width(), 1), next), c.numbers, right_text, t);
    }
    return image;
}

engine::FrameSource sourceOf(const Composition& composition) {
    const QSize size = sizeOf(composition);
    engine::FrameSource source{composition.left->frames, size.height(), size.width(), composition.left->fps, {}};
    source.paint = [composition, size](int frame, std::uint8_t* rgb) {
        const QImage image = composeFrame(composition, frame).convertToFormat(QImage::Format_RGB888);
        if (image.size() != size) return false;
        const std::size_t row = std::size_t(size.width()) * 3;
        for (int y = 0; y < size.height(); ++y) std::memcpy(rgb + std::size_t(y) * row, image.constScanLine(y), row);
        return true;
    };
    return source;
}

}  // namespace timeripple::ui
