#include "ui/widgets/cell_map.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <algorithm>

#include "ui/theme/colormaps.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/accessible_role.h"

namespace timeripple::ui {
namespace {

constexpr int kMarkHeight = 6;  // room for the marks under the map

}  // namespace

CellMap::CellMap(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleRole(this, QAccessible::Chart);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void CellMap::setCells(std::vector<Column> columns, int total_columns, int rows) {
    cells_ = std::move(columns);
    total_ = std::max(total_columns, int(cells_.size()));
    rows_ = rows;
    update();
}

void CellMap::setChosenCell(int column, int row) {
    if (column == column_ && row == row_) return;
    column_ = column;
    row_ = row;
    update();
}

QRectF CellMap::mapRect() const { return QRectF(rect()).adjusted(1, 1, -1, -kMarkHeight); }

QRectF CellMap::rectOf(int column, int row) const {
    const QRectF map = mapRect();
    const double width = map.width() / std::max(1, total_), height = map.height() / std::max(1, rows_);
    return {map.x() + column * width, map.y() + row * height, width, height};
}

std::optional<std::pair<int, int>> CellMap::cellUnder(const QPointF& point) const {
    const QRectF map = mapRect();
    if (total_ <= 0 || rows_ <= 0 || point.x() < map.left() || point.x() > map.right()) return std::nullopt;
    const int column = std::clamp(int((point.x() - map.x()) / map.width() * total_), 0, total_ - 1);
    const int row = std::clamp(int((point.y() - map.y()) / map.height() * rows_), 0, rows_ - 1);
    return std::pair(column, row);
}

bool CellMap::known(int column) const {
    return column >= 0 && column < int(cells_.size()) && !cells_[std::size_t(column)].values.empty();
}

void CellMap::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF map = mapRect();
    QPainterPath outline;
    outline.addRoundedRect(map, kPictureRadius, kPictureRadius);
    painter.fillPath(outline, t.raised);
    if (total_ > 0 && rows_ > 0 && !cells_.empty()) {
        QImage image(total_, rows_, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        for (std::size_t column = 0; column < cells_.size(); ++column) {
            const auto& values = cells_[column].values;
            const int count = std::min(rows_, int(values.size()));
            for (int row = 0; row < count; ++row) image.setPixel(int(column), row, cividis(double(values[std::size_t(row)])));
        }
        painter.save();
        painter.setClipPath(outline);
        painter.drawImage(map, image);
        painter.restore();
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.dim_text);
        for (std::size_t column = 0; column < cells_.size(); ++column) {
            if (!cells_[column].marked) continue;
            const QRectF cell = rectOf(int(column), 0);
            painter.drawRect(QRectF(cell.left() + 1, map.bottom() + 3, std::max(1.0, cell.width() - 2), 2));
        }
        painter.setBrush(Qt::NoBrush);
        const bool has_column = column_ >= 0 && column_ < total_, has_row = row_ >= 0 && row_ < rows_;
        if (has_column || has_row) {
            const QRectF chosen = rectOf(has_column ? column_ : 0, has_row ? row_ : 0)
                                      .united(rectOf(has_column ? column_ : total_ - 1, has_row ? row_ : rows_ - 1));
            painter.setPen(QPen(QColor(0, 0, 0, 180), 3));
            painter.drawRect(chosen);
            painter.setPen(QPen(Qt::white, 1.2));
            painter.drawRect(chosen);
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(map, kPictureRadius, kPictureRadius);
    }
}

void CellMap::choose(int column, int row) {
    if (column >= 0 && !known(column)) return;
    setChosenCell(column, row);
    cellChosen(column, row);
}

void CellMap::mousePressEvent(QMouseEvent* event) {
    if (const auto cell = cellUnder(event->position())) choose(cell->first, cell->second);
}

void CellMap::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton)) return;
    if (const auto cell = cellUnder(event->position()); cell && *cell != std::pair(column_, row_)) choose(cell->first, cell->second);
}

void CellMap::keyPressEvent(QKeyEvent* event) {
    const int last = int(cells_.size()) - 1;
    const int column = column_ >= 0 ? column_ : startColumn();
    switch (event->key()) {
        case Qt::Key_Left:
            choose(std::max(0, column - 1), row_);
            return;
        case Qt::Key_Right:
            choose(std::min(last, column + 1), row_);
            return;
        case Qt::Key_Up:
            choose(column, std::max(-1, row_ - 1));
            return;
        case Qt::Key_Down:
            choose(column, std::min(rows_ - 1, row_ + 1));
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

bool CellMap::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const auto cell = cellUnder(help->pos());
    const QString text = cell && known(cell->first) ? tip(cell->first, cell->second) : QString();
    text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), text, this);
    return true;
}

}  // namespace timeripple::ui
