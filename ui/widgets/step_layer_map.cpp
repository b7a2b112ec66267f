#include "ui/widgets/step_layer_map.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <algorithm>

#include "ui/theme/colormaps.h"
#include "ui/theme/theme_tokens.h"
#include "ui/widgets/number_text.h"

namespace timeripple::ui {
namespace {

constexpr int kMarkHeight = 6;  // room for the dense marks under the map

}  // namespace

StepLayerMap::StepLayerMap(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Attention saved, by layer and step"));
    setAccessibleDescription(tr("Left and right choose the step, up and down the layer"));
}

void StepLayerMap::clear() { setSteps({}, 0, 0); }

void StepLayerMap::setSteps(const std::vector<engine::StepStats>& steps, int total_steps, int layers) {
    steps_ = steps;
    total_ = std::max(total_steps, int(steps.size()));
    layers_ = layers;
    update();
}

void StepLayerMap::setChosen(int step, int layer) {
    if (step == step_ && layer == layer_) return;
    step_ = step;
    layer_ = layer;
    update();
}

QRectF StepLayerMap::mapRect() const { return QRectF(rect()).adjusted(1, 1, -1, -kMarkHeight); }

QRectF StepLayerMap::cellRect(int step, int layer) const {
    const QRectF map = mapRect();
    const double width = map.width() / std::max(1, total_), height = map.height() / std::max(1, layers_);
    return {map.x() + (step - 1) * width, map.y() + layer * height, width, height};
}

std::optional<std::pair<int, int>> StepLayerMap::cellAt(const QPointF& point) const {
    const QRectF map = mapRect();
    if (total_ <= 0 || layers_ <= 0 || point.x() < map.left() || point.x() > map.right()) return std::nullopt;
    const int step = std::clamp(int((point.x() - map.x()) / map.width() * total_) + 1, 1, total_);
    const int layer = std::clamp(int((point.y() - map.y()) / map.height() * layers_), 0, layers_ - 1);
    return std::pair(step, layer);
}

const engine::StepStats* StepLayerMap::stepOf(int step) const {
    const auto found = std::find_if(steps_.begin(), steps_.end(), [step](const auto& s) { return s.step == step; });
    return found == steps_.end() ? nullptr : &*found;
}

double StepLayerMap::savings(int step, int layer) const {
    const engine::StepStats* stats = stepOf(step);
    if (!stats || layer < 0 || layer >= int(stats->layers.size())) return 0.0;
    const auto& heads = stats->layers[std::size_t(layer)].heads;
    double sum = 0.0;
    for (const auto& head : heads) sum += head.attention_savings;
    return heads.empty() ? 0.0 : sum / double(heads.size());
}

void StepLayerMap::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF map = mapRect();
    QPainterPath outline;
    outline.addRoundedRect(map, kPictureRadius, kPictureRadius);
    painter.fillPath(outline, t.raised);
    if (total_ > 0 && layers_ > 0 && !steps_.empty()) {
        QImage image(total_, layers_, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        for (const auto& step : steps_) {
            if (step.step < 1 || step.step > total_) continue;
            for (int layer = 0; layer < layers_; ++layer) image.setPixel(step.step - 1, layer, cividis(savings(step.step, layer)));
        }
        painter.save();
        painter.setClipPath(outline);
        painter.drawImage(map, image);
        painter.restore();
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.dim_text);
        for (const auto& step : steps_) {
            if (!step.dense) continue;
            const QRectF cell = cellRect(step.step, 0);
            painter.drawRect(QRectF(cell.left() + 1, map.bottom() + 3, std::max(1.0, cell.width() - 2), 2));
        }
        painter.setBrush(Qt::NoBrush);
        if (step_ >= 1 && step_ <= total_) {
            const QRectF column = layer_ >= 0 && layer_ < layers_
                                      ? cellRect(step_, layer_)
                                      : cellRect(step_, 0).united(cellRect(step_, layers_ - 1));
            painter.setPen(QPen(QColor(0, 0, 0, 180), 3));
            painter.drawRect(column);
            painter.setPen(QPen(Qt::white, 1.2));
            painter.drawRect(column);
        }
    }
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(map, kPictureRadius, kPictureRadius);
    }
}

void StepLayerMap::choose(int step, int layer) {
    if (!stepOf(step)) return;
    setChosen(step, layer);
    Q_EMIT chosen(step, layer);
}

void StepLayerMap::mousePressEvent(QMouseEvent* event) {
    if (const auto cell = cellAt(event->position())) choose(cell->first, cell->second);
}

void StepLayerMap::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton)) return;
    if (const auto cell = cellAt(event->position())) choose(cell->first, cell->second);
}

void StepLayerMap::keyPressEvent(QKeyEvent* event) {
    const int last = steps_.empty() ? 0 : steps_.back().step;
    const int step = step_ > 0 ? step_ : last;
    switch (event->key()) {
        case Qt::Key_Left:
            choose(std::max(1, step - 1), layer_);
            return;
        case Qt::Key_Right:
            choose(std::min(last, step + 1), layer_);
            return;
        case Qt::Key_Up:
            choose(step, std::max(-1, layer_ - 1));
            return;
        case Qt::Key_Down:
            choose(step, std::min(layers_ - 1, layer_ + 1));
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

bool StepLayerMap::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const auto cell = cellAt(help->pos());
        const engine::StepStats* stats = cell ? stepOf(cell->first) : nullptr;
        if (!stats) {
            QToolTip::hideText();
        } else if (stats->dense) {
            QToolTip::showText(help->globalPos(), tr("Step %1: dense, %2").arg(cell->first).arg(secondsText(stats->seconds)), this);
        } else {
            QToolTip::showText(help->globalPos(),
                               tr("Step %1, layer %2: %3 of attention saved\nthreshold %4, whole step %5")
                                   .arg(cell->first)
                                   .arg(cell->second + 1)
                                   .arg(percentText(savings(cell->first, cell->second)))
                                   .arg(stats->threshold, 0, 'f', 2)
                                   .arg(secondsText(stats->seconds)),
                               this);
        }
        return true;
    }
    return QWidget::event(event);
}

}  // namespace timeripple::ui
