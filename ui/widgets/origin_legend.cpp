#include "ui/widgets/origin_legend.h"

#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/colormaps.h"
#include "ui/theme/theme_tokens.h"

namespace timeripple::ui {
namespace {

constexpr int kTextLeft = 22;  // the colour's square stands before it
constexpr int kTextRight = 4;

}  // namespace

LegendRow::LegendRow(engine::TokenOrigin origin, QWidget* parent) : QAbstractButton(parent), origin_(origin) {
    setCheckable(true);
    setChecked(true);
    setFocusPolicy(Qt::StrongFocus);
    setText(originName(origin));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(tr("Click to show or hide these tokens in the map"));
    setShare({});
}

void LegendRow::setShare(const QString& text) {
    share_ = text;
    setAccessibleName(text.isEmpty() ? this->text() : this->text() + QStringLiteral(", ") + text);
    update();
}

QSize LegendRow::minimumSizeHint() const {
    const int share = std::max(fontMetrics().horizontalAdvance(tr("hidden")), fontMetrics().horizontalAdvance(QStringLiteral("100 %")));
    return {kTextLeft + fontMetrics().horizontalAdvance(text()) + kSpace + share + kTextRight, sizeHint().height()};
}

void LegendRow::paintEvent(QPaintEvent*) {
    const ThemeTokens& t = tokensOf(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.raised);
        painter.drawRoundedRect(rect(), 4, 4);
    }
    const QColor colour = originColors(t)[std::size_t(origin_)];
    const QRectF swatch(2.5, height() / 2.0 - 5.5, 11, 11);
    painter.setPen(QPen(isChecked() ? (origin_ == engine::TokenOrigin::Computed ? t.dim_text : colour) : t.dim_text, 1));
    painter.setBrush(isChecked() ? QBrush(colour) : Qt::NoBrush);
    painter.drawRoundedRect(swatch, 2, 2);
    painter.setPen(isChecked() ? t.text : t.dim_text);
    const QRect text = rect().adjusted(kTextLeft, 0, -kTextRight, 0);
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, this->text());
    painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, isChecked() ? share_ : tr("hidden"));
    if (hasFocus()) {
        painter.setPen(t.accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
}

OriginLegend::OriginLegend(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    for (int o = 0; o < engine::kOrigins; ++o) {
        auto* row = new LegendRow(engine::TokenOrigin(o), this);
        rows_[std::size_t(o)] = row;
        column->addWidget(row);
        connect(row, &QAbstractButton::clicked, this, &OriginLegend::filterChanged);
    }
}

void OriginLegend::setShares(const OriginShares* shares) {
    for (std::size_t o = 0; o < rows_.size(); ++o) {
        rows_[o]->setShare(shares ? QStringLiteral("%1 %").arg(double((*shares)[o]) * 100.0, 0, 'f', 0) : QString());
    }
}

std::array<bool, engine::kOrigins> OriginLegend::shown() const {
    std::array<bool, engine::kOrigins> result{};
    for (std::size_t o = 0; o < rows_.size(); ++o) result[o] = rows_[o]->isChecked();
    return result;
}

void OriginLegend::setShown(const std::array<bool, engine::kOrigins>& shown) {
    for (std::size_t o = 0; o < rows_.size(); ++o) rows_[o]->setChecked(shown[o]);
}

}  // namespace timeripple::ui
