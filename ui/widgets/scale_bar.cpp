#include "ui/widgets/scale_bar.h"

#include <QPainter>

#include "ui/theme/colormaps.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kBarWidth = 56;
constexpr int kBarHeight = 6;

}  // namespace

ScaleBar::ScaleBar(const QString& low, const QString& high, QWidget* parent) : QWidget(parent), low_(low), high_(high) {
    QFont small = font();
    small.setPixelSize(kHeadingPixels);
    setFont(small);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void ScaleBar::setEnds(const QString& low, const QString& high) {
    if (low == low_ && high == high_) return;
    low_ = low;
    high_ = high;
    updateGeometry();
    update();
}

QSize ScaleBar::sizeHint() const {
    const auto& metrics = fontMetrics();
    return {kBarWidth + metrics.horizontalAdvance(low_) + metrics.horizontalAdvance(high_) + 4 * kSpaceSmall, metrics.height()};
}

void ScaleBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(tokensOf(this).dim_text);
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, low_);
    painter.drawText(rect(), Qt::AlignRight | Qt::AlignVCenter, high_);
    const QRectF bar(fontMetrics().horizontalAdvance(low_) + 2 * kSpaceSmall, (height() - kBarHeight) / 2.0, kBarWidth, kBarHeight);
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    for (int i = 0; i <= 10; ++i) gradient.setColorAt(i / 10.0, QColor(cividis(i / 10.0)));
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradient);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawRoundedRect(bar, 2, 2);
}

}  // namespace timeripple::ui
