#include "ui/session/composition.h"

#include <QCoreApplication>
#include <QPainter>
#include <algorithm>
#include <array>
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
    int rows = 1;  // of a label or the legend: small pictures need two
    std::array<QString, engine::kOrigins> legend;  // of a map; empty texts without
    int lines = 0;
    QFont font;
};

bool isPair(Layout layout) { return layout == Layout::SideBySide || layout == Layout::Wipe; }
bool hasMap(Layout layout) { return layout == Layout::MapBeside || layout == Layout::MapOver; }

// The legend's parts in its order: "computed 31 %", "t 52 %", ...
std::array<QString, engine::kOrigins> legendTexts(const Composition& c) {
    const auto shares = sharesOf(*c.map, {});
    const char* const names[] = {"t", "y", "x"};
    std::array<QString, engine::kOrigins> texts;
    for (std::size_t o = 0; o < texts.size(); ++o) {
        const QString name = o == 0 ? QCoreApplication::translate("Composition", "computed") : QString::fromLatin1(names[o - 1]);
        texts[o] = QStringLiteral("%1 %2 %").arg(name).arg(int(std::lround(shares[o] * 100)));
    }
    return texts;
}

int legendWidth(const std::array<QString, engine::kOrigins>& texts, std::size_t begin, std::size_t end, const QFontMetrics& metrics) {
    const int square = metrics.ascent();
    int width = -square;
    for (std::size_t o = begin; o < end; ++o) width += square * 3 / 2 + metrics.horizontalAdvance(texts[o]) + square;
    return width;
}

// Whether all that is written has room in lines of this font.
bool textsFit(const Composition& c, const Measures& m, int rows) {
    const QFontMetrics metrics(m.font);
    const int room = m.picture.width() - 2 * (m.font.pixelSize() / 3);
    const int decibels = c.psnr_db.empty() ? 0 : metrics.horizontalAdvance(decibelText(88.8)) + metrics.height();
    if (c.layout == Layout::Wipe) {
        const int tag = m.picture.width() / 2 - metrics.height();  // with its margins
        if (std::max(metrics.horizontalAdvance(c.left_label), metrics.horizontalAdvance(c.right_label)) > tag) return false;
    } else if (std::max(metrics.horizontalAdvance(c.left_label), metrics.horizontalAdvance(c.right_label)) + decibels > (rows > 1 ? room * 17 / 10 : room)) {
        return false;  // words that wrap leave some of two lines empty
    }
    const int whole = m.picture.width() * m.columns + m.gap * (m.columns - 1) - 2 * (m.font.pixelSize() / 3);
    if (metrics.horizontalAdvance(c.numbers) + (c.layout == Layout::Wipe ? decibels : 0) > whole) return false;
    if (!hasMap(c.layout) || !c.map) return true;
    const std::size_t split = rows > 1 ? m.legend.size() / 2 : m.legend.size();
    return std::max(legendWidth(m.legend, 0, split, metrics), legendWidth(m.legend, split, m.legend.size(), metrics)) <= room;
}

// Large text in one row where there is room, else in two rows, else smaller.
void chooseText(const Composition& c, Measures& m) {
    constexpr double kTextPart = 0.047;  // of a picture's height
    constexpr int kSmallestText = 11, kSmallestLegible = 8;
    const int wanted = std::max(kSmallestText, int(m.picture.height() * kTextPart));
    for (int rows = 1; rows <= 2; ++rows) {
        m.rows = rows;
        const int smallest = rows == 1 ? wanted * 17 / 20 : kSmallestLegible;
        for (int pixels = wanted; pixels >= smallest; --pixels) {
            m.font.setPixelSize(pixels);
            if (textsFit(c, m, rows)) return;
        }
    }
}

Measures measuresOf(const Composition& c) {
    Measures m;
    m.picture = QSize(int(std::lround(c.left->width * c.scale)), int(std::lround(c.left->height * c.scale)));
    m.columns = c.layout == Layout::SideBySide || c.layout == Layout::MapBeside ? 2 : 1;
    m.gap = m.columns > 1 ? std::max(4, m.picture.width() / 40) : 0;
    if (hasMap(c.layout) && c.map) m.legend = legendTexts(c);
    chooseText(c, m);
    const bool labels = !c.left_label.isEmpty() || !c.right_label.isEmpty() || !c.psnr_db.empty() || hasMap(c.layout);
    m.lines = (labels && c.layout != Layout::Wipe ? m.rows : 0) + (c.numbers.isEmpty() ? 0 : 1);
    m.band = int(m.lines * m.font.pixelSize() * 1.7);
    return m;
}

QString decibels(const Composition& c, int frame) {
    return frame < int(c.psnr_db.size()) ? decibelText(c.psnr_db[std::size_t(frame)]) : QString();
}

// Left text, and right text where there is room for both. Where there are two rows the left one wraps.
void drawTexts(QPainter& painter, const QRect& line, const QString& left, const QString& right, int rows, const ThemeTokens& t) {
    const QFontMetrics metrics = painter.fontMetrics();
    const int room = line.width() - (right.isEmpty() ? 0 : metrics.horizontalAdvance(right) + metrics.height());
    painter.setPen(t.text);
    if (rows > 1) {
        painter.drawText(QRect(line.topLeft(), QSize(room, line.height())), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, left);
    } else {
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(left, Qt::ElideRight, room));
    }
    painter.setPen(t.dim_text);
    painter.drawText(line, Qt::AlignRight | (rows > 1 ? Qt::AlignTop : Qt::AlignVCenter), right);
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
void drawLegend(QPainter& painter, const Measures& m, const QRect& lines, const ThemeTokens& t) {
    const auto& texts = m.legend;
    const auto colours = originColors(t);
    const QFontMetrics metrics = painter.fontMetrics();
    const int square = metrics.ascent(), height = lines.height() / m.rows;
    const std::size_t in_row = texts.size() / std::size_t(m.rows);
    int x = lines.x();
    for (std::size_t o = 0; o < texts.size(); ++o) {
        if (o % in_row == 0) x = lines.x();
        const QRect line(lines.x(), lines.y() + int(o / in_row) * height, lines.width(), height);
        const QRect mark(x, line.center().y() - square / 2, square, square);
        painter.fillRect(mark, t.dim_text);  // an edge: what was computed is nearly as dark as the ground
        painter.fillRect(mark.adjusted(1, 1, -1, -1), colours[o]);
        painter.setPen(t.text);
        x += square * 3 / 2;
        painter.drawText(QRect(x, line.y(), line.right() - x + 1, height), Qt::AlignLeft | Qt::AlignVCenter, texts[o]);
        x += metrics.horizontalAdvance(texts[o]) + square;
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
    auto lines = [&](const QRect& picture, int first_line, int count) {
        return QRect(picture.x() + pad, m.picture.height() + first_line * height, picture.width() - 2 * pad, count * height);
    };
    const bool captions = m.lines > (c.numbers.isEmpty() ? 0 : 1);  // under each picture
    const QRect under_first = lines(first, 0, m.rows), under_second = lines(second, 0, m.rows);
    if (c.layout == Layout::SideBySide && captions) {
        drawTexts(painter, under_first, c.left_label, {}, m.rows, t);
        drawTexts(painter, under_second, c.right_label, decibels(c, frame), m.rows, t);
    } else if (c.layout == Layout::MapBeside) {
        drawTexts(painter, under_first, c.left_label, decibels(c, frame), m.rows, t);
        drawLegend(painter, m, under_second, t);
    } else if (c.layout == Layout::MapOver) {
        drawLegend(painter, m, under_first, t);
    } else if (c.layout == Layout::Clip && captions) {
        drawTexts(painter, under_first, c.left_label, decibels(c, frame), m.rows, t);
    }
    if (!c.numbers.isEmpty()) {
        const QString right_text = c.layout == Layout::Wipe ? decibels(c, frame) : QString();
        drawTexts(painter, lines(QRect(0, 0, image.width(), 1), m.lines - 1, 1), c.numbers, right_text, 1, t);
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
